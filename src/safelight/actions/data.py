"""Data enters a datalake: a file that was uploaded is looked at, and fills its placeholder if one waits."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from safelight.actions import metadatakeys, objects
from safelight.actions.context import Context
from safelight.domain.datasets import DataType, check_name
from safelight.domain.permissions import Actor
from safelight.errors import Conflict, NotFound, TooLarge
from safelight.formats.picture import Picture, read_whole
from safelight.store import data, datalakes, presence, projections, tags, versions
from safelight.store import objects as object_rows
from safelight.store.data import Data, NewData
from safelight.store.db import Database, Read, Transaction
from safelight.store.tags import Tag

KIND = "DATA"
PLACEHOLDERS_AT_ONCE = 5000
NAMED = 10  # versions and data that a refusal names


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that lies under an issued object name, as its uploader describes it."""

    object_name: str
    filename: str
    type: DataType = DataType.IMAGE
    width: int | None = None  # of a video; a picture is measured
    height: int | None = None
    content_type: str | None = None
    tag_ids: tuple[UUID, ...] = ()
    data_source_id: UUID | None = None
    metadata: dict[str, Any] | None = None
    custom_metadata: dict[str, Any] | None = None


def add_uploaded(context: Context, by: Actor, datalake_id: UUID, file: Uploaded) -> Data:
    """Make an uploaded file data of a datalake. Doing it again gives the data that exists.

    Raises NotFound for an object name that was not issued to the organization, Invalid if nothing
    is there, it is not a picture or its custom metadata do not fit, Conflict if the object became data of another datalake.
    """
    filename = check_name(file.filename, "file")
    with context.db.read() as read:
        datalakes.get(read, by.organization_id, datalake_id)
        metadatakeys.hold_against(read, datalake_id, [(filename, file.custom_metadata)])
        check_given(read, by, datalake_id, file.tag_ids, file.data_source_id)
        stored = objects.check_issued(read, by.organization_id, file.object_name)
        known = data.by_object(read, file.object_name)
    if known is not None:
        return _same_datalake(known, datalake_id)
    new = NewData(
        filename=filename,
        width=file.width,
        height=file.height,
        object_name=file.object_name,
        content_type=file.content_type or stored.content_type or objects.DEFAULT_TYPE,
        type=file.type,
        size=stored.size,
        metadata=file.metadata,
        custom_metadata=file.custom_metadata,
        data_source_id=file.data_source_id,
    )
    if file.type is DataType.IMAGE:
        new = _measured(new, look_at(context, file.object_name))
        new = replace(new, sha256=_digest(context, file.object_name))
    try:
        with context.db.transaction() as tx:
            return _enter(tx, by, datalake_id, new, file.tag_ids)
    except Conflict:  # a repeated request was quicker: the object is unique in the table
        with context.db.read() as read:
            known = data.by_object(read, file.object_name)
        if known is None:
            raise
        return _same_datalake(known, datalake_id)


def check_given(
    read: Read, by: Actor, datalake_id: UUID, tag_ids: Sequence[UUID], source_id: UUID | None
) -> None:
    """Raises NotFound for a tag that is not the datalake's, or a source that is not there."""
    for tag_id in tag_ids:
        _check_tag(tags.get(read, by.organization_id, tag_id), datalake_id)
    if source_id is not None:
        datalakes.get_source(read, by.organization_id, source_id)


def _check_tag(tag: Tag, datalake_id: UUID) -> Tag:
    if tag.target_type != tags.DATA or tag.owner_id != datalake_id:
        raise NotFound("The datalake has no such tag.", tag_id=tag.tag_id)
    return tag


def _same_datalake(known: Data, datalake_id: UUID) -> Data:
    if known.datalake_id != datalake_id:
        raise Conflict("This object is data of another datalake.", data_id=known.data_id)
    return known


def look_at(context: Context, object_name: str) -> Picture:
    """Raises Invalid if the object is not a picture, or not all of one."""
    with context.blobs.open(object_name) as file:
        return read_whole(file)


def _digest(context: Context, object_name: str) -> bytes:
    """Of a picture's content: duplicates are told by it. It did not pass through our hands."""
    with context.blobs.open(object_name) as file:
        return hashlib.file_digest(file, "sha256").digest()


def _measured(new: NewData, picture: Picture) -> NewData:
    return replace(
        new, width=picture.width, height=picture.height, content_type=picture.content_type
    )


def _enter(
    tx: Transaction, by: Actor, datalake_id: UUID, new: NewData, tag_ids: Sequence[UUID]
) -> Data:
    found = data.fill_placeholder(tx, datalake_id, new)
    found = found or data.add(tx, datalake_id, new, by.user_id)
    given = [_check_tag(tags.get(tx, by.organization_id, one), datalake_id) for one in tag_ids]
    tags.attach(tx, given, [found.data_key])
    return found


class Arrival:
    """A picture that arrives piece by piece. It is nothing until `enter`."""

    def __init__(self, context: Context, by: Actor, filename: str) -> None:
        """Raises Invalid for a name that cannot be one."""
        self.filename = check_name(filename.replace("\\", "/").rsplit("/", 1)[-1], "file")
        self._context, self._by = context, by
        self._incoming = context.blobs.incoming()
        self._digest = hashlib.sha256()
        self._picture: Picture | None = None

    @property
    def size(self) -> int:
        return self._incoming.size

    @property
    def sha256(self) -> bytes:
        return self._digest.digest()

    def write(self, chunk: bytes) -> None:
        limit = self._context.settings.upload_limit
        if self.size + len(chunk) > limit:
            raise TooLarge(f"A file has at most {limit} bytes.", limit=limit)
        self._incoming.write(chunk)
        self._digest.update(chunk)

    def close(self) -> None:
        """All of it has arrived."""
        self._incoming.close()

    def look(self) -> Picture:
        """All of it has arrived. Raises Invalid if it is not a picture."""
        if self._picture is None:
            self._picture = look_at(self._context, self._incoming.close())
        return self._picture

    def enter(self, datalake_id: UUID) -> Data:
        """Make it data of a datalake. Raises Invalid, NotFound; then nothing is left of it."""
        picture, by = self.look(), self._by
        # The name is given before the commit: a crash in between leaves bytes without a row, never
        # a row without bytes.
        with self._context.db.transaction() as tx:
            datalakes.get(tx, by.organization_id, datalake_id)
            name = objects.issue_name(tx, by.organization_id, KIND, self.filename)
            object_rows.finish(tx, name, size=self.size, content_type=picture.content_type)
            new = NewData(self.filename, object_name=name, size=self.size, sha256=self.sha256)
            found = _enter(tx, by, datalake_id, _measured(new, picture), ())
            self._incoming.commit(name)
        return found

    def discard(self) -> None:
        """Throw it away, unless it has entered."""
        self._incoming.discard()


def add_placeholders(
    db: Database, by: Actor, datalake_id: UUID, named: Sequence[NewData]
) -> list[int]:
    """Data for pictures that are only named, in steps; keys in the same order. Raises NotFound."""
    keys: list[int] = []
    for at in range(0, len(named), PLACEHOLDERS_AT_ONCE):
        with db.transaction() as tx:
            datalakes.get(tx, by.organization_id, datalake_id)
            some = [replace(one, object_name=None) for one in named[at : at + PLACEHOLDERS_AT_ONCE]]
            keys += data.add_many(tx, datalake_id, some, by.user_id)
    return keys


def remove(context: Context, by: Actor, data_ids: Sequence[UUID]) -> None:
    """Delete data and their bytes. Raises NotFound, Conflict naming the dataset versions that use one."""
    with context.db.transaction() as tx:
        names = take_out(tx, data.keys_of(tx, by.organization_id, data_ids))
    context.blobs.remove(names)


def take_out(tx: Transaction, data_keys: Sequence[int]) -> list[str]:
    """Delete the rows of data; the names of their objects, whose bytes go after the commit.

    Raises Conflict naming the versions that use some.
    """
    presence.alone(tx)
    used = data.in_versions(tx, data_keys)
    if used:
        raise _in_use(tx, used)
    names = [one.object_name for one in data.by_keys(tx, data_keys) if one.object_name]
    names += projections.object_names(tx, data_keys)
    data.remove(tx, data_keys)
    object_rows.remove(tx, names)
    return names


def _in_use(read: Read, used: Sequence[int]) -> Conflict:
    by_version = versions.using(read, used, limit=NAMED)
    named = ", ".join(f"{one.dataset_name}/{one.name}" for one in by_version)
    more = " and others" if len(by_version) == NAMED else ""
    pictures = "1 of these is" if len(used) == 1 else f"{len(used):,} of these are"
    return Conflict(
        f"{pictures} in dataset versions ({named}{more}); remove them there first. Nothing was deleted.",
        versions=[
            {"id": str(one.version_id), "name": f"{one.dataset_name}/{one.name}"}
            for one in by_version
        ],
        data=[str(one.data_id) for one in data.by_keys(read, used[:NAMED])],
        count=len(used),
    )
