"""Jobs: what a client waits for, and what a script says of its own."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from msgspec import Struct

from safelight.actions import diagnosing, external, logs, objects, settle
from safelight.actions.context import Context
from safelight.blobs import Signer
from safelight.domain.jobs import Declared, JobType, TargetType
from safelight.domain.packages import TARGET_VERSION
from safelight.domain.permissions import Ability, Actor, require
from safelight.errors import NotFound
from safelight.picsellia import job_views
from safelight.picsellia.asking import BaseUrl, Caller, Ctx, Db, Own, answer, sent
from safelight.store import jobs, runs, versions
from safelight.store.db import Read
from safelight.store.jobs import Job
from safelight.store.runs import Run

router = APIRouter()


class LogBody(Struct):
    line_nb: int
    log: str | list[str] = ""
    final: bool = False
    part: str = ""
    special: Any = False


class SavedBody(Struct):
    logging_object_name: str


@router.get("/job/{job_id}")
def first_version(job_id: UUID, actor: Caller, db: Db) -> Response:
    """How an operation stands that a client has set off: adding data, a fork."""
    with db.read() as read:
        job = jobs.get(read, actor.organization_id, job_id)
        _check_reads(actor, job)
        return answer(job_views.first(job_id, runs.newest(read, job_id)))


def _check_reads(actor: Actor, job: Job) -> None:
    """A script sees the operations that its user set off, and no other job."""
    if not actor.is_script:
        require(actor, Ability.READ_JOBS)
    elif job.type is not JobType.INTERNAL or job.triggered_by != actor.user_id:
        raise NotFound("There is no such job.")


@router.get("/organization/{organization_id}/jobv2s/find")
def find_job(_own: Own, id: UUID, actor: Caller, context: Ctx, base: BaseUrl) -> Response:
    return _second(context, base, actor, id)


@router.get("/v2/job/{job_id}")
def second_version(job_id: UUID, actor: Caller, context: Ctx, base: BaseUrl) -> Response:
    return _second(context, base, actor, job_id)


def _second(context: Context, base: str, actor: Actor, job_id: UUID) -> Response:
    with context.db.read() as read:
        job, run = _find(read, actor, job_id)
        every = [run] if actor.is_script else runs.of_job(read, job_id)
        output_id = _output(read, job, run)
    return answer(job_views.second(context, base, actor, job, every, run, output_id))


def _output(read: Read, job: Job, run: Run) -> UUID | None:
    """The version that was made at launch for what comes out."""
    name = run.inputs.get(TARGET_VERSION)
    if not name or job.target is None or job.target.type is not TargetType.DATASET_VERSION:
        return None
    try:
        source = versions.get(read, job.organization_id, job.target.id)
    except NotFound:  # removed since
        return None
    made = versions.find(read, job.organization_id, source.dataset_id, str(name))
    return None if made is None else made.version_id


def _find(read: Read, actor: Actor, job_id: UUID) -> tuple[Job, Run]:
    """The job, and the run that is meant: that of the script which asks, else the newest."""
    job = jobs.get(read, actor.organization_id, job_id)
    if not actor.is_script:
        require(actor, Ability.READ_JOBS)
        return job, runs.newest(read, job_id)
    assert actor.run_id is not None
    run = runs.get(read, actor.run_id)
    if run.job_id != job_id:
        raise NotFound("There is no such job.")
    return job, run


@router.post("/v2/job/{job_id}/running")
def running(job_id: UUID, actor: Caller, context: Ctx, base: BaseUrl) -> Response:
    external.hear(context, _own_run(context, actor, job_id))
    return _second(context, base, actor, job_id)


@router.post("/v2/job/{job_id}/succeed")
def succeed(job_id: UUID, actor: Caller, context: Ctx, base: BaseUrl) -> Response:
    return _declare(context, base, actor, job_id, Declared.SUCCEED)


@router.post("/v2/job/{job_id}/fail")
def fail(job_id: UUID, actor: Caller, context: Ctx, base: BaseUrl) -> Response:
    return _declare(context, base, actor, job_id, Declared.FAIL)


def _declare(
    context: Context, base: str, actor: Actor, job_id: UUID, declared: Declared
) -> Response:
    run = _own_run(context, actor, job_id)
    if not run.is_final:
        external.hear(context, run)
    tail = diagnosing.tail(context, run) if declared is Declared.FAIL else ()
    if settle.declare(context.db, run.run_id, declared, tail=tail).is_final:
        logs.finish_posted(context, run.run_id)  # the last line stood open for corrections
    return _second(context, base, actor, job_id)


def _own_run(context: Context, actor: Actor, job_id: UUID) -> Run:
    """The run that the asker may speak for: a script's own, else one that it may stop as well."""
    with context.db.read() as read:
        _, run = _find(read, actor, job_id)
    if not actor.is_script:
        own = run.triggered_by == actor.user_id
        require(actor, Ability.STOP_OWN if own else Ability.MANAGE_JOBS)
    return run


@router.post("/v2/job/{job_id}/logging")
def log(
    job_id: UUID,
    actor: Caller,
    context: Ctx,
    body: Annotated[LogBody, Depends(sent(LogBody))],
) -> Response:
    """One line, or several under consecutive numbers. The same number again replaces its text."""
    run = _own_run(context, actor, job_id)
    external.hear(context, run)
    logs.post_call(context, run.run_id, body.line_nb, body.log, body.part, body.special)
    return answer({})


@router.post("/v2/job/{job_id}/logging/save")
def save_log(
    job_id: UUID,
    actor: Caller,
    context: Ctx,
    body: Annotated[SavedBody, Depends(sent(SavedBody))],
) -> Response:
    """Keep the name of the log file that a wrapper stored; the posted lines stay the truth."""
    run = _own_run(context, actor, job_id)
    with context.db.transaction() as tx:
        objects.check_issued(tx, actor.organization_id, body.logging_object_name)
        runs.snapshot(tx, run.run_id, {"log_object_name": body.logging_object_name})
    return answer({"logging_object_name": body.logging_object_name})


@router.get("/v2/job/{job_id}/payload")
def payload(job_id: UUID, run: UUID, expires: int, signature: str, context: Ctx) -> Response:
    """What a run was launched on, for whoever has this address: engines ask without a token."""
    grant = job_views.payload_grant(run, expires)
    Signer(context.secret_key).check(grant, signature, context.db.clock() / 1e6)
    with context.db.read() as read:
        found = runs.get(read, run)
    if found.job_id != job_id:
        raise NotFound("There is no such job.")
    return answer(job_views.selection(found))
