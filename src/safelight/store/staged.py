"""Assets of an import before they are any: kept ready in a temporary table, so that adding them all to a
version is one statement for each table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    case,
    delete,
    false,
    func,
    insert,
    literal,
    null,
    select,
    true,
)

from safelight.batches import batches
from safelight.domain.annotations import FIRST_NUMBERS, Numbers
from safelight.domain.datasets import DataStatus
from safelight.errors import Unavailable
from safelight.ids import uuid7
from safelight.store import bulk, changes, datablocks, keys, presence, schema, versions
from safelight.store.changes import ChangeSet
from safelight.store.columns import Id, Key
from safelight.store.data import File, NewData
from safelight.store.db import Database, Read, Transaction
from safelight.store.versions import Version

_staged = Table(
    "staged_asset",
    MetaData(),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("asset_key", Key, nullable=False),  # of the asset to be: see `_base`
    Column("new_data_key", Key, nullable=False),  # of the placeholder to be, likewise
    Column("data_key", Key),  # of what is there already; null: a placeholder will be made
    Column("data_id", Id),
    Column("filename", Text),
    Column("width", Integer),
    Column("height", Integer),
    Column("document_key", Key),
    Column("next_annotation", Integer, nullable=False),
    Column("next_shape", Integer, nullable=False),
    # Of the file of a picture that is not data yet; null: it is a placeholder.
    Column("object_name", Text),
    Column("content_type", Text),
    Column("size", BigInteger),
    Column("sha256", LargeBinary),
    prefixes=["TEMPORARY"],
)
_columns = tuple(_staged.c)
_data, _assets, _changes = schema.data, schema.asset, schema.asset_change
AT_ONCE = 5000
_OF_PLACEHOLDERS = NewData("")  # what is the same for all of them


@dataclass(frozen=True, slots=True)
class StagedAsset:
    """`position`: its place among the others. Without `data_key` it becomes data: with its `file`, or as
    a placeholder.
    """

    position: int
    data_key: int | None
    filename: str
    width: int | None
    height: int | None
    file: File | None = None
    document_key: int | None = None
    numbers: Numbers = FIRST_NUMBERS


class Staging:
    """A connection with the temporary table; both are given back at the end."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self.connection = self._open.enter_context(self._db.connection())
        with self._db.read(on=self.connection) as read:
            _staged.create(read.connection, checkfirst=False)
        return self

    def __exit__(self, *_: object) -> None:
        with self._open:
            try:
                with self._db.read(on=self.connection) as read:
                    _staged.drop(read.connection, checkfirst=False)
            except Unavailable:
                self.connection.invalidate()

    def fill(self, rows: Iterable[StagedAsset]) -> None:
        """Put rows, in the order of their positions, where only this connection sees them; nobody has to wait
        for it.
        """
        with self._db.read(on=self.connection) as read:
            put(read, rows)


def put(read: Read, some: Iterable[StagedAsset]) -> None:
    """Stage rows, in the order of their positions."""
    for batch in batches(some, AT_ONCE):
        _put(read, batch)


def _put(read: Read, rows: Sequence[StagedAsset]) -> None:
    if read.dialect == "sqlite":
        # Keys are taken in the transaction that uses them: see `_base`.
        asset_keys = [row.position for row in rows]
        new_data_keys = iter(asset_keys)
    else:
        asset_keys = keys.reserve(read, _assets, len(rows))
        new_data_keys = iter(keys.reserve(read, _data, len(rows)))
    bulk.insert(
        read,
        _columns,
        [
            (
                row.position,
                asset_key,
                new_data_key,
                row.data_key,
                uuid7() if row.data_key is None else None,
                row.filename,
                row.width if row.file is None else row.file.width,
                row.height if row.file is None else row.file.height,
                row.document_key,
                row.numbers.annotation,
                row.numbers.shape,
                *_of_file(row.file),
            )
            for row, asset_key, new_data_key in zip(rows, asset_keys, new_data_keys, strict=True)
        ],
    )


def _of_file(file: File | None) -> tuple[str | None, str | None, int | None, bytes | None]:
    if file is None:
        return None, None, None, None
    return file.object_name, file.content_type, file.size, file.sha256


def leave_out(tx: Transaction, positions: Iterable[int]) -> None:
    for position in positions:
        tx.execute(delete(_staged).where(_staged.c.position == position))


def use_data(tx: Transaction, found: dict[int, int]) -> None:
    """Take these data (by position) instead of making placeholders."""
    bulk.update(
        tx,
        _staged.c.position,
        (_staged.c.data_key,),
        [(data_key, position) for position, data_key in found.items()],
    )


def add(
    tx: Transaction,
    change_set: ChangeSet,
    version: Version,
    datalake_id: UUID,
    created_by: UUID | None,
) -> int:
    """Make placeholders and assets of all that is staged, in the order of positions; how many.

    `version` must be open to write alone and have none of their data yet.
    """
    number: int = tx.scalar(select(func.count()).select_from(_staged))
    if number == 0:
        return 0
    new_key = _base(tx, _data) + _staged.c.new_data_key
    asset_key = _base(tx, _assets) + _staged.c.asset_key
    data_key, is_new = func.coalesce(_staged.c.data_key, new_key), _staged.c.data_key.is_(None)
    _copy(
        tx,
        _data,
        {
            _data.c.data_key: new_key,
            _data.c.data_id: _staged.c.data_id,
            _data.c.datalake_id: literal(datalake_id, Id),
            _data.c.filename: _staged.c.filename,
            _data.c.type: literal(_OF_PLACEHOLDERS.type, _data.c.type.type),
            _data.c.object_name: _staged.c.object_name,
            _data.c.content_type: func.coalesce(
                _staged.c.content_type, literal(_OF_PLACEHOLDERS.content_type)
            ),
            _data.c.size: _staged.c.size,
            _data.c.sha256: _staged.c.sha256,
            _data.c.status: case(
                (_staged.c.object_name.is_(None), literal(DataStatus.PENDING, _data.c.status.type)),
                else_=literal(DataStatus.DONE, _data.c.status.type),
            ),
            _data.c.width: _staged.c.width,
            _data.c.height: _staged.c.height,
            _data.c.created_by: literal(created_by, Id),
            _data.c.created_at: literal(tx.now),
        },
        is_new,
    )
    datablocks.add_from(tx, datalake_id, _staged, new_key, is_new)
    _copy(
        tx,
        _assets,
        {
            _assets.c.asset_key: asset_key,
            _assets.c.version_key: literal(version.version_key),
            _assets.c.data_key: data_key,
            _assets.c.document_key: _staged.c.document_key,
            _assets.c.next_annotation: _staged.c.next_annotation,
            _assets.c.next_shape: _staged.c.next_shape,
            _assets.c.created_at: literal(tx.now),
        },
    )
    presence.check(tx, select(_staged.c.data_key).where(_staged.c.data_key.is_not(None)))
    versions.count_assets(tx, version, number)
    if not change_set.creates:
        _copy(
            tx,
            _changes,
            {
                _changes.c.change_set_key: literal(change_set.change_set_key),
                _changes.c.asset_key: asset_key,
                _changes.c.data_key: data_key,
                _changes.c.existed_before: false(),
                _changes.c.exists_after: true(),
                _changes.c.document_before: null(),
                _changes.c.document_after: _staged.c.document_key,
            },
        )
    changes.touch(tx, change_set)
    return number


def _base(tx: Transaction, table: Table) -> ColumnElement[int]:
    """What is to be added to staged keys: as long as others may write to SQLite, no key is ours."""
    return literal(keys.next_key(tx, table) if tx.dialect == "sqlite" else 0)


def _copy(
    tx: Transaction,
    table: Table,
    values: dict[Column[Any], Any],
    condition: ColumnElement[bool] | None = None,
) -> None:
    rows = select(*values.values()).select_from(_staged).order_by(_staged.c.position)
    if condition is not None:
        rows = rows.where(condition)
    tx.execute(insert(table).from_select([column.name for column in values], rows))
