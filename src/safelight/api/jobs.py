"""One job with its runs. The list: `job_list.py`; running it again: `reruns.py`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from safelight.actions import runview
from safelight.actions.context import Context
from safelight.actions.runview import RunFacts
from safelight.api.asking import Ctx
from safelight.api.job_query import JobReader
from safelight.api.job_views import (
    JobDetail,
    Json,
    People,
    answer,
    is_rerunnable,
    job_rows,
    run_view,
)
from safelight.domain.permissions import Actor
from safelight.store import joblist, jobs, processings, runs
from safelight.store.db import Read
from safelight.store.jobs import Job
from safelight.store.runs import Run

router = APIRouter(tags=["jobs"])


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
