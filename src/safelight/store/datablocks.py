"""How many data stand in each stretch of 1024 keys of a datalake: the way to any place of a long list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from safelight.store import schema
from safelight.store.bulk import upsert
from safelight.store.columns import Id
from safelight.store.db import Read, Transaction

_blocks = schema.data_block
Upsert = sqlite.Insert | postgresql.Insert
WIDTH = 1024


@dataclass(frozen=True, slots=True)
class Stretch:
    """`number` data with keys from `first` down to `last`."""

    first: int
    last: int
    number: int


def add(tx: Transaction, datalake_id: UUID, data_keys: Sequence[int]) -> None:
    """Count new data, in their own transaction.

    Others who add to the same block wait until it ends; all go upwards, so nobody waits for ever.
    """
    counted = sorted(Counter(key // WIDTH for key in data_keys).items())
    if not counted:
        return
    tx.execute(
        _counted_on(upsert(tx, _blocks)),
        [
            {"datalake_id": datalake_id, "block": block, "number": number}
            for block, number in counted
        ],
    )


def _counted_on(statement: Upsert) -> Upsert:
    return statement.on_conflict_do_update(
        index_elements=[_blocks.c.datalake_id, _blocks.c.block],
        set_={"number": _blocks.c.number + statement.excluded.number},
    )


def add_from(
    tx: Transaction,
    datalake_id: UUID,
    rows: FromClause,
    data_key: ColumnElement[int],
    *those: ColumnElement[bool],
) -> None:
    """The same for new data whose keys a table holds: no key comes to this process."""
    block = (data_key // WIDTH).label("block")
    counted = (
        select(literal(datalake_id, Id), block, func.count())
        .select_from(rows)
        .where(*those)
        .group_by(block)
        .order_by(block)
    )
    statement = upsert(tx, _blocks).from_select(["datalake_id", "block", "number"], counted)
    tx.execute(_counted_on(statement))


def take_out(tx: Transaction, datalake_id: UUID, data_keys: Sequence[int]) -> None:
    """Count off data that were removed, in their own transaction."""
    for block, number in sorted(Counter(key // WIDTH for key in data_keys).items()):
        tx.execute(
            update(_blocks)
            .where(_blocks.c.datalake_id == datalake_id, _blocks.c.block == block)
            .values(number=_blocks.c.number - number)
        )


def newest_first(read: Read, datalake_id: UUID, before: int | None = None) -> list[Stretch]:
    """All stretches that hold something, down from the key `before`; counts are of whole stretches."""
    statement = select(_blocks.c.block, _blocks.c.number).where(
        _blocks.c.datalake_id == datalake_id, _blocks.c.number > 0
    )
    if before is not None:
        statement = statement.where(_blocks.c.block <= (before - 1) // WIDTH)
    return [
        Stretch(row.block * WIDTH + WIDTH - 1, row.block * WIDTH, row.number)
        for row in read.all(statement.order_by(_blocks.c.block.desc()))
    ]
