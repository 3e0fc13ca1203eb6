"""Reads what the judge needs from a database and a data folder, at rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from safelight.store import events, organizations, schema
from safelight.store.db import Database, Read
from safelight.store.logfile import LogFiles
from safelight.store.logs import CAPTURED
from tests.chaos.history import Event, History, Job, Run


def read_history(
    db: Database,
    data: Path,
    *,
    organization_id: UUID | None = None,
    accepted: frozenset[UUID] = frozenset(),
    witness: Path | None = None,
    followed: tuple[int, ...] = (),
) -> History:
    """The record of an organization, the first one if none is named. `witness` holds what scripts kept
    of their output.
    """
    with db.read() as read:
        house = organization_id or _first(read)
        return History(
            events=_events(read, house),
            event_seq=events.last_number(read, house),
            jobs=_jobs(read, house),
            runs=_runs(read, house, LogFiles(data / "logs")),
            accepted=accepted,
            written=_written(witness) if witness else {},
            followed=followed,
        )


def is_at_rest(db: Database) -> bool:
    """Whether every run has ended and every log is whole."""
    unfinished = (schema.run.c.finished_at.is_(None), schema.run.c.log_completed_at.is_(None))
    with db.read() as read:
        return not read.all(select(schema.run.c.run_id).where(or_(*unfinished)).limit(1))


def _first(read: Read) -> UUID:
    home = organizations.first(read)
    assert home is not None
    return home.organization_id


def _jobs(read: Read, organization_id: UUID) -> list[Job]:
    query = select(schema.job).where(schema.job.c.organization_id == organization_id)
    return [Job(row.job_id, row.latest_run_id, row.status) for row in read.all(query)]


def _events(read: Read, organization_id: UUID) -> list[Event]:
    query = select(schema.event_row).where(schema.event_row.c.organization_id == organization_id)
    return [
        Event(row.number, row.kind, row.job_id, row.run_id, row.facts)
        for row in read.all(query.order_by(schema.event_row.c.number))
    ]


def _runs(read: Read, organization_id: UUID, logs: LogFiles) -> list[Run]:
    query = select(schema.run, schema.log_stream.c.bytes.label("size")).select_from(
        schema.run.outerjoin(
            schema.log_stream,
            (schema.log_stream.c.run_id == schema.run.c.run_id)
            & (schema.log_stream.c.source == CAPTURED),
        )
    )
    mine = query.where(schema.run.c.organization_id == organization_id)
    return [_run(row, logs) for row in read.all(mine)]


def _run(row: Any, logs: LogFiles) -> Run:
    # Bytes behind the index's length are what a crash left there; nobody is ever shown them.
    records = logs.read(row.run_id, CAPTURED, 0, row.size or 0)
    assert len(records) == (row.size or 0), f"the log file of {row.run_id} is too short"
    return Run(
        row.run_id,
        row.job_id,
        row.number,
        row.status,
        records,
        row.log_lines,
        row.log_completed_at is not None,
    )


def _written(folder: Path) -> dict[tuple[UUID, str], bytes]:
    found = {}
    for path in folder.iterdir():
        run_id, _, stream = path.name.partition(".")
        found[UUID(run_id), stream] = path.read_bytes()
    return found
