"""What a run was launched with that has changed or vanished since: told before it is run again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from safelight.actions import processings as launches
from safelight.actions import references
from safelight.domain.jobs import JobType, TargetType
from safelight.domain.parameters import REFERENCES, Input, InputType
from safelight.errors import Invalid, NotFound
from safelight.store import changes, experiments, models, objects, packages, processings, versions
from safelight.store.db import Read
from safelight.store.jobs import Job
from safelight.store.runs import Run
from safelight.store.versions import Version

CHANGED, VANISHED, LOCKED = "changed", "vanished", "locked"


@dataclass(frozen=True, slots=True)
class Drift:
    """One thing to know. `field`: source, target, or an input as `inputs.NAME`."""

    field: str
    kind: str
    message: str


def drift(
    read: Read, job: Job, run: Run, inputs: dict[str, Any], declared: list[Input]
) -> list[Drift]:
    """What is not any more as it was when `run` was launched; `inputs` are those of the next run."""
    return [
        *_source(read, job, run),
        *_target(read, job, run),
        *_inputs(read, job, run, inputs, declared),
    ]


# --- what runs ------------------------------------------------------------------------------------


def _source(read: Read, job: Job, run: Run) -> Iterator[Drift]:
    package = run.source.get("package")
    if package and packages.find(read, job.organization_id, package) is None:
        yield Drift("source", VANISHED, f"The package {package[:12]} is not here any more.")
    if job.type is JobType.PROCESSING:
        yield from _processing(read, job, run)
    elif job.type is JobType.TRAINING and "model_version_id" in run.inputs:
        yield from _training(read, job, run, UUID(run.inputs["model_version_id"]))


def _processing(read: Read, job: Job, run: Run) -> Iterator[Drift]:
    again = f"run {run.number}'s {_said(run.source)} runs again"
    if job.processing_id is None:
        yield Drift("source", VANISHED, f"The processing was removed since; {again}.")
        return
    now = processings.get(read, job.organization_id, job.processing_id)
    if now.source.to_json() != run.source:
        yield Drift(
            "source",
            CHANGED,
            f"{now.name} has the {_said(now.source.to_json())} since; {again}. "
            f"Launch {now.name} anew to use the new one.",
        )


def _training(read: Read, job: Job, run: Run, model_version_id: UUID) -> Iterator[Drift]:
    again = f"run {run.number}'s {_said(run.source)} runs again"
    try:
        now = models.get_version(read, job.organization_id, model_version_id)
    except NotFound:
        yield Drift("source", VANISHED, f"The model version was removed since; {again}.")
        return
    if now.source.to_json() != run.source:
        said = _said(now.source.to_json())
        yield Drift("source", CHANGED, f"{now.model.name} has the {said} since; {again}.")


def _said(source: dict[str, Any]) -> str:
    if source.get("package"):
        return f"package {source['package'][:12]}"
    if source.get("image"):
        return f"image {source['image']}:{source.get('tag') or 'latest'}"
    return "operation"


# --- what it runs on ------------------------------------------------------------------------------


def _target(read: Read, job: Job, run: Run) -> Iterator[Drift]:
    target = job.target
    if target is None:
        return
    if target.type is TargetType.DATASET_VERSION:
        yield from _version(read, job, run, "target", target.id, target.name, is_target=True)
        return
    try:
        if target.type is TargetType.EXPERIMENT:
            experiments.get(read, job.organization_id, target.id)
            yield from _attached(read, run, target.id)
        else:
            references.find_target(read, job.organization_id, target.type, str(target.id))
    except NotFound:
        yield Drift("target", VANISHED, f"{target.name} was removed since.")


def _attached(read: Read, run: Run, experiment_id: UUID) -> Iterator[Drift]:
    """A training reads its datasets from the experiment, as they are when it runs."""
    now = {each.alias: str(each.version_id) for each in experiments.attached(read, experiment_id)}
    if now != run.inputs.get("datasets", now):
        message = "The experiment has other datasets than at that launch; the training reads these."
        yield Drift("inputs.datasets", CHANGED, message)


def _version(
    read: Read,
    job: Job,
    run: Run,
    field: str,
    version_id: UUID,
    name: str,
    *,
    is_target: bool = False,
) -> Iterator[Drift]:
    version = _find(read, job.organization_id, version_id)
    if version is None:
        yield Drift(field, VANISHED, f"{name or 'The dataset version'} was removed since.")
        return
    name = f"{version.dataset_name}/{version.name}"
    if is_target and version.lock is not None:
        yield Drift(field, LOCKED, f"{name} is locked by {version.lock.by.name}.")
    at = changes.last_since(read, version.version_key, run.created_at, except_job=job.job_id)
    if at is not None:
        yield Drift(field, CHANGED, f"{name} was changed since run {run.number} was launched.")


def _find(read: Read, organization_id: UUID, version_id: UUID) -> Version | None:
    try:
        return versions.get(read, organization_id, version_id)
    except NotFound:
        return None


# --- inputs ---------------------------------------------------------------------------------------

# Inputs of our own operations that nothing declares.
_OWN = (
    Input("source_version_id", InputType.DATASET_VERSION, required=False),
    Input("model_version_id", InputType.MODEL_VERSION, required=False),
)


def _inputs(
    read: Read, job: Job, run: Run, inputs: dict[str, Any], declared: list[Input]
) -> Iterator[Drift]:
    for each in (*_OWN, *declared):
        value = inputs.get(each.name)
        if value is None or each.type not in REFERENCES:
            continue
        field = f"inputs.{each.name}"
        if each.type is InputType.DATASET_VERSION:
            yield from _version(read, job, run, field, UUID(str(value)), "")
        else:
            yield from _reference(read, job, each, value)
    yield from _datasets(read, job, run, inputs)
    yield from _selection(read, job, inputs)
    yield from _file(read, inputs)


def _reference(read: Read, job: Job, declared: Input, value: Any) -> Iterator[Drift]:
    try:
        references.resolve_inputs(
            read, job.organization_id, [declared], {declared.name: str(value)}
        )
    except Invalid:
        noun = declared.type.lower().replace("_", " ")
        message = f"The {noun} of {declared.name} was removed since."
        yield Drift(f"inputs.{declared.name}", VANISHED, message)


def _datasets(read: Read, job: Job, run: Run, inputs: dict[str, Any]) -> Iterator[Drift]:
    """Of a training, by alias."""
    for alias, version_id in (inputs.get("datasets") or {}).items():
        field = f"inputs.datasets.{alias}"
        yield from _version(read, job, run, field, UUID(version_id), f"The dataset {alias}")


def _selection(read: Read, job: Job, inputs: dict[str, Any]) -> Iterator[Drift]:
    chosen = inputs.get("asset_ids")
    if not chosen or job.target is None:
        return
    version = _find(read, job.organization_id, job.target.id)
    ids = [UUID(each) for each in chosen]
    gone = len(ids) - (launches.assets_there(read, version, ids) if version else 0)
    if gone:
        message = f"{gone:,} of the {len(chosen):,} pictures that were selected are gone."
        yield Drift("inputs.asset_ids", VANISHED, message)


def _file(read: Read, inputs: dict[str, Any]) -> Iterator[Drift]:
    file = inputs.get("file")
    if isinstance(file, dict) and objects.find(read, str(file.get("object_name"))) is None:
        yield Drift("inputs.file", VANISHED, f"The file {file.get('name')} is not kept any more.")
