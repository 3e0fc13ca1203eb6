"""Finds for each image of a file the asset, the data or the placeholder-to-be that it means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

from safelight.batches import batches
from safelight.domain.imports import Matching
from safelight.formats.found import Found
from safelight.formats.repeats import repeated
from safelight.ids import Kind
from safelight.internals.import_matched import Picture, Pictures
from safelight.internals.operation import Operation, number
from safelight.store import data, datalakes, pointers
from safelight.store.data import DataName
from safelight.store.db import Read
from safelight.store.packed import packed
from safelight.store.versions import Version

AT_ONCE = 50_000  # images: for each batch all pictures of the version are walked over once
_ID = len(str(UUID(int=0)))


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
        matcher = _Matcher(read, version, datalake.datalake_id if newest else None, file)
        pictures = Pictures(file.images, datalake.datalake_id, newest)
        for batch in batches(file.images.items(), AT_ONCE):
            for picture in matcher.match([Picture.of(*one) for one in batch], matching):
                pictures.append(picture)
        pictures = matcher.without_twins(pictures)
    _tell(operation, pictures)
    return pictures


class _Matcher:
    """Without a datalake only the version is looked at."""

    def __init__(self, read: Read, version: Version, datalake_id: UUID | None, file: Found) -> None:
        self._read, self._version, self._datalake_id, self._file = read, version, datalake_id, file
        self._refused: set[int] = set()  # positions

    def match(self, pictures: list[Picture], matching: Matching) -> Iterator[Picture]:
        """Those that are not refused."""
        for way in matching.ways:
            self._try(way, [one for one in pictures if self._is_open(one)])
        return (one for one in pictures if one.image not in self._refused)

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
        if self._datalake_id is None:
            return
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

    def without_twins(self, pictures: Pictures) -> Pictures:
        """Two images of the file may name one picture in two ways."""
        again = repeated(pictures.data_keys) - {0}
        first: dict[int, str] = {}

        def is_first(picture: Picture) -> bool:
            if picture.data_key not in again:
                return True
            other = first.setdefault(picture.data_key, picture.name)
            is_new = other == picture.name
            if not is_new:
                self._refuse(picture, f"{other!r} in the file is the same picture")
            return is_new

        return pictures.where(is_first) if again else pictures

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

    def is_somewhere(picture: Picture) -> bool:
        found = picture.asset_key or picture.data_key or picture.image in file.members
        if not found:
            where = file.images[picture.image].where
            file.rejects.add(where, _UNKNOWN.format(picture.name))
        return bool(found)

    return pictures.where(is_somewhere)


_UNKNOWN = "there is no picture {!r} in the version or the default datalake"


def _tell(operation: Operation, pictures: Pictures) -> None:
    assets = sum(map(bool, pictures.asset_keys))
    known = sum(map(bool, pictures.data_keys))  # an asset has its data
    operation.say(
        f"{number(assets, 'picture')} in the version, {known - assets:,} to add from the datalake, "
        f"{len(pictures) - known:,} without a file yet"
    )
