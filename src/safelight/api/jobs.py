"""Jobs: the list and its counts, one job with its runs. Running it again: `reruns.py`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from safelight.actions import runview
from safelight.actions.context import Context
from safelight.actions.runview import RunFacts
from safelight.api.asking import Ctx, Db, needs
from safelight.api.job_views import (
    CountsView,
    JobDetail,
    JobRow,
    Json,
    People,
    answer,
    is_rerunnable,
    job_rows,
    run_view,
)
from safelight.api.views import Page
from safelight.domain.jobs import JobType, RunStatus
from safelight.domain.permissions import Ability, Actor
from safelight.store import joblist, jobs, processings, runs, users
from safelight.store.db import Database, Read
from safelight.store.joblist import Filter
from safelight.store.jobs import Job
from safelight.store.runs import Run

router = APIRouter(tags=["jobs"])

JobReader = Annotated[Actor, Depends(needs(Ability.READ_JOBS))]

NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for; `user` is still a word."""

    filter: Filter
    user: str


async def _wanted(
    actor: JobReader,
    type: JobType | None = None,
    status: Annotated[list[RunStatus] | None, Query()] = None,
    user: Annotated[str, Query(description="A user's id or name, or `me`.")] = "",
    object: Annotated[UUID | None, Query(description="The id of the affected object.")] = None,
    search: Annotated[str, Query(max_length=4000, description="Words of name or object.")] = "",
    failure: Annotated[
        str,
        Query(
            pattern="^([0-9a-f]{16})?$", description="The `key` of a failure: jobs that failed so."
        ),
    ] = "",
) -> Wanted:
    user_id = actor.user_id if user == "me" else None
    statuses = tuple(status or ())
    filter = Filter(actor.organization_id, type, statuses, user_id, object, search, failure or None)
    return Wanted(filter, user if user_id is None else "")


def _resolved(db: Database, wanted: Wanted) -> Filter:
    if not wanted.user:
        return wanted.filter
    try:
        return replace(wanted.filter, user_id=UUID(wanted.user))
    except ValueError:
        with db.read() as read:
            found = users.find(read, wanted.user)
        return replace(wanted.filter, user_id=found.user_id if found else NOBODY)


Asked = Annotated[Wanted, Depends(_wanted)]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/jobs", response_model=Page[JobRow])
def list_jobs(context: Ctx, wanted: Asked, after: str = "", limit: Limit = 50) -> Response:
    """Jobs, newest first. `status` may be given several times; `search` wants all its words, "in
    quotes" as one, in the job's name or its object's.
    """
    filter = _resolved(context.db, wanted)
    return answer(jobs_page(context, filter, after=after, limit=limit))


def jobs_page(context: Context, filter: Filter, *, after: str = "", limit: int = 50) -> Json:
    """One page of jobs as JSON values; other nouns use it for the jobs of their objects."""
    with context.db.read() as read:
        return shown(context, read, joblist.page(read, filter, after=after, limit=limit))


def shown(context: Context, read: Read, page: joblist.JobPage) -> Json:
    """A page of jobs as JSON values."""
    return {"items": job_rows(context, read, page.rows), "next": page.next}


@router.get("/jobs/counts", response_model=CountsView)
def count_jobs(db: Db, wanted: Asked) -> CountsView:
    """How many jobs there are per type (under the other filters) and per status (likewise). `capped`:
    counting stopped at 10,000.
    """
    filter = _resolved(db, wanted)
    with db.read() as read:
        counts = joblist.counts(read, filter)
    return CountsView(types=counts.types, statuses=counts.statuses, capped=counts.is_capped)


@router.get("/jobs/{job}", response_model=JobDetail)
def get_job(job: str, actor: JobReader, context: Ctx) -> Response:
    """A job with its runs. `job`: its id, or at least 8 hex digits of the id's start or end."""
    with context.db.read() as read:
        found = jobs.get(
            read, actor.organization_id, jobs.find_id(read, actor.organization_id, job)
        )
        return answer(_detail(context, read, found))


def job_answer(context: Context, actor: Actor, job_id: UUID, *, status: int = 200) -> Response:
    """A job with its runs as a response; what every launch answers."""
    with context.db.read() as read:
        found = jobs.get(read, actor.organization_id, job_id)
        return answer(_detail(context, read, found), status)


def _detail(context: Context, read: Read, job: Job) -> Json:
    row = joblist.row_of(read, job.organization_id, job.job_id)
    assert row is not None, "its newest run and its user are there"
    every = runs.of_job(read, job.job_id)
    facts = [runview.run_facts(context, read, job, run) for run in every]
    people = People.of(read, _mentioned(every))
    return {
        **job_rows(context, read, [row])[0],
        "job_runs": [show(read, each, people) for each in facts],
        "processing": _processing(read, job),
        "rerunnable": is_rerunnable(every[0]),
    }


def _mentioned(every: list[Run]) -> set[UUID | None]:
    return {user for run in every for user in (run.triggered_by, run.stop_requested_by)}


def _processing(read: Read, job: Job) -> Json | None:
    if job.processing_id is None:
        return None
    found = processings.get(read, job.organization_id, job.processing_id)
    return {"id": found.processing_id, "name": found.name}


def show(read: Read, facts: RunFacts, people: People) -> Json:
    """A run as JSON values, with what its script made among its results."""
    view = run_view(facts, people, now=read.now)
    return {**view, "result": runview.result_of(facts)}
