"""Finds for each image of a file the asset, the data or the placeholder-to-be that it means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from uuid import UUID

from safelight.domain.annotations import FIRST_NUMBERS, Numbers
from safelight.domain.imports import Matching
from safelight.formats.found import Found
from safelight.ids import Kind
from safelight.internals.operation import Operation, number
from safelight.store import data, datalakes, pointers
from safelight.store.data import DataName, File
from safelight.store.db import Read
from safelight.store.packed import packed
from safelight.store.versions import Version

_ID = len(str(UUID(int=0)))


@dataclass(slots=True)
class Picture:
    """An image of the file (by position) and where it goes. Without `asset_key` the version has no
    such asset yet; without `data_key` no datalake has such a file: a placeholder will stand for it.
    `before` and `numbers` are what the asset said when it was read.
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

    def take(self, found: pointers.Pointer) -> None:
        """It is this asset."""
        self.asset_key, self.data_key = found.asset_key, found.data_key
        self.before, self.numbers = found.document_key, found.numbers


@dataclass(frozen=True, slots=True)
class Pictures:
    """All of them, and the datalake that new ones come from, as new as it was."""

    all: list[Picture]
    datalake_id: UUID
    newest_data_key: int

    def without(self, positions: Collection[int]) -> Pictures:
        return replace(self, all=[each for each in self.all if each.image not in positions])

    @property
    def unknown(self) -> list[Picture]:
        """Those that are neither in the version nor in the datalake."""
        return [one for one in self.all if one.asset_key is None and one.data_key is None]


def match(
    operation: Operation,
    version: Version,
    file: Found,
    matching: Matching,
) -> Pictures:
    """Match in the version, else in the default datalake. What names several pictures is a bad record."""
    with operation.db.read() as read:
        datalake = datalakes.default(read, operation.organization_id)
        newest = pointers.newest_data_key(read, datalake.datalake_id)
        found = _Matcher(read, version, datalake.datalake_id, file).match(matching)
    _tell(operation, found)
    return Pictures(found, datalake.datalake_id, newest)


class _Matcher:
    def __init__(self, read: Read, version: Version, datalake_id: UUID, file: Found) -> None:
        self._read, self._version, self._datalake_id, self._file = read, version, datalake_id, file
        self._refused: set[int] = set()  # positions

    def match(self, matching: Matching) -> list[Picture]:
        pictures = [
            Picture(position, image.file_name, image.width, image.height)
            for position, image in self._file.images.items()
        ]
        for way in matching.ways:
            self._try(way, [one for one in pictures if self._is_open(one)])
        self._refuse_twins(pictures)
        return [picture for picture in pictures if picture.image not in self._refused]

    def _is_open(self, picture: Picture) -> bool:
        return (
            picture.asset_key is None
            and picture.data_key is None
            and picture.image not in self._refused
        )

    def _try(self, way: Matching, pictures: list[Picture]) -> None:
        if not pictures:
            return
        if way is Matching.FILENAME:
            self._by_filename(pictures)
        elif way is Matching.OBJECT_NAME:
            self._by_data(pictures, _object_name, DataName.OBJECT_NAME)
        elif way is Matching.DATA_ID:
            self._by_data(pictures, _id, DataName.DATA_ID)
        else:
            self._by_asset_id(pictures)

    def _by_filename(self, pictures: list[Picture]) -> None:
        """In the version first: another picture of that name in the datalake is none of its affair."""
        key, names = self._version.version_key, [picture.name for picture in pictures]
        known = pointers.by_filename(self._read, key, names) if self._version.asset_count else {}
        for picture in pictures:
            found = known.get(picture.name, ())
            if len(found) == 1:
                picture.take(found[0])
            elif found:
                self._refuse(picture, f"{len(found)} pictures of the version have this name")
        missing = [one for one in pictures if self._is_open(one)]
        self._by_data(missing, _name, DataName.FILENAME)

    def _by_data(
        self,
        pictures: list[Picture],
        name_of: Callable[[Picture], str | UUID | None],
        column: DataName,
    ) -> None:
        """Find data of the datalake, and the assets of the version that they are already."""
        named = [(name_of(picture), picture) for picture in pictures]
        wanted = [name for name, _ in named if name is not None]
        known = data.keys_by(self._read, self._datalake_id, column, wanted)
        found = []
        for name, picture in named if known else ():
            keys = known.get(name, ())
            if len(keys) > 1:
                self._refuse(picture, f"{len(keys)} pictures of the datalake have this name")
            elif keys:
                picture.data_key = keys[0]
                found.append(picture)
        self._make_assets(found)

    def _make_assets(self, pictures: list[Picture]) -> None:
        if not self._version.asset_count:
            return
        keys = [picture.data_key for picture in pictures if picture.data_key is not None]
        present = pointers.by_data(self._read, self._version.version_key, keys)
        for picture in pictures:
            found = present.get(picture.data_key or 0)
            if found is not None:
                picture.take(found)

    def _by_asset_id(self, pictures: list[Picture]) -> None:
        packer = packed(self._read)
        keys = {}
        for picture in pictures:
            asset_id = _id(picture)
            unpacked = packer.keys([asset_id], Kind.ASSET) if asset_id is not None else []
            if unpacked:
                keys[picture.image] = unpacked[0]
        if not keys:
            return
        present = pointers.by_key(self._read, self._version.version_key, list(keys.values()))
        for picture in pictures:
            found = present.get(keys.get(picture.image, 0))
            if found is not None:
                picture.take(found)

    def _refuse_twins(self, pictures: list[Picture]) -> None:
        """Two images of the file may name one picture in two ways."""
        first: dict[int, Picture] = {}
        for picture in pictures:
            if picture.data_key is None or picture.image in self._refused:
                continue
            other = first.setdefault(picture.data_key, picture)
            if other is not picture:
                self._refuse(picture, f"{other.name!r} in the file is the same picture")

    def _refuse(self, picture: Picture, reason: str) -> None:
        self._refused.add(picture.image)
        self._file.rejects.add(
            self._file.images[picture.image].where, f"{picture.name!r}: {reason}"
        )


def _name(picture: Picture) -> str:
    return picture.name


def _object_name(picture: Picture) -> str | None:
    """What the picture is called by, if it can be the name of an object: those have folders."""
    return picture.name if "/" in picture.name else None


def _id(picture: Picture) -> UUID | None:
    """The id that a picture is called by, with or without a suffix and folders."""
    if len(picture.name) < _ID:
        return None
    last = picture.name.rpartition("/")[2]
    try:
        return UUID(last[:_ID]) if len(last) >= _ID and last[_ID:][:1] in {"", "."} else None
    except ValueError:
        return None


def refuse_unknown(pictures: Pictures, file: Found) -> Pictures:
    """Take out, as bad records, those that are nowhere and whose file is not beside the annotations."""
    gone = {picture.image for picture in pictures.unknown} - file.members.keys()
    for picture in pictures.all:
        if picture.image in gone:
            where = file.images[picture.image].where
            file.rejects.add(where, _UNKNOWN.format(picture.name))
    return pictures.without(gone)


_UNKNOWN = "there is no picture {!r} in the version or the default datalake"


def _tell(operation: Operation, pictures: list[Picture]) -> None:
    kinds = Counter(
        "asset" if picture.asset_key else "data" if picture.data_key else "placeholder"
        for picture in pictures
    )
    operation.say(
        f"{number(kinds['asset'], 'picture')} in the version, "
        f"{kinds['data']:,} to add from the datalake, {kinds['placeholder']:,} without a file yet"
    )
