"""Finds for each image of a file the asset, the data or the placeholder-to-be that it means."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from safelight.domain.annotations import Numbers
from safelight.formats.found import Found
from safelight.internals.operation import Operation, number
from safelight.store import data, datalakes, pointers
from safelight.store.db import Read
from safelight.store.versions import Version


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
    numbers: Numbers = field(default_factory=Numbers)


@dataclass(frozen=True, slots=True)
class Pictures:
    """All of them, and the datalake that new ones come from, as new as it was."""

    all: list[Picture]
    datalake_id: UUID
    newest_data_key: int


def match(operation: Operation, version: Version, file: Found, *, placeholders: bool) -> Pictures:
    """Match by file name: in the version, else in the default datalake. An image that is in neither
    is a bad record unless `placeholders` may be made.
    """
    pictures = [
        Picture(position, image.file_name, image.width, image.height)
        for position, image in file.images.items()
    ]
    with operation.db.read() as read:
        datalake = datalakes.default(read, operation.organization_id)
        newest = pointers.newest_data_key(read, datalake.datalake_id)
        _match_assets(read, version, pictures)
        _match_data(read, datalake.datalake_id, pictures)
    if not placeholders:
        pictures = _refuse_unknown(pictures, file)
    _tell(operation, pictures)
    return Pictures(pictures, datalake.datalake_id, newest)


def _match_assets(read: Read, version: Version, pictures: list[Picture]) -> None:
    if version.asset_count == 0:
        return
    known = pointers.by_filename(read, version.version_key)
    for picture in pictures:
        found = known.get(picture.name)
        if found is not None:
            picture.asset_key, picture.data_key = found.asset_key, found.data_key
            picture.before, picture.numbers = found.document_key, found.numbers


def _match_data(read: Read, datalake_id: UUID, pictures: list[Picture]) -> None:
    missing = [picture for picture in pictures if picture.asset_key is None]
    known = data.keys_by_filename(read, datalake_id, [picture.name for picture in missing])
    for picture in missing:
        found = known.get(picture.name)
        if found is not None:
            picture.data_key = found[0]


def _refuse_unknown(pictures: list[Picture], file: Found) -> list[Picture]:
    for picture in pictures:
        if picture.data_key is None:
            where = file.images[picture.image].where
            file.rejects.add(where, _UNKNOWN.format(picture.name))
    return [picture for picture in pictures if picture.data_key is not None]


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
