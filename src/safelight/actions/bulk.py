"""One action on many jobs: each is done by itself, and what became of it is said for each.

Doing the same again is harmless: a job that is where the action would bring it is left as it is and says
so. A call does at most MOST jobs and answers where the next one goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from safelight.actions import rerun, stop
from safelight.actions.jobquery import filter_of
from safelight.domain.jobquery import EVERYTHING, JobQuery
from safelight.domain.permissions import Ability, Actor, require
from safelight.errors import Invalid, SafelightError
from safelight.store import joblist, jobs, runs
from safelight.store.db import Database
from safelight.store.jobfilter import place_of
from safelight.store.jobs import Job
from safelight.store.runs import Run

MOST = 100  # jobs a call: each is a transaction, so a call stays within some seconds


class Action(StrEnum):
    STOP = "stop"
    RERUN = "rerun"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"


class Outcome(StrEnum):
    DONE = "done"
    UNCHANGED = "unchanged"  # it was so already
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one job. `code`: of the error that refused it."""

    job_id: UUID
    name: str
    outcome: Outcome
    message: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """`next`: the cursor behind the last job; None when there are no more."""

    results: list[Result]
    next: str | None = None


_NEEDS = {
    Action.STOP: Ability.STOP_OWN,
    Action.RERUN: Ability.LAUNCH,
    Action.ARCHIVE: Ability.LAUNCH,
    Action.UNARCHIVE: Ability.LAUNCH,
}


@dataclass(frozen=True, slots=True)
class Order:
    """What shall be done. `as_of`: when somebody decided it, in microseconds UTC. Jobs that were
    triggered later are left alone, so a repeated call runs nothing a second time, and what is run again
    is not met again. `grace_s`: of a stop. `every`: a query that shows every job is meant as it is.
    """

    action: Action
    as_of: int
    grace_s: float = stop.GRACE_S
    every: bool = False


def on_jobs(db: Database, by: Actor, order: Order, job_ids: Sequence[UUID]) -> Results:
    """Do it to these jobs. Raises Denied, and does nothing, if the actor may do it to no job at all;
    Invalid for more than MOST.
    """
    require(by, _NEEDS[order.action])
    if len(job_ids) > MOST:
        raise Invalid(f"At most {MOST} jobs can be named in one call.", field="jobs")
    return Results([_one(db, by, order, job_id) for job_id in dict.fromkeys(job_ids)])


def on_filter(db: Database, by: Actor, order: Order, query: JobQuery, after: str) -> Results:
    """Do it to the next MOST jobs that a query shows, behind the cursor `after`. Raises as `on_jobs`, and
    Invalid for a query that leaves nothing out if the order is not about every job.
    """
    require(by, _NEEDS[order.action])
    if query == EVERYTHING and not order.every:
        raise Invalid(
            "This filter leaves no job out. Say `every` if every job is meant.", field="filter"
        )
    with db.read() as read:
        filter = filter_of(read, by, query)
        before = min(order.as_of, filter.before or order.as_of)
        filter = replace(filter, before=before)
        places = joblist.places(read, filter, place_of(after), MOST + 1)
        rows = joblist.rows_of(read, [each.job_key for each in places[:MOST]])
    results = [_one(db, by, order, row.job_id) for row in rows]
    return Results(results, places[MOST - 1].cursor() if len(places) > MOST else None)


def _one(db: Database, by: Actor, order: Order, job_id: UUID) -> Result:
    name = ""
    try:
        with db.read() as read:
            job = jobs.get(read, by.organization_id, job_id)
        name = job.name
        if job.triggered_at >= order.as_of:
            return Result(job_id, name, Outcome.UNCHANGED, "It was run again meanwhile.")
        outcome, message = _DO[order.action](db, by, job, order)
    except SafelightError as error:
        return Result(job_id, name, Outcome.REFUSED, error.message, error.code)
    return Result(job_id, name, outcome, message)


def _stop(db: Database, by: Actor, job: Job, order: Order) -> tuple[Outcome, str]:
    with db.read() as read:
        before = runs.get(read, job.latest_run_id, by.organization_id)
    if not before.is_final and _is_asked(before, order.grace_s):
        return Outcome.UNCHANGED, "It was asked to stop already."
    after = stop.request(db, before.run_id, by, grace_s=order.grace_s)
    if before.is_final:
        return Outcome.UNCHANGED, "It had ended already."
    return Outcome.DONE, "Stopped before it started." if after.is_final else "Asked to stop."


def _is_asked(run: Run, grace_s: float) -> bool:
    """Whether it was asked to stop within so long; asking for less shortens it."""
    return run.stop_requested_at is not None and grace_s >= (run.stop_grace_s or 0)


def _rerun(db: Database, by: Actor, job: Job, _order: Order) -> tuple[Outcome, str]:
    run = rerun.rerun(db, job.job_id, by)
    return Outcome.DONE, f"Run {run.number} waits."


def _archive(db: Database, by: Actor, job: Job, _order: Order) -> tuple[Outcome, str]:
    return _set_archived(db, by, job, archived=True)


def _unarchive(db: Database, by: Actor, job: Job, _order: Order) -> tuple[Outcome, str]:
    return _set_archived(db, by, job, archived=False)


def _set_archived(db: Database, by: Actor, job: Job, *, archived: bool) -> tuple[Outcome, str]:
    require(by, Ability.LAUNCH if job.triggered_by == by.user_id else Ability.MANAGE_JOBS)
    with db.transaction() as tx:
        if not jobs.set_archived(tx, job.job_id, by.user_id, archived=archived):
            return Outcome.UNCHANGED, f"It was {'archived' if archived else 'in the list'} already."
    return Outcome.DONE, "Archived." if archived else "Back in the list."


_DO = {
    Action.STOP: _stop,
    Action.RERUN: _rerun,
    Action.ARCHIVE: _archive,
    Action.UNARCHIVE: _unarchive,
}
