"""Where the pictures of an import go: a few bytes for each of millions."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

from msgspec import Struct

from safelight.domain.annotations import FIRST_NUMBERS, Numbers
from safelight.formats.images import Image, Images
from safelight.store import pointers
from safelight.store.data import File

_FIRST = FIRST_NUMBERS.annotation, FIRST_NUMBERS.shape


class Picture(Struct, gc=False):
    """An image of the file (by position) and where it goes. Without `asset_key` the version has no
    such asset yet; without `data_key` no datalake has such a file: a placeholder will stand for it.
    `before` and `numbers` are what the asset said when it was read; `place` is the one among the others.
    """

    image: int
    name: str
    width: int | None
    height: int | None
    asset_key: int | None = None
    data_key: int | None = None
    before: int | None = None
    numbers: Numbers = FIRST_NUMBERS
    file: File | None = None  # that lay beside the annotations and is stored now
    place: int = -1

    @classmethod
    def of(cls, position: int, image: Image) -> Picture:
        return cls(position, image.file_name, image.width, image.height)

    def take(self, found: pointers.Pointer) -> None:
        """It is this asset."""
        self.asset_key, self.data_key = found.asset_key, found.data_key
        self.before, self.numbers = found.document_key, found.numbers


class Pictures:
    """All of them, in the order of the file, and the datalake that new ones come from, as new as it was. They are
    made anew each time they are looked at: what is found out of one then is kept when it is `put`.
    """

    def __init__(self, images: Images, datalake_id: UUID, newest_data_key: int) -> None:
        self._images = images
        self.datalake_id, self.newest_data_key = datalake_id, newest_data_key
        self._positions = array("I")
        self._assets, self._data, self._before = array("q"), array("q"), array("q")  # 0: none
        self._annotations, self._shapes = array("I"), array("I")
        self._files: dict[int, File] = {}

    def __len__(self) -> int:
        return len(self._positions)

    def __iter__(self) -> Iterator[Picture]:
        return self.some(range(len(self)))

    def some(self, places: Iterable[int]) -> Iterator[Picture]:
        """Those at some places. Quickest where these follow one another."""
        positions, images, files = self._positions, self._images, self._files
        assets, data, before = self._assets, self._data, self._before
        annotations, shapes = self._annotations, self._shapes
        for place in places:
            position = positions[place]
            image = images[position]
            next_ = annotations[place], shapes[place]
            yield Picture(
                position,
                image.file_name,
                image.width,
                image.height,
                assets[place] or None,
                data[place] or None,
                before[place] or None,
                FIRST_NUMBERS if next_ == _FIRST else Numbers(*next_),
                files.get(place),
                place,
            )

    def at(self, place: int) -> Picture:
        return next(self.some((place,)))

    def append(self, picture: Picture) -> None:
        """Put one at the end."""
        self._positions.append(picture.image)
        self._assets.append(0)
        self._data.append(0)
        self._before.append(0)
        self._annotations.append(0)
        self._shapes.append(0)
        self._set(len(self) - 1, picture)

    def put(self, picture: Picture) -> None:
        """Keep what is known of one now."""
        self._set(picture.place, picture)

    def _set(self, place: int, picture: Picture) -> None:
        self._assets[place] = picture.asset_key or 0
        self._data[place] = picture.data_key or 0
        self._before[place] = picture.before or 0
        self._annotations[place] = picture.numbers.annotation
        self._shapes[place] = picture.numbers.shape
        if picture.file is not None:
            self._files[place] = picture.file

    def where(self, condition: Callable[[Picture], bool]) -> Pictures:
        """Only some of them."""
        found = Pictures(self._images, self.datalake_id, self.newest_data_key)
        for picture in self:
            if condition(picture):
                found.append(picture)
        return found

    @property
    def assets(self) -> Iterator[Picture]:
        """Those that are assets of the version."""
        return self.some(place for place, key in enumerate(self._assets) if key)

    @property
    def new(self) -> Iterator[Picture]:
        """Those that are not."""
        return self.some(place for place, key in enumerate(self._assets) if not key)

    @property
    def known(self) -> Iterator[Picture]:
        """Those that are not, but are in the datalake."""
        keys = zip(self._assets, self._data, strict=True)
        return self.some(place for place, (asset, data) in enumerate(keys) if data and not asset)

    @property
    def unknown(self) -> Iterator[Picture]:
        """Those that are neither."""
        keys = zip(self._assets, self._data, strict=True)
        return self.some(
            place for place, (asset, data) in enumerate(keys) if not data and not asset
        )

    @property
    def with_file(self) -> Iterable[Picture]:
        """Those whose file was stored."""
        return self.some(self._files)

    @property
    def data_keys(self) -> array[int]:
        """Of each; 0: it has none yet."""
        return self._data

    @property
    def asset_keys(self) -> array[int]:
        """Of each; 0: it is no asset yet."""
        return self._assets

    def places(self) -> array[int]:
        """By position in the file; -1: none is here."""
        places = array("i", [-1]) * (max(self._positions, default=-1) + 1)
        for place, position in enumerate(self._positions):
            places[position] = place
        return places
