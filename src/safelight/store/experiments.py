"""Experiments: what they train on and from, and the artifacts they store. Metrics: `metrics.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, insert, select, update

from safelight.domain.jobs import RunStatus
from safelight.errors import NameTaken, NotFound
from safelight.ids import uuid7
from safelight.store import schema
from safelight.store.db import Event, Read, Transaction

_experiments, _datasets, _artifacts = (
    schema.experiment,
    schema.experiment_dataset,
    schema.artifact,
)


@dataclass(frozen=True, slots=True)
class Experiment:
    experiment_id: UUID
    project_id: UUID
    project_name: str
    organization_id: UUID
    name: str
    description: str
    status: str
    base_model_version_id: UUID | None
    base_experiment_id: UUID | None
    created_by: UUID | None
    created_at: int


@dataclass(frozen=True, slots=True)
class Attached:
    """A dataset version in an experiment, under an alias such as `train`."""

    alias: str
    version_id: UUID
    version_name: str
    dataset_id: UUID
    dataset_name: str


@dataclass(frozen=True, slots=True)
class Artifact:
    artifact_id: UUID
    experiment_id: UUID
    name: str
    filename: str
    object_name: str
    large: bool
    run_id: UUID | None
    size: int | None
    created_at: int


def add(
    tx: Transaction,
    organization_id: UUID,
    project_id: UUID,
    name: str,
    *,
    description: str = "",
    base_model_version_id: UUID | None = None,
    base_experiment_id: UUID | None = None,
    created_by: UUID | None = None,
) -> Experiment:
    """Raises NameTaken. Whoever calls has checked that project and bases are the organization's."""
    if find(tx, project_id, name) is not None:
        raise NameTaken(f"The project has an experiment {name!r} already.", name=name)
    experiment_id = uuid7()
    tx.execute(
        insert(_experiments).values(
            experiment_id=experiment_id,
            project_id=project_id,
            organization_id=organization_id,
            name=name,
            description=description,
            status="WAITING",
            base_model_version_id=base_model_version_id,
            base_experiment_id=base_experiment_id,
            created_by=created_by,
            created_at=tx.now,
        )
    )
    announce(tx, organization_id, experiment_id, created_by)
    return get(tx, organization_id, experiment_id)


def _select() -> Select[Any]:
    return select(_experiments, schema.project.c.name.label("project_name")).join(
        schema.project, schema.project.c.project_id == _experiments.c.project_id
    )


def get(read: Read, organization_id: UUID, experiment_id: UUID) -> Experiment:
    """Raises NotFound."""
    row = read.first(
        _select().where(
            _experiments.c.experiment_id == experiment_id,
            _experiments.c.organization_id == organization_id,
        )
    )
    if row is None:
        raise NotFound("There is no such experiment.", experiment_id=experiment_id)
    return _experiment(row)


def find(read: Read, project_id: UUID, name: str) -> Experiment | None:
    row = read.first(
        _select().where(_experiments.c.project_id == project_id, _experiments.c.name == name)
    )
    return None if row is None else _experiment(row)


def of_project(read: Read, project_id: UUID) -> list[Experiment]:
    """Newest first."""
    rows = read.all(
        _select()
        .where(_experiments.c.project_id == project_id)
        .order_by(_experiments.c.experiment_id.desc())
    )
    return [_experiment(row) for row in rows]


def change(tx: Transaction, experiment: Experiment, **values: Any) -> Experiment:
    """Set columns such as name, description, status or base_model_version_id."""
    tx.execute(
        update(_experiments)
        .where(_experiments.c.experiment_id == experiment.experiment_id)
        .values(values)
    )
    announce(tx, experiment.organization_id, experiment.experiment_id)
    return get(tx, experiment.organization_id, experiment.experiment_id)


_STATUS = {
    RunStatus.PENDING: "WAITING",
    RunStatus.QUEUED: "WAITING",
    RunStatus.RUNNING: "RUNNING",
    RunStatus.SUCCEEDED: "SUCCESS",
    RunStatus.FAILED: "FAILED",
    RunStatus.KILLED: "TERMINATED",
}


def follow(tx: Transaction, experiment_id: UUID, status: RunStatus) -> None:
    """Give an experiment the status of its training's newest run, in the transaction that changed
    it; does nothing for an experiment that is gone.
    """
    row = tx.first(
        update(_experiments)
        .where(_experiments.c.experiment_id == experiment_id)
        .values(status=_STATUS[status])
        .returning(_experiments.c.organization_id)
    )
    if row is None:
        return
    if status is RunStatus.RUNNING:
        _begin_lines_anew(tx, experiment_id)
    announce(tx, row.organization_id, experiment_id)


def _begin_lines_anew(tx: Transaction, experiment_id: UUID) -> None:
    """Forget the lines of the run before: a second run would draw on where the first one ended."""
    metrics, points = schema.metric, schema.metric_point
    lines = select(metrics.c.metric_id).where(
        metrics.c.experiment_id == experiment_id, metrics.c.type == "LINE"
    )
    tx.execute(delete(points).where(points.c.metric_id.in_(lines)))
    tx.execute(delete(metrics).where(metrics.c.metric_id.in_(lines)))


def announce(
    tx: Transaction, organization_id: UUID, experiment_id: UUID, user_id: UUID | None = None
) -> None:
    """Record that an experiment changed, once per transaction: open charts look again."""
    facts = {"experiment_id": str(experiment_id)}
    if not any(event.kind == "experiment_changed" and event.facts == facts for event in tx.events):
        tx.record(Event(organization_id, "experiment_changed", user_id=user_id, facts=facts))


def _experiment(row: Row[Any]) -> Experiment:
    return Experiment(
        row.experiment_id,
        row.project_id,
        row.project_name,
        row.organization_id,
        row.name,
        row.description,
        row.status,
        row.base_model_version_id,
        row.base_experiment_id,
        row.created_by,
        row.created_at,
    )


# --- datasets -----------------------------------------------------------------------------------------


def attach(tx: Transaction, experiment: Experiment, alias: str, version_id: UUID) -> None:
    """Raises NameTaken. Whoever calls has checked that the version is the organization's."""
    if any(each.alias == alias for each in attached(tx, experiment.experiment_id)):
        raise NameTaken(f"The experiment has a dataset {alias!r} already.", name=alias)
    tx.execute(
        insert(_datasets).values(
            experiment_id=experiment.experiment_id, alias=alias, version_id=version_id
        )
    )
    announce(tx, experiment.organization_id, experiment.experiment_id)


def attached(read: Read, experiment_id: UUID) -> list[Attached]:
    """By alias; versions that were removed since are left out."""
    versions, datasets = schema.dataset_version, schema.dataset
    rows = read.all(
        select(
            _datasets.c.alias,
            versions.c.version_id,
            versions.c.name.label("version_name"),
            datasets.c.dataset_id,
            datasets.c.name.label("dataset_name"),
        )
        .join(versions, versions.c.version_id == _datasets.c.version_id)
        .join(datasets, datasets.c.dataset_id == versions.c.dataset_id)
        .where(_datasets.c.experiment_id == experiment_id, versions.c.removed_at.is_(None))
        .order_by(_datasets.c.alias)
    )
    return [Attached(**row._mapping) for row in rows]


# --- artifacts ----------------------------------------------------------------------------------------


def store_artifact(
    tx: Transaction,
    experiment: Experiment,
    name: str,
    *,
    filename: str,
    object_name: str,
    large: bool = False,
    run_id: UUID | None = None,
) -> Artifact:
    """Add an artifact; one of the same name is replaced, keeping its id. Whoever calls has checked
    that the object is the organization's.
    """
    values = {
        "filename": filename,
        "object_name": object_name,
        "large": large,
        "run_id": run_id,
        "created_at": tx.now,
    }
    known = find_artifact(tx, experiment.experiment_id, name)
    if known is None:
        tx.execute(
            insert(_artifacts).values(
                artifact_id=uuid7(), experiment_id=experiment.experiment_id, name=name, **values
            )
        )
    else:
        tx.execute(
            update(_artifacts).where(_artifacts.c.artifact_id == known.artifact_id).values(values)
        )
    announce(tx, experiment.organization_id, experiment.experiment_id)
    stored = find_artifact(tx, experiment.experiment_id, name)
    assert stored is not None
    return stored


def _select_artifacts() -> Select[Any]:
    return select(_artifacts, schema.stored_object.c.size).join(
        schema.stored_object, schema.stored_object.c.object_name == _artifacts.c.object_name
    )


def artifacts_of(read: Read, experiment_id: UUID) -> list[Artifact]:
    """In the order in which they were first stored."""
    rows = read.all(
        _select_artifacts()
        .where(_artifacts.c.experiment_id == experiment_id)
        .order_by(_artifacts.c.artifact_id)
    )
    return [_artifact(row) for row in rows]


def find_artifact(read: Read, experiment_id: UUID, name: str) -> Artifact | None:
    row = read.first(
        _select_artifacts().where(
            _artifacts.c.experiment_id == experiment_id, _artifacts.c.name == name
        )
    )
    return None if row is None else _artifact(row)


def _artifact(row: Row[Any]) -> Artifact:
    return Artifact(
        row.artifact_id,
        row.experiment_id,
        row.name,
        row.filename,
        row.object_name,
        row.large,
        row.run_id,
        row.size,
        row.created_at,
    )
