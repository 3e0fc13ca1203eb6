"""The rows of jobs: what was asked for, on what, and how its newest run stands. Runs: `runs.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy import text as sa_text
from sqlalchemy.dialects import postgresql, sqlite

from safelight.domain.jobs import LIVE, FailureKind, JobType, RunStatus, Target, TargetType
from safelight.errors import Conflict, LiveRun, NotFound
from safelight.ids import uuid7
from safelight.store import experiments, schema
from safelight.store.db import Event, Read, Transaction

jobs = schema.job


@dataclass(frozen=True, slots=True)
class Job:
    """One long operation. `status`, `triggered_*` and `latest_run_id` are its newest run's."""

    job_id: UUID
    organization_id: UUID
    type: JobType
    operation: str
    name: str
    target: Target | None
    processing_id: UUID | None
    latest_run_id: UUID
    status: RunStatus
    triggered_at: int
    triggered_by: UUID
    created_at: int
    is_archived: bool


@dataclass(frozen=True, slots=True)
class NewJob:
    """What a job row is made of; its newest run fills the rest."""

    organization_id: UUID
    type: JobType
    operation: str
    name: str
    target: Target | None
    triggered_by: UUID
    processing_id: UUID | None = None
    idempotency_key: str | None = None
    engine: str = "local"


def add(tx: Transaction, new: NewJob, run_id: UUID) -> Job | None:
    """Add a job whose first run will be `run_id`.

    None, and nothing written, if the organization used this idempotency key before: a caller that
    runs at the same moment waits for the other's commit at the unique index.
    """
    make = sqlite.insert if tx.dialect == "sqlite" else postgresql.insert
    target = new.target
    row = tx.first(
        make(jobs)
        .values(
            job_id=uuid7(),
            organization_id=new.organization_id,
            type=new.type,
            operation=new.operation,
            name=new.name,
            target_type=target and target.type,
            target_id=target and target.id,
            target_name=target.name if target else "",
            target_path=target and target.path,
            processing_id=new.processing_id,
            latest_run_id=run_id,
            status=RunStatus.PENDING,
            triggered_at=tx.now,
            triggered_by=new.triggered_by,
            idempotency_key=new.idempotency_key,
            engine=new.engine,
            created_at=tx.now,
        )
        .on_conflict_do_nothing()
        .returning(*jobs.c)
    )
    return _job(row) if row else None


def get(read: Read, organization_id: UUID, job_id: UUID) -> Job:
    """A job of this organization. Raises NotFound."""
    row = read.first(
        select(jobs).where(jobs.c.job_id == job_id, jobs.c.organization_id == organization_id)
    )
    if row is None:
        raise NotFound("There is no such job.", job_id=str(job_id))
    return _job(row)


def find_by_key(read: Read, organization_id: UUID, idempotency_key: str) -> Job | None:
    """The job that was launched with this idempotency key."""
    row = read.first(
        select(jobs).where(
            jobs.c.organization_id == organization_id, jobs.c.idempotency_key == idempotency_key
        )
    )
    return _job(row) if row else None


def find_id(read: Read, organization_id: UUID, text: str) -> UUID:
    """The job id that `text` means: a full UUID, or at least 8 hex digits of its start or end.

    Raises NotFound, or Conflict when several jobs fit.
    """
    digits = text.replace("-", "").lower()
    if len(digits) == 32 and _is_hex(digits):
        return UUID(hex=digits)
    if not (8 <= len(digits) < 32 and _is_hex(digits)):
        raise NotFound("There is no such job.", job_id=text)
    mine = select(jobs.c.job_id).where(jobs.c.organization_id == organization_id)
    low, high = UUID(hex=digits.ljust(32, "0")), UUID(hex=digits.ljust(32, "f"))
    found = {row.job_id for row in read.all(mine.where(jobs.c.job_id.between(low, high)).limit(2))}
    if not found:
        found = _ending_with(read, organization_id, digits)
    if not found:
        raise NotFound("There is no such job.", job_id=text)
    if len(found) > 1:
        raise Conflict("More than one job fits these digits; give more of them.", job_id=text)
    return found.pop()


def _ending_with(read: Read, organization_id: UUID, digits: str) -> set[UUID]:
    """Ids that end with these digits: a walk over the id index, 100,000 ids take some 20 ms."""
    ends = "lower(hex(job_id))" if read.dialect == "sqlite" else "replace(job_id::text, '-', '')"
    column = sa_text(f"{ends} LIKE '%{digits}'")  # digits are hexadecimal only
    mine = select(jobs.c.job_id).where(jobs.c.organization_id == organization_id, column)
    return {row.job_id for row in read.all(mine.limit(2))}


def _is_hex(text: str) -> bool:
    return all(character in "0123456789abcdef" for character in text)


def hold(tx: Transaction, job_id: UUID) -> None:
    """Lock the job's row until the commit; on SQLite the write transaction does that already."""
    tx.execute(select(jobs.c.job_id).where(jobs.c.job_id == job_id).with_for_update())


def follow(
    tx: Transaction,
    job_id: UUID,
    run_id: UUID,
    status: RunStatus,
    *,
    failure_kind: FailureKind | None = None,
    triggered_by: UUID | None = None,
    failure_key: str | None = None,
) -> None:
    """Mirror the status of the newest run and why it failed; with `triggered_by`, `run_id` becomes the
    newest, and an archived job comes back to the list.

    The experiment of a training has its status from here, too.
    """
    change = update(jobs).where(jobs.c.job_id == job_id).returning(*jobs.c)
    change = change.values(status=status, failure_key=failure_key)
    if triggered_by is None:
        change = change.where(jobs.c.latest_run_id == run_id)
    else:
        engine = select(schema.run.c.engine).where(schema.run.c.run_id == run_id).scalar_subquery()
        change = change.values(
            latest_run_id=run_id,
            triggered_at=tx.now,
            triggered_by=triggered_by,
            engine=engine,
            archived=False,
        )
    change = change.values(status=status, failure_kind=failure_kind)
    row = tx.first(change)
    if row is not None and row.type == JobType.TRAINING and row.target_id is not None:
        experiments.follow(tx, row.target_id, status)


def set_archived(tx: Transaction, job_id: UUID, by: UUID, *, archived: bool) -> bool:
    """Take a job out of the list, or bring it back; its record stays. Whether that changed anything.

    Raises LiveRun, and changes nothing, for a job to be archived that has not ended: out of sight it
    would go on. The row is held, so a re-run at the same moment comes before or waits.
    """
    found = tx.first(select(jobs).where(jobs.c.job_id == job_id).with_for_update())
    if found is None:
        raise NotFound("There is no such job.", job_id=str(job_id))
    if archived and found.status in LIVE:
        raise LiveRun("It has not ended; stop it first.", run_id=str(found.latest_run_id))
    if found.archived == archived:
        return False
    tx.execute(update(jobs).where(jobs.c.job_id == job_id).values(archived=archived))
    kind = "job_archived" if archived else "job_unarchived"
    tx.record(Event(found.organization_id, kind, job_id, None, by, {}))
    return True


def _job(row: Row[Any]) -> Job:
    target = None
    if row.target_id is not None:
        target = Target(
            TargetType(row.target_type), row.target_id, row.target_name, row.target_path or ""
        )
    return Job(
        row.job_id,
        row.organization_id,
        JobType(row.type),
        row.operation,
        row.name,
        target,
        row.processing_id,
        row.latest_run_id,
        RunStatus(row.status),
        row.triggered_at,
        row.triggered_by,
        row.created_at,
        row.archived,
    )
