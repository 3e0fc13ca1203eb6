"""Running a job again: the form of a re-run, its check before the launch, the launch."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from safelight.actions import rerun, rerun_check, runview
from safelight.actions.rerun_check import Edit
from safelight.api.asking import Ctx
from safelight.api.job_query import JobReader
from safelight.api.job_views import People, RetryView, RunView, answer
from safelight.api.jobs import show
from safelight.api.processings import InputView, RuleView, input_views
from safelight.store import jobs

router = APIRouter(tags=["jobs"])


class RerunBody(BaseModel):
    """What shall differ from run number `like`, or from the newest; keys given here replace its own.
    Resources as `4`, `"4GiB"`, `"2h"`; null takes a limit off. `retry` null: no other try.
    """

    parameters: dict[str, Any] = Field(default_factory=dict)
    inputs: dict[str, Any] = Field(default_factory=dict)
    resources: dict[str, Any] = Field(default_factory=dict)
    like: int | None = Field(default=None, ge=1)
    priority: int | None = None
    retry: RetryView | None = None


class FormView(BaseModel):
    """What a re-run may be given. `secrets`: those that the run has; they stay unless given anew.
    `closed`: a parameter without a rule is a mistake.
    """

    parameters: dict[str, RuleView]
    inputs: list[InputView]
    secrets: list[str]
    closed: bool


class ProblemView(BaseModel):
    """Why a value cannot be launched with. `field`: as `parameters.NAME`; `proposal`: what could."""

    field: str
    message: str
    proposal: str | None


class WarningView(BaseModel):
    """What is not as it was at that launch. `field`: source, target, or `inputs.NAME`; `kind`: changed,
    vanished or locked.
    """

    field: str
    kind: str
    message: str


class CheckView(BaseModel):
    """`problems` would refuse the launch, `warnings` only tell."""

    problems: list[ProblemView]
    warnings: list[WarningView]


@router.get("/runs/{run_id}/form", response_model=FormView)
def get_rerun_form(run_id: UUID, actor: JobReader, context: Ctx) -> FormView:
    """The rules by which a run's parameters and inputs can be edited for another run."""
    with context.db.read() as read:
        run, job = runview.run_and_job(read, actor, run_id)
        form = rerun_check.form(read, context.sealer, job, run)
    return FormView(
        parameters={
            name: RuleView.model_validate(rule.to_json())
            for name, rule in form.rules.parameters.items()
        },
        inputs=input_views(form.rules.inputs),
        secrets=form.secrets,
        closed=form.rules.closed,
    )


@router.post("/jobs/{job}/rerun/check", response_model=CheckView)
def check_rerun(
    job: str, actor: JobReader, context: Ctx, body: RerunBody | None = None
) -> Response:
    """What would become of a re-run, without launching it: every value that does not fit, and what has
    changed or vanished since the run that it is like.
    """
    changes = body or RerunBody()
    with context.db.read() as read:
        job_id = jobs.find_id(read, actor.organization_id, job)
    terms = changes.model_dump(include={"priority", "retry"}, exclude_unset=True)
    edit = Edit(changes.parameters, changes.inputs, changes.resources, changes.like, terms)
    found = rerun_check.check(context.db, job_id, actor, edit, sealer=context.sealer)
    return answer(asdict(found))


@router.post("/jobs/{job}/rerun", status_code=201, response_model=RunView)
def rerun_job(job: str, actor: JobReader, context: Ctx, body: RerunBody | None = None) -> Response:
    """Run a job again as an earlier run was launched, but for what the body changes. A job with a run
    that has not ended answers 409 `live_run`.
    """
    changes = body or RerunBody()
    with context.db.read() as read:
        job_id = jobs.find_id(read, actor.organization_id, job)
    run = rerun.rerun(
        context.db,
        job_id,
        actor,
        changes.parameters,
        changes.inputs,
        changes.resources,
        like=changes.like,
        terms=changes.model_dump(include={"priority", "retry"}, exclude_unset=True),
        sealer=context.sealer,
    )
    with context.db.read() as read:
        found = jobs.get(read, actor.organization_id, job_id)
        facts = runview.run_facts(context, read, found, run)
        return answer(show(read, facts, People.of(read, [run.triggered_by])), 201)
