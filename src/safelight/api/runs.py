"""Runs: one run, stopping it; and what a script says of its own run. Logs: `run_logs.py`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from safelight.actions import masking, runner, runview, stop
from safelight.actions.context import Context
from safelight.api.asking import Ctx, CurrentActor
from safelight.api.job_query import JobReader
from safelight.api.job_views import (
    JobRow,
    Json,
    People,
    RunDetail,
    RunView,
    answer,
    event_views,
    job_rows,
)
from safelight.api.jobs import show
from safelight.domain.jobs import Progress
from safelight.domain.logs import stamp
from safelight.domain.permissions import Actor
from safelight.errors import Denied, NotFound
from safelight.store import joblist, runs
from safelight.store.db import Read

router = APIRouter(tags=["runs"])


class CurrentRunView(RunView):
    """The run that a script is in. `asset_ids`: the selection it was launched on, null for all."""

    job: JobRow
    asset_ids: list[UUID] | None
    experiment_id: UUID | None


class StopBody(BaseModel):
    """How long the run may take to end by itself; 0 kills now."""

    grace_s: float = stop.GRACE_S


class ProgressBody(BaseModel):
    """How far a run is."""

    done: float
    total: float | None = None
    unit: str = Field("", max_length=40)
    phase: str = Field("", max_length=200)


class ResultBody(BaseModel):
    """What came out, as a script says it."""

    summary: str = Field(max_length=500)
    counts: dict[str, float] = Field(default_factory=dict)


class SameFailureView(BaseModel):
    """Other jobs that failed in the same way. `capped`: there are at least so many."""

    key: str | None
    jobs: int
    capped: bool
    since: str | None
    items: list[JobRow]


_SAME = 5  # of the others, the newest so many are named


# --- the run of a script --------------------------------------------------------------------------


@router.get("/runs/current", response_model=CurrentRunView)
def get_current_run(actor: CurrentActor, context: Ctx) -> Response:
    """The run whose script token asks, with its secret parameters in place."""
    if actor.run_id is None:
        raise NotFound("Only a script inside a run has a current run.")
    with context.db.read() as read:
        run, job = runview.run_and_job(read, actor, actor.run_id)
        row = joblist.row_of(read, actor.organization_id, job.job_id)
        assert row is not None, "its newest run and its user are there"
        view = _run_json(context, read, actor, run.run_id)
        secrets = context.sealer.unseal(run.secrets) if run.secrets else {}
        return answer(
            {
                **view,
                "parameters": {**run.parameters, **secrets},
                "job": job_rows(context, read, [row])[0],
                "asset_ids": run.inputs.get("asset_ids"),
                "experiment_id": runner.experiment_of(run, job),
            }
        )


def _own_run(run_id: UUID, actor: CurrentActor) -> UUID:
    if actor.run_id != run_id:
        raise Denied("Only the script of this run says how it stands.")
    return run_id


OwnRun = Annotated[UUID, Depends(_own_run)]


@router.post("/runs/{run_id}/progress", status_code=204)
def report_progress(run_id: OwnRun, context: Ctx, body: ProgressBody) -> None:
    """How far the run is, from its own script; printed progress bars are not read any more then."""
    progress = Progress(body.done, body.total, body.unit, body.phase)
    with context.db.transaction() as tx:
        run = runs.get(tx, run_id)
        runs.progress(tx, run_id, masking.masked_progress(context, run, progress))
    context.hub.ring((run.organization_id,))


@router.post("/runs/{run_id}/result", status_code=204)
def report_result(run_id: OwnRun, context: Ctx, body: ResultBody) -> None:
    """What came out of the run, from its own script: the line under the job's name."""
    with context.db.transaction() as tx:
        mask = masking.mask_of(context, runs.get(tx, run_id))
        said = body.model_dump(exclude_defaults=True)
        runs.result(tx, run_id, {**said, "summary": mask.text(body.summary)})


# --- one run --------------------------------------------------------------------------------------


@router.get("/runs/{run_id}", response_model=RunDetail)
def get_run(run_id: UUID, actor: JobReader, context: Ctx) -> Response:
    """A run with its timeline."""
    with context.db.read() as read:
        return answer(_run_json(context, read, actor, run_id, with_events=True))


def _run_json(
    context: Context, read: Read, actor: Actor, run_id: UUID, *, with_events: bool = False
) -> Json:
    run, job = runview.run_and_job(read, actor, run_id)
    events = runview.timeline(read, run) if with_events else []
    mentioned = {run.triggered_by, run.stop_requested_by, *(each.user_id for each in events)}
    people = People.of(read, mentioned)
    view = show(read, runview.run_facts(context, read, job, run), people)
    return {**view, "events": event_views(events, people)} if with_events else view


@router.get("/runs/{run_id}/same-failure", response_model=SameFailureView)
def get_same_failure(run_id: UUID, actor: JobReader, context: Ctx) -> Response:
    """The other jobs whose newest run failed as this one did: how many, since when, the newest five.

    All of them: `GET /api/v1/jobs?failure=` with the `key`. Of a run that did not fail `key` is null.
    """
    with context.db.read() as read:
        run, _ = runview.run_and_job(read, actor, run_id)
        found = runview.same_failure(read, run, limit=_SAME)
        rows = joblist.rows_of(read, found.newest) if found else []
        return answer(
            {
                "key": run.failure_key,
                "jobs": found.jobs if found else 0,
                "capped": found.is_capped if found else False,
                "since": stamp(found.since) if found and found.since is not None else None,
                "items": job_rows(context, read, rows),
            }
        )


@router.post("/runs/{run_id}/stop", status_code=202, response_model=RunView)
def stop_run(
    run_id: UUID, actor: CurrentActor, context: Ctx, body: StopBody | None = None
) -> Response:
    """Ask a run to stop: at once if it has not started, else SIGTERM now and SIGKILL after `grace_s`.

    Asking again with `grace_s: 0` kills now. Asking of a finished run changes nothing.
    """
    stop.request(context.db, run_id, actor, (body or StopBody()).grace_s)
    with context.db.read() as read:
        return answer(_run_json(context, read, actor, run_id), 202)
