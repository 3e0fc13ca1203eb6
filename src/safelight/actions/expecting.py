"""What can be expected of a live run's time, from the past runs of the same kind."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from safelight.domain import usual
from safelight.domain.usual import Usual
from safelight.store import runtimes, schema
from safelight.store.db import Read, Transaction
from safelight.store.jobs import Job
from safelight.store.runs import Run

SECOND = 1_000_000  # microseconds


def remember(tx: Transaction, job: Job, run: Run) -> None:
    """Keep how long a run that succeeded took."""
    if run.started_at is None or run.finished_at is None:
        return
    target_type = job.target.type if job.target else None
    work = usual.work(job.type, job.operation, job.processing_id, target_type, run.source)
    runtimes.add(tx, job.organization_id, work, (run.finished_at - run.started_at) / SECOND)


def usual_times(read: Read, run_ids: Collection[UUID]) -> dict[UUID, Usual | None]:
    """How long work of the kind of these runs, which are of one organization, usually takes."""
    if not run_ids:
        return {}
    jobs, runs = schema.job, schema.run
    rows = read.all(
        select(
            runs.c.run_id,
            runs.c.organization_id,
            runs.c.source,
            jobs.c.type,
            jobs.c.operation,
            jobs.c.processing_id,
            jobs.c.target_type,
        )
        .join(jobs, jobs.c.job_id == runs.c.job_id)
        .where(runs.c.run_id.in_(run_ids))
    )
    works = {
        row.run_id: usual.work(
            row.type, row.operation, row.processing_id, row.target_type, row.source
        )
        for row in rows
    }
    known = runtimes.of(read, rows[0].organization_id, set(works.values())) if rows else {}
    return {run_id: usual.usual(known.get(work, [])) for run_id, work in works.items()}
