"""Import into a version, as a job, what jobs offer to download, and the jobs that a version has. Other operations:
`version_operations.py`.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from safelight.actions import objects
from safelight.actions.context import Context
from safelight.actions.import_annotations import (
    REJECTS,
    KeptFile,
    Options,
    checked_file,
    launch_check,
    launch_import,
)
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
from safelight.store.runs import Run

router = APIRouter(tags=["datasets"])

IdempotencyKey = Annotated[str | None, Header(max_length=200)]


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

    Fields: `format` auto, coco, yolo, voc, cvat, labelme or via; `mode` replace, keep or concatenate;
    `matching` auto, filename, object_name, data_id or asset_id: what the file calls pictures by;
    `skip_bad` leaves bad records out instead of failing; `create_labels` makes labels that the version
    lacks; `force_placeholders` takes pictures in by name and size that were not uploaded yet.
    `label_attribute` says which attribute of a region is its label, in a VIA file that has several.
    `only_rejected_of`: a job that left bad records out; only those are taken, from the mended file, and
    added to what is there. `checked_by`: a job that checked the file, which need not be sent again.
    """
    await run_in_threadpool(_check_open, context, actor, version_id)
    file, form = await _read_upload(context, actor, request)
    return await run_in_threadpool(_import, context, actor, version_id, file, form, idempotency_key)


@router.post("/versions/{version_id}/import/check", status_code=201, response_model=JobDetail)
async def check_import(
    version_id: UUID,
    request: Request,
    actor: DataWriter,
    context: Ctx,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Find out what an import would do, as a job that changes nothing; its result has the report (`check`).

    The form is that of the import. To import the file then, name the job as `checked_by`.
    """
    await run_in_threadpool(_check_known, context, actor, version_id)
    file, form = await _read_upload(context, actor, request)
    return await run_in_threadpool(_check, context, actor, version_id, file, form, idempotency_key)


async def _read_upload(context: Context, by: Actor, request: Request) -> tuple[_OneFile, Form]:
    file = _OneFile(context, by)
    try:
        return file, await read_form(request, file.open)
    finally:
        await run_in_threadpool(file.discard)


def _check_known(context: Context, by: Actor, version_id: UUID) -> None:
    with context.db.read() as read:
        versions.get(read, by.organization_id, version_id)


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
    job, _ = launch_import(
        context,
        by,
        version_id,
        *_file(context, by, file, form),
        _options(form),
        rejected_of=_job_id(form, "only_rejected_of"),
        idempotency_key=idempotency_key,
    )
    return launched(context, by, job)


def _options(form: Form) -> Options:
    given: dict[str, str | bool] = {
        name: form.fields[name] for name in ("format", "mode", "matching") if form.fields.get(name)
    }
    given["label_attribute"] = form.fields.get("label_attribute", "")
    given["skip_bad"] = _flag(form, "skip_bad", default="only_rejected_of" in form.fields)
    given["create_labels"] = _flag(form, "create_labels", default=True)
    given["placeholders"] = _flag(form, "force_placeholders", default=True)
    return Options.read(given)


def _check(
    context: Context,
    by: Actor,
    version_id: UUID,
    file: _OneFile,
    form: Form,
    idempotency_key: str | None,
) -> Response:
    named = _file(context, by, file, form)
    options = _options(form)
    job, _ = launch_check(context, by, version_id, *named, options, idempotency_key=idempotency_key)
    return launched(context, by, job)


def _file(context: Context, by: Actor, file: _OneFile, form: Form) -> tuple[str, str]:
    """Object name and file name of what was sent, now or for a check before."""
    checked = _job_id(form, "checked_by")
    if (file.kept is None) == (checked is None):
        raise Invalid(
            "The form has one file, in the part `file`, or names `checked_by`.", field="file"
        )
    if checked is not None:
        return checked_file(context, by, checked)
    assert file.kept is not None
    return file.kept.object_name, file.filename


def _job_id(form: Form, name: str) -> UUID | None:
    text = form.fields.get(name)
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid(f"{name} is the id of a job.", field=name) from None


_FLAGS = {"true": True, "1": True, "on": True, "false": False, "0": False, "off": False}


def _flag(form: Form, name: str, *, default: bool) -> bool:
    text = form.fields.get(name, "").lower()
    if not text:
        return default
    if text not in _FLAGS:
        raise Invalid(f"{name} is true or false.", field=name)
    return _FLAGS[text]


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
            for offered in _offered(run)
            if offered["name"] == name
        ]
    if not found:
        raise NotFound(f"The job offers no file {name!r}.", name=name)
    return RedirectResponse(objects.read_path(context, found[0]), 307)


def _offered(run: Run) -> list[dict[str, Any]]:
    """The files of a run: what came out, and the records that it did not take."""
    rejects = [] if run.rejects is None else [{**run.rejects, "name": REJECTS}]
    return [*(run.result or {}).get("downloads", ()), *rejects]
