"""Reading the record: what happened, in commit order. Events are written by `Transaction.record`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select

from safelight.store import schema
from safelight.store.db import Read

events = schema.event_row


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event as it stands in the record."""

    number: int
    at: int
    kind: str
    job_id: UUID | None
    run_id: UUID | None
    user_id: UUID | None
    facts: dict[str, Any]


def last_number(read: Read, organization_id: UUID) -> int:
    """The number of the newest event; 0 before the first."""
    organization = schema.organization
    number = read.scalar(
        select(organization.c.event_seq).where(organization.c.organization_id == organization_id)
    )
    return int(number or 0)


def after(read: Read, organization_id: UUID, number: int, *, limit: int = 500) -> list[Recorded]:
    """The events that follow `number`, oldest first."""
    return _read(
        read,
        select(events)
        .where(events.c.organization_id == organization_id, events.c.number > number)
        .limit(limit),
    )


def of_run(read: Read, run_id: UUID, *, limit: int = 500) -> list[Recorded]:
    """The timeline of a run, oldest first."""
    return _read(read, select(events).where(events.c.run_id == run_id).limit(limit))


def _read(read: Read, query: Select[Any]) -> list[Recorded]:
    return [_recorded(row) for row in read.all(query.order_by(events.c.number))]


def _recorded(row: Row[Any]) -> Recorded:
    return Recorded(row.number, row.at, row.kind, row.job_id, row.run_id, row.user_id, row.facts)
