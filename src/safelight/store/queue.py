"""The queue of pending runs: who waits for which engine, who is next, and how many are in hand.

A line for each organization, lane and engine, in the order of claims: priority, then age.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select

from safelight.domain.jobs import JobType
from safelight.domain.terms import Retry, read_retry
from safelight.store import limits, runs, schema
from safelight.store.db import Read, Transaction
from safelight.store.runs import IS_PENDING, Claim

_runs = schema.run


def claim(tx: Transaction, types: Collection[JobType], *, engine: str, until: int) -> Claim | None:
    """Claim the pending run of these job types that is next and that nobody holds, or None.

    PostgreSQL skips rows that another scheduler is claiming; SQLite lets one writer in at a time.
    """
    full: set[UUID] = set()
    while (found := _next(tx, types, engine, full)) is not None:
        if limits.has_room(tx, found.organization_id):
            return runs.hold(tx, found.run_id, until=until)
        full.add(found.organization_id)
    return None


def _next(
    tx: Transaction, types: Collection[JobType], engine: str, full: Collection[UUID]
) -> Row[Any] | None:
    """The first of the runs that can be claimed, locked; each line is asked for its own first."""
    firsts: list[Row[Any]] = []
    for line in _lines(tx, types, engine):
        if line.organization_id not in full:
            query = _claimable(tx, line).limit(1).with_for_update(skip_locked=True)
            firsts += tx.all(query)
    return min(firsts, key=_place, default=None)


def pending_engines(read: Read) -> set[str]:
    """The engines that pending runs ask for: one step down the index for each, however many wait."""
    found: set[str] = set()
    query = select(func.min(_runs.c.engine)).where(IS_PENDING)
    while name := read.scalar(query.where(_runs.c.engine > max(found, default=""))):
        found.add(name)
    return found


def is_awaited(read: Read, types: Collection[JobType], *, engine: str) -> bool:
    """Whether a run of these types is pending for the engine."""
    pending = select(_runs.c.run_id).where(
        IS_PENDING, _runs.c.engine == engine, _runs.c.is_internal.in_(_lanes(types))
    )
    return read.scalar(pending.limit(1)) is not None


def in_hand(read: Read, types: Collection[JobType], *, engine: str) -> int:
    """How many runs of these types the engine has or is just being given."""
    lanes = _runs.c.is_internal.in_(_lanes(types))
    return sum(
        int(read.scalar(query.where(_runs.c.engine == engine, lanes)))
        for query in limits.held(select(func.count()).select_from(_runs), read.now)
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a sentence on a pending run is made of."""

    organization_id: UUID
    ready_at: int
    retries: int
    retry: Retry | None


def waiting(read: Read, run_ids: Collection[UUID]) -> dict[UUID, Waiting]:
    """Those of the runs that are pending."""
    if not run_ids:
        return {}
    columns = (_runs.c.organization_id, _runs.c.ready_at, _runs.c.retries, _runs.c.retry)
    query = select(_runs.c.run_id, *columns).where(IS_PENDING, _runs.c.run_id.in_(run_ids))
    return {
        row.run_id: Waiting(row.organization_id, row.ready_at, row.retries, read_retry(row.retry))
        for row in read.all(query)
    }


def pending_order(
    read: Read, types: Collection[JobType], *, engine: str, limit: int = 1000
) -> list[UUID]:
    """The runs that wait for this engine, in the order in which they will be claimed. Those of an
    organization that has as many as it may have stand among them: they move when it has room.
    """
    found: list[Row[Any]] = []
    for line in _lines(read, types, engine):
        found += read.all(_claimable(read, line).limit(limit))
    return [row.run_id for row in sorted(found, key=_place)[:limit]]


@dataclass(frozen=True, slots=True)
class _Line:
    """The pending runs that stand in one stretch of `ix_run_pending`, in the order of their claims."""

    engine: str
    is_internal: bool
    organization_id: UUID


def _lines(read: Read, types: Collection[JobType], engine: str) -> list[_Line]:
    """The lines that somebody stands in: one step down the index for each, however many wait there.

    A line for each organization, so that what a full one has waiting is never walked over.
    """
    found: list[_Line] = []
    for is_internal in _lanes(types):
        query = (
            select(_runs.c.organization_id)
            .where(IS_PENDING, _runs.c.engine == engine, _runs.c.is_internal == is_internal)
            .order_by(_runs.c.organization_id)
            .limit(1)
        )
        organization_id = read.scalar(query)
        while organization_id is not None:
            found.append(_Line(engine, is_internal, organization_id))
            organization_id = read.scalar(query.where(_runs.c.organization_id > organization_id))
    return found


def _claimable(read: Read, line: _Line) -> Select[Any]:
    """The runs of a line that nobody holds: the highest priority first, then the oldest.

    It passes over what waits for another try and what is being handed out. A low priority may wait for
    ever while higher ones keep coming: that is what was asked for, and only those who manage all jobs
    can ask for more than 0. Within one priority nothing is passed by, so nothing starves.
    """
    return (
        select(_runs.c.run_id, _runs.c.organization_id, _runs.c.rank, _runs.c.ready_at)
        .where(
            IS_PENDING,
            _runs.c.engine == line.engine,
            _runs.c.is_internal == line.is_internal,
            _runs.c.organization_id == line.organization_id,
            _runs.c.ready_at <= read.now,
            or_(_runs.c.claim_token.is_(None), _runs.c.claimed_until < read.now),
        )
        .order_by(_runs.c.rank, _runs.c.ready_at, _runs.c.run_id)
    )


def _place(row: Row[Any]) -> tuple[int, int, UUID]:
    return (row.rank, row.ready_at, row.run_id)


def _lanes(types: Collection[JobType]) -> list[bool]:
    """The lanes of these job types, as the column `is_internal` has them."""
    return sorted({type is JobType.INTERNAL for type in types})
