"""Experiments: made with their parameters and datasets, launched, and what they report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any
from uuid import UUID

from safelight.actions import objects, packages, processings
from safelight.actions.access import Actor
from safelight.actions.context import Context
from safelight.actions.launch import Order, launch
from safelight.domain.jobs import JobType, Target, TargetType
from safelight.domain.packages import Layout
from safelight.domain.parameters import Values, read_rules, settle_parameters
from safelight.domain.permissions import require
from safelight.domain.terms import read_terms
from safelight.errors import Invalid, NameTaken
from safelight.store import experiments, jobs, metrics, models, projects, runs, versions
from safelight.store import objects as stored_objects
from safelight.store import packages as stored_packages
from safelight.store.db import Read, Transaction
from safelight.store.experiments import Artifact, Experiment
from safelight.store.jobs import Job
from safelight.store.metrics import PARAMETERS, TABLE, Metric
from safelight.store.models import ModelVersion
from safelight.store.runs import Run

OPERATION = "training"
LABELMAP = "labelmap"
_CHUNK = 1024 * 1024
LARGE = 25 * 1024 * 1024  # bytes above which the official client uploads in parts


def create(
    context: Context,
    actor: Actor,
    project_id: UUID,
    name: str,
    *,
    description: str = "",
    base_model_version_id: UUID | None = None,
    base_experiment_id: UUID | None = None,
    parameters: Mapping[str, Any] | None = None,
    datasets: Mapping[str, UUID] | None = None,
) -> Experiment:
    """A new experiment in a project. Its parameters begin as those of what it is based on.

    Raises Denied, NotFound, NameTaken, and Invalid for parameters that the training does not take.
    """
    require(actor, "write_data")
    organization_id = actor.organization_id
    with context.db.transaction() as tx:
        project = projects.get(tx, organization_id, project_id)
        base = _base(tx, organization_id, base_model_version_id)
        experiment = experiments.add(
            tx,
            organization_id,
            project.project_id,
            name,
            description=description,
            base_model_version_id=base_model_version_id,
            base_experiment_id=base_experiment_id,
            created_by=actor.user_id,
        )
        if base_experiment_id is not None:
            _copy(tx, experiments.get(tx, organization_id, base_experiment_id), experiment)
        if base is not None:
            _begin_as(tx, experiment, base)
        if parameters:
            _set_parameters(tx, experiment, base, parameters)
        for alias, version_id in (datasets or {}).items():
            versions.get(tx, organization_id, version_id)
            experiments.attach(tx, experiment, alias, version_id)
        return experiment


def _base(read: Read, organization_id: UUID, model_version_id: UUID | None) -> ModelVersion | None:
    if model_version_id is None:
        return None
    return models.get_version(read, organization_id, model_version_id)


def _begin_as(
    tx: Transaction, experiment: Experiment, base: ModelVersion, *, files: bool = True
) -> None:
    """Parameters, labels and files of a model version, where the experiment has none of its own."""
    known = {metric.name for metric in metrics.of_experiment(tx, experiment.experiment_id)}
    if PARAMETERS not in known:
        metrics.put(tx, experiment, PARAMETERS, TABLE, base.parameters)
    if base.labels and LABELMAP not in known:
        metrics.put(tx, experiment, LABELMAP, "LABELMAP", base.labels)
    if files and not experiments.artifacts_of(tx, experiment.experiment_id):
        for file in models.files_of(tx, base):
            experiments.store_artifact(
                tx,
                experiment,
                file.name,
                filename=file.filename,
                object_name=file.object_name,
                large=file.large,
            )


def _copy(tx: Transaction, base: Experiment, experiment: Experiment) -> None:
    """Parameters, labels and artifacts of another experiment."""
    for name in (PARAMETERS, LABELMAP):
        metric = metrics.find(tx, base.experiment_id, name)
        if metric is not None:
            metrics.put(tx, experiment, name, metric.type, metric.data)
    for artifact in experiments.artifacts_of(tx, base.experiment_id):
        experiments.store_artifact(
            tx,
            experiment,
            artifact.name,
            filename=artifact.filename,
            object_name=artifact.object_name,
            large=artifact.large,
        )


def attach_model(
    context: Context,
    actor: Actor,
    experiment_id: UUID,
    model_version_id: UUID,
    *,
    parameters: bool | None = None,
    files: bool | None = None,
) -> Experiment:
    """Base an experiment on a model version. `parameters`, `files`: take them over; None: where the
    experiment has none. Raises Denied, NotFound, and NameTaken if it has a base already.
    """
    require(actor, "write_data")
    with context.db.transaction() as tx:
        experiment = experiments.get(tx, actor.organization_id, experiment_id)
        base = models.get_version(tx, actor.organization_id, model_version_id)
        if experiment.base_model_version_id is not None:
            raise NameTaken("The experiment has a model attached already.")
        experiment = experiments.change(tx, experiment, base_model_version_id=model_version_id)
        if parameters:
            given = {**base.parameters, **parameters_of(tx, experiment_id)}
            metrics.put(tx, experiment, PARAMETERS, TABLE, given)
        if parameters is not False:
            _begin_as(tx, experiment, base, files=files is not False)
        return experiment


# --- parameters ---------------------------------------------------------------------------------------


def parameters_of(read: Read, experiment_id: UUID) -> dict[str, Any]:
    """The parameters of an experiment: the TABLE named `parameters`, where the wire expects them."""
    metric = metrics.find(read, experiment_id, PARAMETERS)
    return dict(metric.data) if metric is not None and isinstance(metric.data, dict) else {}


def _set_parameters(
    tx: Transaction,
    experiment: Experiment,
    base: ModelVersion | None,
    given: Mapping[str, Any],
) -> Values:
    """Merge what was given over what there is; checked against the training's rules."""
    values = _settled(tx, base, {**parameters_of(tx, experiment.experiment_id), **given})
    metrics.put(tx, experiment, PARAMETERS, TABLE, values.plain)
    return values


def _settled(read: Read, base: ModelVersion | None, given: Mapping[str, Any]) -> Values:
    if base is None:
        return Values(dict(given))
    return settle_parameters(
        read_rules(base.parameter_rules), base.parameters, given, closed=is_closed(read, base)
    )


def is_closed(read: Read, base: ModelVersion) -> bool:
    """Whether a parameter that the training does not declare is a mistake."""
    if base.source.package_hash is None:
        return False
    package = stored_packages.get(read, base.organization_id, base.source.package_hash)
    return Layout(package.manifest["layout"]) is Layout.SAFELIGHT


# --- launching ----------------------------------------------------------------------------------------


def launch_experiment(
    context: Context,
    actor: Actor,
    experiment_id: UUID,
    *,
    parameters: Mapping[str, Any] | None = None,
    resources: dict[str, Any] | None = None,
    terms: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> tuple[Job, Run]:
    """Launch the training of an experiment: the source of the model version it is based on.

    Raises Denied, NotFound, and Invalid if it is based on nothing that can be launched.
    """
    require(actor, "launch")
    with context.db.transaction() as tx:
        experiment = experiments.get(tx, actor.organization_id, experiment_id)
        base = _base(tx, actor.organization_id, experiment.base_model_version_id)
        if base is None or not base.launchable:
            raise Invalid(
                "This experiment is based on no model version with a training: there is nothing to "
                "launch.",
                experiment_id=str(experiment_id),
            )
        if idempotency_key:
            earlier = jobs.find_by_key(tx, actor.organization_id, idempotency_key)
            if earlier is not None and earlier.operation == OPERATION:
                return earlier, runs.get(tx, earlier.latest_run_id)
        values = _set_parameters(tx, experiment, base, parameters or {})
        usual = packages.usual_retry(tx, base.organization_id, base.source.package_hash)
        job, run = launch(
            tx,
            Order(
                organization_id=actor.organization_id,
                type=JobType.TRAINING,
                operation=OPERATION,
                name=experiment.name,
                target=target_of(experiment),
                source=base.source.to_json(),
                triggered_by=actor.user_id,
                parameters=values.plain,
                inputs=_inputs(tx, experiment, base),
                resources=processings.overridden(base.resources, resources),
                terms=read_terms(actor, terms or {}, usual),
                secrets=values.secret,
                idempotency_key=idempotency_key,
            ),
            context.sealer,
        )
        experiments.follow(tx, experiment_id, run.status)
        return job, run


def target_of(experiment: Experiment) -> Target:
    """An experiment as what a job is about."""
    return Target(
        TargetType.EXPERIMENT,
        experiment.experiment_id,
        f"{experiment.project_name}/{experiment.name}",
        f"/project/{experiment.project_id}/experiment/{experiment.experiment_id}",
    )


def _inputs(read: Read, experiment: Experiment, base: ModelVersion) -> dict[str, Any]:
    """What the run trains from and on, as it was at launch."""
    datasets = {
        each.alias: str(each.version_id)
        for each in experiments.attached(read, experiment.experiment_id)
    }
    return {"model_version_id": str(base.model_version_id), "datasets": datasets}


# --- what a training reports --------------------------------------------------------------------------


def log_metric(
    context: Context, actor: Actor, experiment_id: UUID, name: str, type: str, data: Any
) -> Metric:
    """Log a metric: a LINE grows by what is given, any other is replaced. Raises Denied, NotFound,
    Invalid.
    """
    require(actor, "write_data")
    if not name.strip():
        raise Invalid("A metric needs a name.", field="name")
    with context.db.transaction() as tx:
        experiment = experiments.get(tx, actor.organization_id, experiment_id)
        return metrics.put(tx, experiment, name, type, data)


def keep_artifact(
    context: Context,
    actor: Actor,
    experiment_id: UUID,
    name: str,
    filename: str,
    file: IO[bytes],
) -> Artifact:
    """Keep a file of an experiment; one of the same name is replaced. Raises Denied, NotFound,
    Invalid.
    """
    require(actor, "write_data")
    if not name.strip():
        raise Invalid("An artifact needs a name.", field="name")
    with context.db.read() as read:
        experiments.get(read, actor.organization_id, experiment_id)
    with context.blobs.incoming() as incoming:
        while chunk := file.read(_CHUNK):
            incoming.write(chunk)
        incoming.close()
        # The name is given before the commit: a row never promises bytes that are not there.
        with context.db.transaction() as tx:
            experiment = experiments.get(tx, actor.organization_id, experiment_id)
            object_name = objects.issue_name(tx, actor.organization_id, "ARTIFACT", filename)
            size = incoming.size
            stored_objects.finish(tx, object_name, size=size, content_type=objects.DEFAULT_TYPE)
            incoming.commit(object_name)
            return experiments.store_artifact(
                tx,
                experiment,
                name,
                filename=filename,
                object_name=object_name,
                large=size > LARGE,
                run_id=actor.run_id,
            )
