"""What an export reads: pointers first, all of one moment, then contents page by page.

No snapshot is held while somebody takes the contents slowly: documents never change, and what pointed to
them is known.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from safelight.store import assets, documents, schema
from safelight.store.assets import AT_ONCE, AssetFilter
from safelight.store.db import Database, Read

_assets, _data = schema.asset, schema.data
_NOTHING = 0  # keys begin with 1
_COLUMNS = (
    _data.c.data_key,
    _data.c.data_id,
    _data.c.object_name,
    _data.c.filename,
    _data.c.width,
    _data.c.height,
)


@dataclass(frozen=True, slots=True)
class Pointers:
    """Keys of the chosen pictures, oldest first: 24 bytes each."""

    assets: array[int] = field(default_factory=lambda: array("q"))
    data: array[int] = field(default_factory=lambda: array("q"))
    documents: array[int] = field(default_factory=lambda: array("q"))

    def __len__(self) -> int:
        return len(self.assets)


@dataclass(frozen=True, slots=True)
class Exported:
    """One picture with what was said of it; `number` is its place from 1. Without `object_name` it was not
    uploaded.
    """

    number: int
    asset_key: int
    data_id: UUID
    object_name: str | None
    filename: str
    width: int | None
    height: int | None
    content: bytes | None


def pointers(
    read: Read, version_key: int, wanted: AssetFilter, asset_keys: Sequence[int] | None = None
) -> Pointers:
    """Those of the pictures that the filter lets through, and are among `asset_keys` where those are given."""
    found = Pointers()
    columns = (_assets.c.asset_key, _assets.c.data_key, _assets.c.document_key)
    statement = assets.chosen(read, columns, version_key, wanted).order_by(_assets.c.asset_key)
    if asset_keys is None:
        statements = [statement]
    else:
        keys = sorted(set(asset_keys))
        statements = [
            statement.where(_assets.c.asset_key.in_(keys[at : at + AT_ONCE]))
            for at in range(0, len(keys), AT_ONCE)
        ]
    for one in statements:
        with read.connection.execute(one.execution_options(yield_per=AT_ONCE)) as rows:
            for asset_key, data_key, document_key in rows:
                found.assets.append(asset_key)
                found.data.append(data_key)
                found.documents.append(document_key or _NOTHING)
    return found


def listed(db: Database, found: Pointers, *, at_once: int) -> Iterator[Exported]:
    """The pictures behind pointers, read in short pages. Those whose data was deleted meanwhile are left out."""
    for at in range(0, len(found), at_once):
        page = slice(at, at + at_once)
        with db.read() as read:
            rows = _rows(read, found.data[page])
        yield from _pictures(found, page, rows, {})


def contents(db: Database, found: Pointers, *, at_once: int) -> Iterator[Exported]:
    """The same with what was said of them."""
    for at in range(0, len(found), at_once):
        page = slice(at, at + at_once)
        with db.read() as read:
            rows = _rows(read, found.data[page])
            said = documents.read_many(read, filter(None, found.documents[page]))
        yield from _pictures(found, page, rows, said)


def _rows(read: Read, keys: Sequence[int]) -> dict[int, Row[Any]]:
    found = read.all(select(*_COLUMNS).where(_data.c.data_key.in_(keys)))
    return {row.data_key: row for row in found}


def _pictures(
    found: Pointers, page: slice, rows: Mapping[int, Row[Any]], said: Mapping[int, bytes]
) -> Iterator[Exported]:
    keys = zip(found.assets[page], found.data[page], found.documents[page], strict=True)
    for number, (asset_key, data_key, document_key) in enumerate(keys, start=page.start + 1):
        row = rows.get(data_key)
        if row is not None:
            yield Exported(
                number,
                asset_key,
                row.data_id,
                row.object_name,
                row.filename,
                row.width,
                row.height,
                said.get(document_key),
            )
