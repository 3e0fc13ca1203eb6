"""Blocks of 4096 asset keys of a version: what was counted of each, and which have changed since.

Whoever changes assets says so here, in the same transaction, so at every moment a block that reads as counted
is counted rightly. Counting is done later, in steps (`count`), by whoever repeats them; those who ask
meanwhile look into the uncounted blocks themselves. A fork starts without blocks: it counts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, literal, select, text, update

from safelight.domain import statistics
from safelight.domain.annotations import parse
from safelight.domain.facets import facets_of
from safelight.domain.statistics import Statistics
from safelight.store import bulk, schema
from safelight.store.bulk import upsert
from safelight.store.db import Database, Read, Transaction

_blocks, _facets, _assets = schema.asset_block, schema.asset_facet, schema.asset
_data, _documents = schema.data, schema.document
WIDTH = 4096


@dataclass(frozen=True, slots=True)
class Progress:
    """`changes`: a clock of the version, which goes on with every change. `assets`: how many are counted."""

    changes: int
    assets: int


# From one key to the first of the next block, so that it costs nothing to pass over a long block.
_WITH_ASSETS = text(
    "WITH RECURSIVE found(block) AS ("
    "SELECT (SELECT min(asset_key) FROM asset WHERE version_key = :version_key) / CAST(:width AS bigint) "
    "UNION ALL SELECT (SELECT min(asset_key) FROM asset WHERE version_key = :version_key "
    "AND asset_key >= (found.block + 1) * :width) / CAST(:width AS bigint) FROM found "
    "WHERE found.block IS NOT NULL) SELECT block FROM found WHERE block IS NOT NULL"
)


# --- who changes something ------------------------------------------------------------------------


def touch(tx: Transaction, version_key: int, asset_keys: Iterable[int]) -> None:
    """These assets change, come or go in this transaction."""
    _touch(tx, {(version_key, key // WIDTH) for key in asset_keys})


def touch_where(tx: Transaction, *conditions: ColumnElement[bool]) -> None:
    """The same of all that meet conditions on `schema.asset` now."""
    block = (_assets.c.asset_key // literal(WIDTH)).label("block")
    rows = tx.all(select(_assets.c.version_key, block).where(*conditions).distinct())
    _touch(tx, {(row.version_key, row.block) for row in rows})


def touch_changed(
    tx: Transaction, version_key: int, change_set_key: int, *, creates: bool = False
) -> None:
    """The same of all that a change set speaks of; one that creates its version does not, and means all."""
    if creates:
        touch_where(tx, _assets.c.version_key == version_key)
        return
    changes = schema.asset_change
    block = (changes.c.asset_key // literal(WIDTH)).label("block")
    rows = tx.all(select(block).where(changes.c.change_set_key == change_set_key).distinct())
    _touch(tx, {(version_key, row.block) for row in rows})


def touch_data(tx: Transaction, data_keys: Sequence[int]) -> None:
    """The same of all that these data are in."""
    for at in range(0, len(data_keys), WIDTH):
        touch_where(tx, _assets.c.data_key.in_(data_keys[at : at + WIDTH]))


def _touch(tx: Transaction, blocks: set[tuple[int, int]]) -> None:
    if _blocks not in tx.kept:
        tx.kept[_blocks] = set()
        # At the end and in order: of two who change the same blocks one waits for the other, and only briefly.
        tx.last_words.append(lambda: _forget(tx, tx.kept[_blocks]))
    tx.kept[_blocks] |= blocks


def _forget(tx: Transaction, blocks: set[tuple[int, int]]) -> None:
    bulk.insert(
        tx,
        (_blocks.c.version_key, _blocks.c.block, _blocks.c.changes),
        [(version_key, block, 1) for version_key, block in sorted(blocks)],
        "ON CONFLICT (version_key, block) DO UPDATE SET "
        "changes = asset_block.changes + 1, assets = NULL, statistics = NULL",
    )


# --- who counts -------------------------------------------------------------------------------------


def progress(read: Read, version_key: int) -> Progress:
    row = read.first(
        select(
            func.sum(_blocks.c.changes).label("changes"), func.sum(_blocks.c.assets).label("assets")
        ).where(_blocks.c.version_key == version_key)
    )
    assert row is not None
    return Progress(int(row.changes or 0), int(row.assets or 0))


def counted(read: Read, version_key: int) -> list[int]:
    """The blocks that are counted, newest first."""
    rows = read.all(
        select(_blocks.c.block)
        .where(_blocks.c.version_key == version_key, _blocks.c.assets.is_not(None))
        .order_by(_blocks.c.block.desc())
    )
    return [row.block for row in rows]


def uncounted(read: Read, version_key: int) -> list[int]:
    """The blocks that hold assets and are not counted, newest first."""
    done = set(counted(read, version_key))
    return [block for block in all_of(read, version_key) if block not in done]


def all_of(read: Read, version_key: int) -> list[int]:
    """The blocks that hold assets, newest first."""
    rows = read.all(_WITH_ASSETS.bindparams(version_key=version_key, width=WIDTH))
    return sorted((row.block for row in rows), reverse=True)


def statistics_of(read: Read, version_key: int, block: int) -> Statistics:
    """Counted now."""
    found = Statistics()
    for _key, content, width, height in read.execute(_contents(version_key, block)):
        found.count(None if content is None else parse(bytes(content)), width, height)
    return found


def _contents(version_key: int, block: int) -> Select[Any]:
    return (
        select(_assets.c.asset_key, _documents.c.content, _data.c.width, _data.c.height)
        .join(_data, _data.c.data_key == _assets.c.data_key)
        .outerjoin(_documents, _documents.c.document_key == _assets.c.document_key)
        .where(
            _assets.c.version_key == version_key,
            within(block),
        )
    )


def within(block: int) -> ColumnElement[bool]:
    """The asset is one of a block."""
    return _assets.c.asset_key.between(block * WIDTH, block * WIDTH + WIDTH - 1)


def count(db: Database, version_key: int, block: int) -> bool:
    """Count a block and keep it; False if it changed while it was counted."""
    numbers, bits = Statistics(), dict[int, int]()
    with db.read() as read:
        this = (_blocks.c.version_key == version_key, _blocks.c.block == block)
        changes = read.scalar(select(_blocks.c.changes).where(*this))
        for asset_key, content, width, height in read.execute(_contents(version_key, block)):
            document = None if content is None else parse(bytes(content))
            numbers.count(document, width, height)
            for facet in facets_of(document):
                bits[facet] = bits.get(facet, 0) | 1 << asset_key % WIDTH
    with db.transaction() as tx:
        if not keep(tx, version_key, block, changes, numbers):
            return False
        mine = (_facets.c.version_key == version_key, _facets.c.block == block)
        tx.execute(delete(_facets).where(*mine))
        columns = (_facets.c.version_key, _facets.c.facet, _facets.c.block, _facets.c.bits)
        rows = [(version_key, facet, block, as_bytes(some)) for facet, some in sorted(bits.items())]
        bulk.insert(tx, columns, rows)
    return True


def keep(
    tx: Transaction, version_key: int, block: int, changes: int | None, numbers: Statistics
) -> bool:
    """Write what was counted when the block had changed so often, unless it has changed again, or
    somebody else has counted it.
    """
    values = {"assets": numbers.pictures, "statistics": statistics.build(numbers)}
    if changes is None:
        row = {"version_key": version_key, "block": block, "changes": 0, **values}
        first = upsert(tx, _blocks).values(row).on_conflict_do_nothing()
        return tx.first(first.returning(_blocks.c.block)) is not None
    again = update(_blocks).where(
        _blocks.c.version_key == version_key,
        _blocks.c.block == block,
        _blocks.c.changes == changes,
        _blocks.c.assets.is_(None),
    )
    return tx.first(again.values(values).returning(_blocks.c.block)) is not None


def as_bytes(bits: int) -> bytes:
    return bits.to_bytes((bits.bit_length() + 7) // 8, "little")


def as_bits(kept: bytes) -> int:
    return int.from_bytes(kept, "little")
