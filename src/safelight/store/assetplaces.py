"""Where the pictures of a version stand in a grid that shows any place of it: blocks and keys, in bounded steps.

As in `datawalk`, but steps are numbers of assets: keys of a version may lie wide apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnClause, func, literal_column, or_, select

from safelight.store import assets, schema
from safelight.store.assets import Asset, AssetFilter
from safelight.store.datablocks import Stretch
from safelight.store.datawalk import stretches_of
from safelight.store.db import Read

_assets = schema.asset
FIRST = 4_096  # the first step is short: what is seen first is asked for with its answer
STEP = 32_768  # assets that a filter is held against in one step
STEP_OF_ALL = 500_000  # assets that are only counted in one
_STEPS_BESIDE = 4
_BLOCK: ColumnClause[int] = literal_column(
    "asset.asset_key / 1024"
)  # no parameter: PostgreSQL groups by its text


@dataclass(frozen=True, slots=True)
class Places:
    """`reached`: go on before this key; None at the end. `looked`: at so many assets at most."""

    stretches: list[Stretch]
    reached: int | None
    looked: int


def places(
    read: Read, version_key: int, wanted: AssetFilter, *, before: int | None = None
) -> Places:
    """Where assets stand that the filter lets through: one step of the way, newest first."""
    step = STEP_OF_ALL if wanted.is_empty else STEP
    many = FIRST if before is None else step
    end = _end(read, version_key, before, many)
    if wanted.is_empty:
        return Places(_blocks(read, version_key, before, end), end, many)
    keys = _keys(read, version_key, wanted, before, end)
    return Places(stretches_of(keys), end, many)


def _end(
    read: Read, version_key: int, start: int | None, many: int, *, newer: bool = False
) -> int | None:
    """The key of the asset `many` further on than `start`; None if there are fewer."""
    key = _assets.c.asset_key
    statement = select(key).where(_assets.c.version_key == version_key)
    if start is not None:
        statement = statement.where(key > start if newer else key < start)
    order = key if newer else key.desc()
    row = read.first(statement.order_by(order).offset(many - 1).limit(1))
    return None if row is None else int(row.asset_key)


def _blocks(read: Read, version_key: int, before: int | None, end: int | None) -> list[Stretch]:
    key = _assets.c.asset_key
    statement = select(
        func.max(key).label("first"), func.min(key).label("last"), func.count().label("number")
    ).where(_assets.c.version_key == version_key)
    if before is not None:
        statement = statement.where(key < before)
    if end is not None:
        statement = statement.where(key >= end)
    rows = read.all(statement.group_by(_BLOCK).order_by(_BLOCK.desc()))
    return [Stretch(row.first, row.last, row.number) for row in rows]


def _keys(
    read: Read,
    version_key: int,
    wanted: AssetFilter,
    start: int | None,
    end: int | None,
    *,
    newer: bool = False,
    limit: int | None = None,
) -> list[int]:
    key = _assets.c.asset_key
    statement = assets.chosen(read, [key], version_key, wanted)
    if start is not None:
        statement = statement.where(key > start if newer else key < start)
    if end is not None:
        statement = statement.where(key <= end if newer else key >= end)
    rows = read.all(statement.order_by(key if newer else key.desc()).limit(limit))
    return [row.asset_key for row in rows]


def within(
    read: Read,
    version_key: int,
    wanted: AssetFilter,
    stretches: Sequence[tuple[int, int]],
    *,
    skip: int = 0,
    limit: int,
) -> list[Asset]:
    """What fits among the keys of some stretches, newest first, without the first `skip`; with contents."""
    key = _assets.c.asset_key
    between = [key.between(last, first) for first, last in stretches]
    statement = assets.chosen(read, [key], version_key, wanted).where(or_(*between))
    rows = read.all(statement.order_by(key.desc()).limit(limit).offset(skip or None))
    chosen = AssetFilter(asset_keys=[row.asset_key for row in rows])
    return assets.page(read, version_key, chosen, contents=True)


@dataclass(frozen=True, slots=True)
class Beside:
    """`reached`: nothing was found yet up to this key, go on from it; None at the end."""

    asset_key: int | None
    reached: int | None


def beside(read: Read, version_key: int, wanted: AssetFilter, start: int, *, newer: bool) -> Beside:
    """The nearest asset after (`newer`: before) a key in the list that the filter lets through."""
    many = FIRST
    at: int | None = start
    for _ in range(_STEPS_BESIDE):
        end = _end(read, version_key, at, many, newer=newer)
        found = _keys(read, version_key, wanted, at, end, newer=newer, limit=1)
        if found or end is None:
            return Beside(found[0] if found else None, None)
        at, many = end, STEP
    return Beside(None, at)
