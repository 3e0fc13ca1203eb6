"""How long the newest successful runs of each kind of work took: one small row per organization and kind."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from safelight.domain import usual
from safelight.store import schema
from safelight.store.db import Read, Transaction

times = schema.run_time


def add(tx: Transaction, organization_id: UUID, work: str, took_s: float) -> None:
    """Remember one more time; the oldest is forgotten.

    Runs of one kind may end at the same moment. On PostgreSQL the first insert makes the others wait for
    its commit, and then each in turn holds the row; SQLite lets one writer in.
    """
    make = sqlite.insert if tx.dialect == "sqlite" else postgresql.insert
    new = make(times).values(organization_id=organization_id, work=work, seconds=[])
    tx.execute(new.on_conflict_do_nothing())
    mine = (times.c.organization_id == organization_id, times.c.work == work)
    row = tx.first(select(times.c.seconds).where(*mine).with_for_update())
    assert row is not None, "it was there or has just been inserted"
    seconds = usual.remembered(row.seconds, took_s)
    tx.execute(update(times).where(*mine).values(seconds=seconds))


def of(read: Read, organization_id: UUID, works: Collection[str]) -> dict[str, list[float]]:
    """The times of these kinds of work, oldest first; kinds of which nothing is known are left out."""
    if not works:
        return {}
    rows = read.all(
        select(times.c.work, times.c.seconds).where(
            times.c.organization_id == organization_id, times.c.work.in_(works)
        )
    )
    return {row.work: row.seconds for row in rows}
