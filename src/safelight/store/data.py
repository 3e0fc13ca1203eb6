"""Data: picture files of a datalake, and placeholders for those that were named but not uploaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, delete, exists, func, select, update

from safelight.domain.dataquery import Range
from safelight.domain.datasets import DataStatus, DataType
from safelight.errors import NotFound
from safelight.ids import uuid7
from safelight.store import assetblocks, bulk, datablocks, schema
from safelight.store.columns import says
from safelight.store.db import Read, Transaction
from safelight.store.keys import reserve

_data, _datalakes, _versions = schema.data, schema.datalake, schema.dataset_version
_assets = schema.asset
_tags, _data_tags = schema.tag, schema.data_tag
READ_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Data:
    """One file. Without `object_name` it is a placeholder."""

    data_key: int
    data_id: UUID
    datalake_id: UUID
    object_name: str | None
    filename: str
    type: DataType
    content_type: str
    status: DataStatus
    width: int | None
    height: int | None
    size: int | None
    sha256: bytes | None
    metadata: dict[str, Any] | None
    custom_metadata: dict[str, Any] | None
    data_source_id: UUID | None
    created_by: UUID | None
    created_at: int

    @property
    def is_placeholder(self) -> bool:
        return self.object_name is None


@dataclass(frozen=True, slots=True)
class NewData:
    """What is known of a file before it has a row. No `object_name`: a placeholder."""

    filename: str
    width: int | None = None
    height: int | None = None
    object_name: str | None = None
    content_type: str = "application/octet-stream"
    type: DataType = DataType.IMAGE
    size: int | None = None
    sha256: bytes | None = None
    metadata: dict[str, Any] | None = None
    custom_metadata: dict[str, Any] | None = None
    data_source_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class DataFilter:
    """All that is given must hold. `tags`: for each group, the data has one of its tags."""

    data_ids: Sequence[UUID] | None = None
    filenames: Sequence[str] | None = None
    object_names: Sequence[str] | None = None
    search: str = ""
    tags: tuple[frozenset[str], ...] = field(default=())
    statuses: Sequence[DataStatus] | None = None
    types: Sequence[DataType] | None = None
    words: Sequence[str] = ()  # each stands somewhere in the name
    width: Range | None = None
    height: Range | None = None
    size: Range | None = None
    created_by: UUID | None = None
    created_after: int | None = None  # at or after
    created_before: int | None = None
    custom_metadata: Sequence[tuple[str, str]] = ()
    has_picture: bool | None = None

    @property
    def names_some(self) -> bool:
        """Single data are named, so an index leads to them."""
        named = (self.data_ids, self.filenames, self.object_names)
        return any(one is not None for one in named)


EVERYTHING = DataFilter()

COLUMNS = (
    _data.c.data_key,
    _data.c.data_id,
    _data.c.datalake_id,
    _data.c.object_name,
    _data.c.filename,
    _data.c.type,
    _data.c.content_type,
    _data.c.status,
    _data.c.width,
    _data.c.height,
    _data.c.size,
    _data.c.sha256,
    _data.c.metadata,
    _data.c.custom_metadata,
    _data.c.data_source_id,
    _data.c.created_by,
    _data.c.created_at.label("data_created_at"),
)


def of_row(row: Row[Any]) -> Data:
    """Data from a row that holds COLUMNS."""
    return Data(
        row.data_key,
        row.data_id,
        row.datalake_id,
        row.object_name,
        row.filename,
        DataType(row.type),
        row.content_type,
        DataStatus(row.status),
        row.width,
        row.height,
        row.size,
        row.sha256,
        row.metadata,
        row.custom_metadata,
        row.data_source_id,
        row.created_by,
        row.data_created_at,
    )


def _select() -> Select[Any]:
    return select(*COLUMNS)


def _in_organization(organization_id: UUID) -> ColumnElement[bool]:
    return _data.c.datalake_id.in_(
        select(_datalakes.c.datalake_id).where(_datalakes.c.organization_id == organization_id)
    )


def get(read: Read, organization_id: UUID, data_id: UUID) -> Data:
    """Raises NotFound."""
    row = read.first(_select().where(_data.c.data_id == data_id, _in_organization(organization_id)))
    if row is None:
        raise NotFound("There is no such data.", data_id=data_id)
    return of_row(row)


def find(
    read: Read,
    datalake_id: UUID,
    *,
    data_id: UUID | None = None,
    filename: str | None = None,
    object_name: str | None = None,
) -> Data | None:
    """The newest data to which all that is given applies."""
    statement = _select().where(_data.c.datalake_id == datalake_id)
    if data_id is not None:
        statement = statement.where(_data.c.data_id == data_id)
    if filename is not None:
        statement = statement.where(_data.c.filename == filename)
    if object_name is not None:
        statement = statement.where(_data.c.object_name == object_name)
    row = read.first(statement.order_by(_data.c.data_key.desc()).limit(1))
    return None if row is None else of_row(row)


def by_object(read: Read, object_name: str) -> Data | None:
    row = read.first(_select().where(_data.c.object_name == object_name))
    return None if row is None else of_row(row)


def with_objects(read: Read, object_names: Sequence[str]) -> set[str]:
    """Those of the objects that are data."""
    found: set[str] = set()
    for at in range(0, len(object_names), READ_AT_ONCE):
        some = _data.c.object_name.in_(object_names[at : at + READ_AT_ONCE])
        found.update(row.object_name for row in read.all(select(_data.c.object_name).where(some)))
    return found


def page(
    read: Read,
    datalake_id: UUID,
    wanted: DataFilter = EVERYTHING,
    *,
    before: int | None = None,
    offset: int = 0,
    limit: int | None = None,
    oldest_first: bool = False,
) -> list[Data]:
    """Newest first. `before`: the key of the last one on the page before (of `oldest_first`: after)."""
    key = _data.c.data_key
    statement = _filtered(_select(), datalake_id, wanted).limit(limit).offset(offset or None)
    if before is not None:
        statement = statement.where(key > before if oldest_first else key < before)
    statement = statement.order_by(key if oldest_first else key.desc())
    return [of_row(row) for row in read.all(statement)]


def count(read: Read, datalake_id: UUID, wanted: DataFilter = EVERYTHING) -> int:
    statement = select(func.count()).select_from(_data)
    number: int = read.scalar(_filtered(statement, datalake_id, wanted))
    return number


def _filtered(statement: Select[Any], datalake_id: UUID, wanted: DataFilter) -> Select[Any]:
    return statement.where(_data.c.datalake_id == datalake_id, *conditions(wanted))


def conditions(wanted: DataFilter) -> list[ColumnElement[bool]]:
    """What a filter says about the columns of `data`."""
    found: list[ColumnElement[bool]] = []
    for column, values in (
        (_data.c.data_id, wanted.data_ids),
        (_data.c.filename, wanted.filenames),
        (_data.c.object_name, wanted.object_names),
        (_data.c.status, wanted.statuses),
        (_data.c.type, wanted.types),
    ):
        if values is not None:
            found.append(column.in_(list(values)))
    words = (wanted.search, *wanted.words) if wanted.search else wanted.words
    name = func.lower(_data.c.filename)
    found.extend(name.contains(word.lower(), autoescape=True) for word in words)
    found.extend(has_tag(names) for names in wanted.tags)
    found.extend(_measured(wanted))
    if wanted.created_by is not None:
        found.append(_data.c.created_by == wanted.created_by)
    if wanted.has_picture is not None:
        has_none = _data.c.object_name.is_(None)
        found.append(~has_none if wanted.has_picture else has_none)
    found.extend(says(_data.c.custom_metadata, *pair) for pair in wanted.custom_metadata)
    return found


def _measured(wanted: DataFilter) -> Iterator[ColumnElement[bool]]:
    for column, ends in (
        (_data.c.width, wanted.width),
        (_data.c.height, wanted.height),
        (_data.c.size, wanted.size),
    ):
        if ends is not None and ends.low is not None:
            yield column >= ends.low
        if ends is not None and ends.high is not None:
            yield column <= ends.high
    if wanted.created_after is not None:
        yield _data.c.created_at >= wanted.created_after
    if wanted.created_before is not None:
        yield _data.c.created_at < wanted.created_before


def keys_named(read: Read, version_key: int, wanted: DataFilter) -> list[int]:
    """Keys of the data that a filter names one by one, in the organization of a version."""
    named = DataFilter(wanted.data_ids, wanted.filenames, wanted.object_names)
    lakes = (
        select(_datalakes.c.datalake_id)
        .join(_versions, _versions.c.organization_id == _datalakes.c.organization_id)
        .where(_versions.c.version_key == version_key)
    )
    rows = read.all(
        select(_data.c.data_key).where(*conditions(named), _data.c.datalake_id.in_(lakes))
    )
    return [row.data_key for row in rows]


def has_tag(names: Iterable[str]) -> ColumnElement[bool]:
    """The data has a tag of one of these names."""
    return exists().where(
        _data_tags.c.data_key == _data.c.data_key,
        _data_tags.c.tag_id == _tags.c.tag_id,
        _tags.c.name.in_(sorted(names)),
    )


def add(tx: Transaction, datalake_id: UUID, new: NewData, created_by: UUID | None) -> Data:
    [key] = add_many(tx, datalake_id, [new], created_by)
    [data] = by_keys(tx, [key])
    return data


def add_many(
    tx: Transaction, datalake_id: UUID, new: Sequence[NewData], created_by: UUID | None
) -> list[int]:
    """Store rows for files or placeholders; their keys in the same order."""
    keys = reserve(tx, _data, len(new))
    bulk.insert(
        tx,
        [*_SET_ONCE, *_KNOWN],
        [
            (
                key,
                uuid7(),
                datalake_id,
                DataStatus.PENDING if one.object_name is None else DataStatus.DONE,
                created_by,
                tx.now,
                *_known(one),
            )
            for key, one in zip(keys, new, strict=True)
        ],
    )
    datablocks.add(tx, datalake_id, keys)
    return keys


_SET_ONCE = (
    _data.c.data_key,
    _data.c.data_id,
    _data.c.datalake_id,
    _data.c.status,
    _data.c.created_by,
    _data.c.created_at,
)
_KNOWN = (
    _data.c.object_name,
    _data.c.filename,
    _data.c.type,
    _data.c.content_type,
    _data.c.width,
    _data.c.height,
    _data.c.size,
    _data.c.sha256,
    _data.c.metadata,
    _data.c.custom_metadata,
    _data.c.data_source_id,
)


def _known(new: NewData) -> tuple[Any, ...]:
    """What is known of a file, in the order of _KNOWN."""
    return (
        new.object_name,
        new.filename,
        new.type,
        new.content_type,
        new.width,
        new.height,
        new.size,
        new.sha256,
        new.metadata,
        new.custom_metadata,
        new.data_source_id,
    )


def by_keys(read: Read, data_keys: Sequence[int]) -> list[Data]:
    """In the order of the keys given; keys of nothing are left out."""
    found: dict[int, Data] = {}
    for at in range(0, len(data_keys), READ_AT_ONCE):
        rows = read.all(_select().where(_data.c.data_key.in_(data_keys[at : at + READ_AT_ONCE])))
        found.update((row.data_key, of_row(row)) for row in rows)
    return [found[key] for key in data_keys if key in found]


def keys_of(read: Read, organization_id: UUID, data_ids: Sequence[UUID]) -> list[int]:
    """Keys in the order of the ids. Raises NotFound naming the first id that is not there."""
    found: dict[UUID, int] = {}
    for at in range(0, len(data_ids), READ_AT_ONCE):
        rows = read.all(
            select(_data.c.data_id, _data.c.data_key).where(
                _data.c.data_id.in_(data_ids[at : at + READ_AT_ONCE]),
                _in_organization(organization_id),
            )
        )
        found.update((row.data_id, row.data_key) for row in rows)
    for data_id in data_ids:
        if data_id not in found:
            raise NotFound(f"There is no data {data_id}.", data_id=data_id)
    return [found[data_id] for data_id in data_ids]


def ids_of(read: Read, data_keys: Sequence[int]) -> list[UUID]:
    """Ids in the order of the keys; keys of nothing are left out."""
    found: dict[int, UUID] = {}
    for at in range(0, len(data_keys), READ_AT_ONCE):
        some = _data.c.data_key.in_(data_keys[at : at + READ_AT_ONCE])
        rows = read.all(select(_data.c.data_key, _data.c.data_id).where(some))
        found.update((row.data_key, row.data_id) for row in rows)
    return [found[key] for key in data_keys if key in found]


def keys_by_filename(
    read: Read, datalake_id: UUID, filenames: Sequence[str]
) -> dict[str, tuple[int, int | None, int | None]]:
    """Of each name that the datalake knows, its newest data: (key, width, height)."""
    found: dict[str, tuple[int, int | None, int | None]] = {}
    for at in range(0, len(filenames), READ_AT_ONCE):
        rows = read.all(
            select(_data.c.filename, _data.c.data_key, _data.c.width, _data.c.height)
            .where(
                _data.c.datalake_id == datalake_id,
                _data.c.filename.in_(filenames[at : at + READ_AT_ONCE]),
            )
            .order_by(_data.c.data_key)
        )
        found.update((row.filename, (row.data_key, row.width, row.height)) for row in rows)
    return found


class DataName(StrEnum):
    """What data can be called by."""

    FILENAME = "filename"
    OBJECT_NAME = "object_name"
    DATA_ID = "data_id"
    SHA256 = "sha256"


def keys_by(
    read: Read, datalake_id: UUID, called: DataName, names: Sequence[str | UUID | bytes]
) -> dict[Any, tuple[int, ...]]:
    """Of each name that the datalake knows, all data that have it, oldest first."""
    column = _data.c[called.value]
    found: dict[Any, tuple[int, ...]] = {}
    for at in range(0, len(names), READ_AT_ONCE):
        rows = read.execute(
            select(column, _data.c.data_key)
            .where(_data.c.datalake_id == datalake_id, column.in_(names[at : at + READ_AT_ONCE]))
            .order_by(_data.c.data_key)
        )
        for said, data_key in rows:
            name = bytes(said) if called is DataName.SHA256 else said
            found[name] = (*found.get(name, ()), data_key)
    return found


@dataclass(frozen=True, slots=True)
class File:
    """The stored bytes of a picture, and what they say of themselves."""

    object_name: str
    content_type: str
    size: int
    sha256: bytes
    width: int
    height: int


def placeholders(read: Read, data_keys: Sequence[int]) -> set[int]:
    """Those of the data that have no file yet."""
    found: set[int] = set()
    for at in range(0, len(data_keys), READ_AT_ONCE):
        some = _data.c.data_key.in_(data_keys[at : at + READ_AT_ONCE])
        rows = read.execute(select(_data.c.data_key).where(some, _data.c.object_name.is_(None)))
        found.update(row[0] for row in rows)
    return found


def fill(tx: Transaction, files: Mapping[int, File]) -> list[str]:
    """Give placeholders (by key) their files; the object names of those that got one meanwhile."""
    waiting = placeholders(tx, list(files))
    assetblocks.touch_data(tx, sorted(waiting))  # their size may be another than was said
    for data_key in waiting:
        values = asdict(files[data_key])
        tx.execute(
            update(_data)
            .where(_data.c.data_key == data_key)
            .values(status=DataStatus.DONE, **values)
        )
    return [file.object_name for key, file in files.items() if key not in waiting]


def fill_placeholder(tx: Transaction, datalake_id: UUID, new: NewData) -> Data | None:
    """Give the oldest placeholder of this name and size its picture; None if there is none.

    Two uploads of one name cannot fill the same placeholder: the second finds it filled.
    """
    waiting = (
        select(func.min(_data.c.data_key))
        .where(
            _data.c.datalake_id == datalake_id,
            _data.c.filename == new.filename,
            _data.c.width == new.width,
            _data.c.height == new.height,
            _data.c.object_name.is_(None),
        )
        .scalar_subquery()
    )
    known = zip(_KNOWN, _known(new), strict=True)
    values = {column.name: value for column, value in known if value is not None}
    row = tx.first(
        update(_data)
        .where(_data.c.data_key == waiting, _data.c.object_name.is_(None))
        .values(status=DataStatus.DONE, **values)
        .returning(_data.c.data_key)
    )
    return None if row is None else by_keys(tx, [row.data_key])[0]


def change(tx: Transaction, data: Data, **values: Any) -> Data:
    """Set `metadata`, `custom_metadata` or `data_source_id`."""
    tx.execute(update(_data).where(_data.c.data_key == data.data_key).values(values))
    return by_keys(tx, [data.data_key])[0]


def in_versions(read: Read, data_keys: Sequence[int]) -> list[int]:
    """Those of the keys that are assets of some version."""
    rows = read.all(
        select(_assets.c.data_key)
        .join(_versions, _versions.c.version_key == _assets.c.version_key)
        .where(_assets.c.data_key.in_(data_keys), _versions.c.removed_at.is_(None))
        .distinct()
    )
    return [row.data_key for row in rows]


def remove(tx: Transaction, data_keys: Sequence[int]) -> None:
    """Delete rows that no version uses; the caller removes their objects after the commit.

    A removed version does not keep them: whoever brings it back finds these pictures missing.
    """
    gone: dict[UUID, list[int]] = {}
    for at in range(0, len(data_keys), READ_AT_ONCE):
        chosen = data_keys[at : at + READ_AT_ONCE]
        _remove_assets(tx, chosen)
        some = _data.c.data_key.in_(chosen)
        rows = tx.all(delete(_data).where(some).returning(_data.c.datalake_id, _data.c.data_key))
        for row in rows:
            gone.setdefault(row.datalake_id, []).append(row.data_key)
    for datalake_id in sorted(gone):
        datablocks.take_out(tx, datalake_id, gone[datalake_id])


def _remove_assets(tx: Transaction, data_keys: Sequence[int]) -> None:
    assetblocks.touch_data(tx, data_keys)
    statement = delete(_assets).where(_assets.c.data_key.in_(data_keys))
    rows = tx.all(statement.returning(_assets.c.version_key))
    for version_key, number in sorted(Counter(row.version_key for row in rows).items()):
        tx.execute(
            update(_versions)
            .where(_versions.c.version_key == version_key)
            .values(asset_count=_versions.c.asset_count - number)
        )


def known_contents(
    read: Read, datalake_id: UUID, hashes: Sequence[bytes]
) -> dict[bytes, list[Data]]:
    """The data of a datalake that have these contents (SHA-256), oldest first."""
    found: dict[bytes, list[Data]] = {}
    for at in range(0, len(hashes), READ_AT_ONCE):
        same = _data.c.sha256.in_(hashes[at : at + READ_AT_ONCE])
        statement = _select().where(_data.c.datalake_id == datalake_id, same)
        for row in read.all(statement.order_by(_data.c.data_key)):
            found.setdefault(row.sha256, []).append(of_row(row))
    return found


def known(read: Read, names: Sequence[bytes | UUID]) -> set[bytes | UUID]:
    """Those of some contents (SHA-256) and data ids that there is data of, wherever it is."""
    hashes = [name for name in names if isinstance(name, bytes)]
    ids = [name for name in names if isinstance(name, UUID)]
    found: set[bytes | UUID] = set()
    for column, wanted in ((_data.c.sha256, hashes), (_data.c.data_id, ids)):
        for at in range(0, len(wanted), READ_AT_ONCE):
            some = column.in_(wanted[at : at + READ_AT_ONCE])
            found.update(row[0] for row in read.all(select(column).where(some)))
    return found
