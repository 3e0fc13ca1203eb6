"""Launching the import of an annotation file into a dataset version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from safelight.actions import objects
from safelight.actions.context import Context
from safelight.actions.launch import Target, internal_order, launch
from safelight.actions.selection import KIND
from safelight.domain.annotations import MergeMode
from safelight.domain.imports import Format, Matching
from safelight.domain.jobs import SUCCEEDED, TargetType
from safelight.domain.permissions import Actor, require
from safelight.errors import Conflict, Invalid, TooLarge
from safelight.store import history, jobs, runs, versions
from safelight.store import objects as stored
from safelight.store.db import Read, Transaction
from safelight.store.jobs import Job
from safelight.store.runs import Run
from safelight.store.versions import Version

OPERATION = "import_annotations"
CHECK = "check_import"
REJECTS = "rejects.jsonl"  # what the file of bad records is called


def target_of(version: Version) -> Target:
    """A dataset version as what a job is about."""
    name = f"{version.dataset_name}/{version.name}"
    return Target(TargetType.DATASET_VERSION, version.version_id, name, version.path)


class KeptFile:
    """An uploaded file that becomes a job's input, written piece by piece."""

    def __init__(self, context: Context, actor: Actor, filename: str) -> None:
        """Raises Denied."""
        require(actor, "write_data")
        self._context, self._actor, self._filename = context, actor, filename
        self._incoming = context.blobs.incoming()
        self.object_name = ""  # known after `close`

    def write(self, chunk: bytes) -> None:
        """Raises TooLarge as soon as there is more than the server takes."""
        limit = self._context.settings.upload_limit
        if self._incoming.size + len(chunk) > limit:
            raise TooLarge(f"A file has at most {limit} bytes.", limit=limit)
        self._incoming.write(chunk)

    def close(self) -> None:
        """All bytes are there: give the file its name."""
        self._incoming.close()
        with self._context.db.transaction() as tx:
            name = objects.issue_name(tx, self._actor.organization_id, KIND, self._filename)
            stored.finish(tx, name, size=self._incoming.size, content_type="application/json")
            self._incoming.commit(name)
        self.object_name = name

    def discard(self) -> None:
        """Throw away what has no name yet."""
        self._incoming.discard()


def keep_file(context: Context, actor: Actor, filename: str, chunks: Iterable[bytes]) -> str:
    """Keep a file as a job's input; its object name. Raises Denied, TooLarge, and keeps nothing."""
    kept = KeptFile(context, actor, filename)
    try:
        for chunk in chunks:
            kept.write(chunk)
        kept.close()
    finally:
        kept.discard()
    return kept.object_name


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be imported. `skip_bad`: bad records are left out instead of failing the job;
    `create_labels`: labels that the version lacks are made; else what has them is bad. `placeholders`:
    pictures that were not uploaded yet are taken by name and size; else they are bad records.
    `label_attribute`: which attribute of a region names its label, in a VIA file that has several.
    """

    format: Format = Format.AUTO
    mode: MergeMode = MergeMode.REPLACE
    matching: Matching = Matching.AUTO
    skip_bad: bool = False
    create_labels: bool = True
    placeholders: bool = True
    label_attribute: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str | bool]) -> Options:
        """Options by their names, texts in any case; what is not given has its default. Raises Invalid."""
        values: dict[str, Any] = dict(given)
        for name, choices in (("format", Format), ("mode", MergeMode), ("matching", Matching)):
            if name in given:
                values[name] = _choice(name, choices, str(given[name]))
        return cls(**values)

    @property
    def parameters(self) -> dict[str, Any]:
        """As a job has them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def _choice(name: str, choices: Iterable[StrEnum], text: str) -> StrEnum:
    for choice in choices:
        if choice.value.lower() == text.lower():
            return choice
    known = ", ".join(choice.value.lower() for choice in choices)
    raise Invalid(f"The {name} is one of {known}, not {text!r}.", field=name)


DEFAULTS = Options()


def launch_import(
    context: Context,
    actor: Actor,
    version_id: UUID,
    object_name: str,
    filename: str,
    options: Options = DEFAULTS,
    *,
    rejected_of: UUID | None = None,
    idempotency_key: str | None = None,
) -> tuple[Job, Run]:
    """Launch the import of a file that was kept before. `rejected_of`: a job whose last import left out
    bad records; only those are taken from the mended file, and added to what is there.

    Raises Denied, NotFound, Locked, Invalid for an object without bytes, Conflict where that job
    rejected nothing or imported nothing, or another has imported its rejects.
    """
    require(actor, "write_data")
    with context.db.transaction() as tx:
        version = _open(tx, actor, version_id)
        objects.check_issued(tx, actor.organization_id, object_name)
        inputs: dict[str, Any] = {"file": {"object_name": object_name, "name": filename}}
        before = None if rejected_of is None else _rejecting(tx, actor, version, rejected_of)
        if before is not None:
            inputs["rejected_of"] = _rejected(before)
            options = replace(options, mode=MergeMode.CONCATENATE)
        order = internal_order(
            actor,
            OPERATION,
            name=f"{'Import annotations' if before is None else 'Import rejects again'}, {filename}",
            target=target_of(version),
            parameters=options.parameters,
            inputs=inputs,
            idempotency_key=idempotency_key,
        )
        job, run = launch(tx, order)
        if before is not None:
            _check_first(tx, before, job)
            runs.mended_by(tx, before.run_id, job.job_id)
        return job, run


def launch_check(
    context: Context,
    actor: Actor,
    version_id: UUID,
    object_name: str,
    filename: str,
    options: Options = DEFAULTS,
    *,
    idempotency_key: str | None = None,
) -> tuple[Job, Run]:
    """Launch the job that says what such an import would do, and changes nothing. A job, as files may
    be of any size: it has progress, can be stopped, and its result is the report.

    Raises Denied, NotFound, Invalid for an object without bytes.
    """
    require(actor, "write_data")
    with context.db.transaction() as tx:
        version = versions.get(tx, actor.organization_id, version_id)
        objects.check_issued(tx, actor.organization_id, object_name)
        order = internal_order(
            actor,
            CHECK,
            name=f"Check annotations, {filename}",
            target=target_of(version),
            parameters=options.parameters,
            inputs={"file": {"object_name": object_name, "name": filename}},
            idempotency_key=idempotency_key,
        )
        return launch(tx, order)


def checked_file(context: Context, actor: Actor, job_id: UUID) -> tuple[str, str]:
    """The file that a job checked, to be imported without a second upload: object name and file name.

    Raises NotFound, Invalid if the job is no check.
    """
    with context.db.read() as read:
        job = jobs.get(read, actor.organization_id, job_id)
        if job.operation != CHECK:
            raise Invalid("That job has not checked a file.", field="checked_by")
        file = runs.newest(read, job_id).inputs["file"]
        return file["object_name"], file["name"]


def _rejecting(read: Read, actor: Actor, version: Version, job_id: UUID) -> Run:
    """The newest run of that job which left bad records out of this version."""
    job = jobs.get(read, actor.organization_id, job_id)
    if job.target is None or job.target.id != version.version_id:
        raise Conflict("That job imported into another version.", job_id=str(job_id))
    newest = runs.newest(read, job_id)
    if newest.status is not SUCCEEDED:
        raise Conflict(
            "That job has imported nothing, so there is nothing to add to: import the whole file.",
            job_id=str(job_id),
        )
    if not newest.rejects:
        raise Conflict("That job has rejected nothing.", job_id=str(job_id))
    return newest


def _check_first(read: Read, before: Run, job: Job) -> None:
    """Raises Conflict if another job than this has imported the rejects already: they would be there twice."""
    for job_id in (before.rejects or {}).get("again", ()):
        for run in () if job_id == str(job.job_id) else runs.of_job(read, UUID(job_id)):
            if not run.is_final:
                raise Conflict("Another job is importing them: wait for its end.", job_id=job_id)
            changed = history.of_run(read, run.run_id)
            if run.status is SUCCEEDED and any(each.undone_by is None for each in changed):
                raise Conflict(
                    "Another job has imported them: undo that first, or import what it rejected.",
                    job_id=job_id,
                )


def _rejected(run: Run) -> dict[str, str]:
    assert run.rejects is not None
    name = run.rejects["object_name"]
    return {"run_id": str(run.run_id), "job_id": str(run.job_id), "object_name": name}


def _open(tx: Transaction, actor: Actor, version_id: UUID) -> Version:
    version = versions.get(tx, actor.organization_id, version_id)
    versions.check_unlocked(version)
    return version
