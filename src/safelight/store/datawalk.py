"""Walks a datalake newest first for what a filter lets through, so that no question costs more than a step.

A step looks at no more than STEP stretches of keys, whatever the filter: it answers with what it found
and how far it came, and the next one goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select

from safelight.store import datablocks, schema
from safelight.store.data import Data, DataFilter, by_keys, conditions
from safelight.store.datablocks import Stretch
from safelight.store.db import Read

_data = schema.data
STEP = 32
_FIRST = 2  # stretches that a step tries first: what is frequent is found in them
_TOGETHER = 128  # matches that one answered stretch holds
_GAP = 64  # keys between two matches that still stand in one stretch


@dataclass(frozen=True, slots=True)
class Found:
    """`reached`: go on before this key; None at the end. `left`: data that were not looked at yet."""

    keys: list[int]
    reached: int | None
    left: int


def walk(
    read: Read,
    datalake_id: UUID,
    wanted: DataFilter,
    *,
    before: int | None = None,
    limit: int | None = None,
) -> Found:
    """The keys of what fits, newest first: up to `limit`, or as far as one step goes."""
    stretches = datablocks.newest_first(read, datalake_id, before)
    ends = conditions(wanted)
    keys: list[int] = []
    done, many = 0, _FIRST if limit is not None else STEP
    while done < min(STEP, len(stretches)) and (limit is None or len(keys) < limit):
        some = stretches[done : min(done + many, STEP)]
        highest = some[0].first if before is None else min(some[0].first, before - 1)
        statement = select(_data.c.data_key).where(
            _data.c.datalake_id == datalake_id,
            _data.c.data_key.between(some[-1].last, highest),
            *ends,
        )
        rows = read.all(statement.order_by(_data.c.data_key.desc()).limit(_rest(limit, keys)))
        keys.extend(row.data_key for row in rows)
        done, many = done + len(some), many * 4
    left = sum(one.number for one in stretches[done:])
    if limit is not None and len(keys) >= limit:
        return Found(keys, keys[-1], left)
    return Found(keys, stretches[done - 1].last if done < len(stretches) else None, left)


def _rest(limit: int | None, keys: Sequence[int]) -> int | None:
    return None if limit is None else limit - len(keys)


def stretches_of(keys: Sequence[int]) -> list[Stretch]:
    """Keys, newest first, as stretches that a page can be read from quickly: small, and without wide gaps."""
    found: list[list[int]] = []
    for key in keys:
        last = found[-1] if found else None
        if last is None or last[2] >= _TOGETHER or last[1] - key > _GAP:
            found.append([key, key, 1])
        else:
            last[1], last[2] = key, last[2] + 1
    return [Stretch(*one) for one in found]


def within(
    read: Read,
    datalake_id: UUID,
    wanted: DataFilter,
    stretches: Sequence[tuple[int, int]],
    *,
    skip: int = 0,
    limit: int,
) -> list[Data]:
    """What fits among the keys of some stretches, newest first, without the first `skip`."""
    between = [_data.c.data_key.between(last, first) for first, last in stretches]
    statement = (
        select(_data.c.data_key)
        .where(_data.c.datalake_id == datalake_id, or_(*between), *conditions(wanted))
        .order_by(_data.c.data_key.desc())
        .limit(limit)
        .offset(skip or None)
    )
    return by_keys(read, [row.data_key for row in read.all(statement)])
