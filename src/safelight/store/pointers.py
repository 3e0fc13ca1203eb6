"""The pointers of a whole version at once: read by file name, copied into a fork, let go of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    delete,
    func,
    insert,
    literal,
    null,
    select,
)

from safelight.domain.annotations import Numbers
from safelight.store import presence, schema, statistics, tags, versions
from safelight.store.columns import Id
from safelight.store.db import Read, Transaction
from safelight.store.versions import Version

_assets, _data, _documents = schema.asset, schema.data, schema.document
REMOVED_AT_ONCE = 2000
COPIED_AT_ONCE = 5000
READ_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Pointer:
    """What an asset points to, and the numbers it gives out next."""

    asset_key: int
    data_key: int
    document_key: int | None
    numbers: Numbers


_COLUMNS = (
    _assets.c.asset_key,
    _assets.c.data_key,
    _assets.c.document_key,
    _assets.c.next_annotation,
    _assets.c.next_shape,
)


def _pointer(row: Sequence[Any]) -> Pointer:
    asset_key, data_key, document_key, annotation, shape = row
    return Pointer(asset_key, data_key, document_key, Numbers(annotation, shape))


def by_filename(
    read: Read, version_key: int, names: Collection[str]
) -> dict[str, tuple[Pointer, ...]]:
    """The assets of a version that have one of these file names; of each name all that have it, oldest
    first. One walk over the version: a file mostly speaks of most of it.
    """
    wanted = set(names)
    rows = read.execute(
        select(_data.c.filename, *_COLUMNS)
        .join(_data, _data.c.data_key == _assets.c.data_key)
        .where(_assets.c.version_key == version_key)
        .order_by(_assets.c.asset_key)
    )
    found: dict[str, tuple[Pointer, ...]] = {}
    for name, *row in rows:
        if name in wanted:
            found[name] = (*found.get(name, ()), _pointer(row))
    return found


def sizes(read: Read, version_key: int) -> dict[str, tuple[int, int]]:
    """Width and height of the pictures of a version by file name, where they are known."""
    rows = read.execute(
        select(_data.c.filename, _data.c.width, _data.c.height)
        .join(_assets, _data.c.data_key == _assets.c.data_key)
        .where(_assets.c.version_key == version_key, _data.c.width > 0, _data.c.height > 0)
    )
    return {name: (width, height) for name, width, height in rows}


def by_data(read: Read, version_key: int, data_keys: Sequence[int]) -> dict[int, Pointer]:
    """Those of the data that the version has."""
    found = _some_of(read, version_key, _assets.c.data_key, data_keys)
    return {pointer.data_key: pointer for pointer in found}


def by_key(read: Read, version_key: int, asset_keys: Sequence[int]) -> dict[int, Pointer]:
    """Those of the assets that are the version's."""
    found = _some_of(read, version_key, _assets.c.asset_key, asset_keys)
    return {pointer.asset_key: pointer for pointer in found}


def _some_of(
    read: Read, version_key: int, column: Column[int], keys: Sequence[int]
) -> Iterator[Pointer]:
    for at in range(0, len(keys), READ_AT_ONCE):
        rows = read.execute(
            select(*_COLUMNS).where(
                _assets.c.version_key == version_key, column.in_(keys[at : at + READ_AT_ONCE])
            )
        )
        yield from map(_pointer, rows)


def newest_data_key(read: Read, datalake_id: UUID) -> int:
    """Of the newest data of a datalake; 0 if it has none."""
    newest = select(func.max(_data.c.data_key)).where(_data.c.datalake_id == datalake_id)
    return read.scalar(newest) or 0


def copy(
    tx: Transaction,
    source: Version,
    into: Version,
    *,
    with_documents: bool,
) -> int:
    """Fill an empty version with all assets of another, in their order; how many.

    Pointers are copied, documents shared. `into` must be open to write alone. No change is recorded:
    the version was made for this, so undoing it removes the version.
    """
    said = (
        (_assets.c.document_key, _assets.c.next_annotation, _assets.c.next_shape)
        if with_documents
        else (null(), literal(1), literal(1))
    )
    names = (
        "version_key",
        "data_key",
        "created_at",
        "document_key",
        "next_annotation",
        "next_shape",
    )
    rows = (
        select(literal(into.version_key), _assets.c.data_key, literal(tx.now), *said)
        .where(_assets.c.version_key == source.version_key)
        .order_by(_assets.c.asset_key)
    )
    presence.hold(tx)
    statement = insert(_assets).from_select(names, rows)
    copied = int(tx.execute(statement.execution_options(preserve_rowcount=True)).rowcount)
    versions.count_assets(tx, into, copied)
    if with_documents:
        statistics.inherit(tx, source, into)
    return copied


def copy_tags(tx: Transaction, source: Version, into: Version) -> None:
    """Give copied assets the tags of their originals, as tags of the new version."""
    new, old = _assets.alias("new"), _assets.alias("old")
    for tag in tags.of_owner(tx, source.version_id, tags.ASSET):
        twin = tags.ensure(tx, into.organization_id, into.version_id, tags.ASSET, tag.name)
        same_data = (old.c.data_key == new.c.data_key) & (old.c.version_key == source.version_key)
        rows = (
            select(new.c.asset_key, literal(twin.tag_id, Id))
            .join(old, same_data)
            .join(schema.asset_tag, schema.asset_tag.c.asset_key == old.c.asset_key)
            .where(new.c.version_key == into.version_key, schema.asset_tag.c.tag_id == tag.tag_id)
        )
        tx.execute(insert(schema.asset_tag).from_select(("asset_key", "tag_id"), rows))


def let_go(tx: Transaction, document_keys: Sequence[int]) -> None:
    """Remove documents that were written to be pointed to, and now never will be."""
    tx.execute(delete(_documents).where(_documents.c.document_key.in_(document_keys)))
