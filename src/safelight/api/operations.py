"""Import and export of a version, each a job, and the jobs that a version has. Other operations:
`version_operations.py`.
"""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from safelight.actions import objects
from safelight.actions.context import Context
from safelight.actions.export import launch_export
from safelight.actions.import_annotations import KeptFile, launch_import
from safelight.api.asking import Ctx, DataWriter
from safelight.api.job_list import shown
from safelight.api.job_query import JobReader
from safelight.api.job_views import JobDetail, JobRow, answer
from safelight.api.jobs import get_job
from safelight.api.multipart import FilePart, Form, read_form
from safelight.api.views import Page
from safelight.domain.permissions import Actor
from safelight.errors import Invalid, NotFound
from safelight.store import joblist, jobs, runs, versions
from safelight.store.jobs import Job

router = APIRouter(tags=["datasets"])

IdempotencyKey = Annotated[str | None, Header(max_length=200)]


class ExportBody(BaseModel):
    format: Literal["coco"] = "coco"


def launched(context: Context, by: Actor, job: Job) -> Response:
    """The answer to a launch."""
    shown = get_job(str(job.job_id), by, context)
    shown.status_code = 201
    return shown


class _OneFile:
    """The file of a form that brings annotations."""

    def __init__(self, context: Context, by: Actor) -> None:
        self._context, self._by = context, by
        self.filename = ""
        self.kept: KeptFile | None = None

    def open(self, part: FilePart) -> KeptFile:
        if part.field != "file" or self.kept is not None:
            raise Invalid("The form has one file, in the part `file`.", field=part.field)
        self.filename = part.filename.replace("\\", "/").rsplit("/", 1)[-1] or "annotations"
        self.kept = KeptFile(self._context, self._by, self.filename)
        return self.kept

    def discard(self) -> None:
        if self.kept is not None:
            self.kept.discard()


@router.post("/versions/{version_id}/import", status_code=201, response_model=JobDetail)
async def import_annotations(
    version_id: UUID,
    request: Request,
    actor: DataWriter,
    context: Ctx,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Import annotations from a file (part `file`), as a job that does all of it or nothing.

    Fields: `format` coco; `mode` replace, keep or concatenate; `skip_bad` leaves bad records out
    instead of failing; `create_labels` makes labels that the version lacks; `force_placeholders` takes
    pictures in by name and size that were not uploaded yet.
    """
    await run_in_threadpool(_check_open, context, actor, version_id)
    file = _OneFile(context, actor)
    try:
        form = await read_form(request, file.open)
    finally:
        await run_in_threadpool(file.discard)
    return await run_in_threadpool(_import, context, actor, version_id, file, form, idempotency_key)


def _check_open(context: Context, by: Actor, version_id: UUID) -> None:
    with context.db.read() as read:
        versions.check_unlocked(versions.get(read, by.organization_id, version_id))


def _import(
    context: Context,
    by: Actor,
    version_id: UUID,
    file: _OneFile,
    form: Form,
    idempotency_key: str | None,
) -> Response:
    if file.kept is None:
        raise Invalid("The form has one file, in the part `file`.", field="file")
    if form.fields.get("format", "coco") != "coco":
        raise Invalid("The format is coco.", field="format")
    job, _ = launch_import(
        context,
        by,
        version_id,
        file.kept.object_name,
        file.filename,
        mode=form.fields.get("mode", "replace"),
        skip_bad=_flag(form, "skip_bad", default=False),
        create_labels=_flag(form, "create_labels", default=True),
        placeholders=_flag(form, "force_placeholders", default=True),
        idempotency_key=idempotency_key,
    )
    return launched(context, by, job)


_FLAGS = {"true": True, "1": True, "on": True, "false": False, "0": False, "off": False}


def _flag(form: Form, name: str, *, default: bool) -> bool:
    text = form.fields.get(name, "").lower()
    if not text:
        return default
    if text not in _FLAGS:
        raise Invalid(f"{name} is true or false.", field=name)
    return _FLAGS[text]


@router.post("/versions/{version_id}/export", status_code=201, response_model=JobDetail)
def export_version(
    version_id: UUID,
    actor: DataWriter,
    context: Ctx,
    _body: ExportBody | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Write the annotations of a version into a file, as a job whose result offers it."""
    job, _ = launch_export(context, actor, version_id, idempotency_key=idempotency_key)
    return launched(context, actor, job)


@router.get("/versions/{version_id}/jobs", response_model=Page[JobRow])
def list_version_jobs(
    version_id: UUID,
    actor: JobReader,
    context: Ctx,
    after: str = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The jobs that were about a version or changed it, newest first."""
    with context.db.read() as read:
        version = versions.get(read, actor.organization_id, version_id)
        page = joblist.touching(read, version, after=after, limit=limit)
        return answer(shown(context, read, page))


@router.get(
    "/jobs/{job_id}/downloads/{name:path}", status_code=307, response_class=RedirectResponse
)
def download_result(job_id: UUID, name: str, actor: JobReader, context: Ctx) -> RedirectResponse:
    """Leads to the bytes of a file that a job has made, by the newest of its runs that has it."""
    with context.db.read() as read:
        job = jobs.get(read, actor.organization_id, job_id)
        found = [
            offered["object_name"]
            for run in runs.of_job(read, job.job_id)
            for offered in (run.result or {}).get("downloads", ())
            if offered["name"] == name
        ]
    if not found:
        raise NotFound(f"The job offers no file {name!r}.", name=name)
    return RedirectResponse(objects.read_path(context, found[0]), 307)
