"""Experiments: what they are, what they report, launching them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Query, Response, UploadFile
from pydantic import BaseModel

from safelight.actions import experiments as actions
from safelight.actions import objects
from safelight.actions.context import Context
from safelight.api.asking import Ctx, DataWriter, Db, Launcher, Reader, needs
from safelight.api.job_list import jobs_page
from safelight.api.job_views import JobDetail, JobRow, RetryView, answer
from safelight.api.jobs import job_answer
from safelight.api.processings import IdempotencyKey, RuleView, rule_views
from safelight.api.views import Named, Page, time_text
from safelight.domain.permissions import Ability, Actor
from safelight.errors import NotFound
from safelight.store import experiments, metrics, models, users
from safelight.store.db import Read
from safelight.store.experiments import Artifact, Attached, Experiment
from safelight.store.jobfilter import Filter
from safelight.store.metrics import LINE, PARAMETERS, Metric

router = APIRouter(tags=["experiments"])


class BaseVersion(BaseModel):
    """The model version that an experiment is based on. `launchable`: it carries a training."""

    id: UUID
    name: str
    model: Named
    launchable: bool


class VersionRef(BaseModel):
    id: UUID
    name: str
    dataset: Named


class AttachedView(BaseModel):
    alias: str
    version: VersionRef


class ArtifactView(BaseModel):
    id: UUID
    name: str
    filename: str
    size: int | None
    url: str


class MetricView(BaseModel):
    """`last`: the newest point of a LINE, or the data of any other type."""

    name: str
    type: str
    points: int
    last: Any
    updated_at: str


class PointView(BaseModel):
    position: int
    value: Any
    at: str


class SeriesView(BaseModel):
    """`points` of a LINE, `data` of any other type."""

    name: str
    type: str
    points: list[PointView] | None
    data: Any


class ExperimentView(BaseModel):
    id: UUID
    name: str
    description: str
    status: str
    project: Named
    base_model_version: BaseVersion | None
    parameters: dict[str, Any]
    parameter_rules: dict[str, RuleView]
    datasets: list[AttachedView]
    artifacts: list[ArtifactView]
    metrics: list[MetricView]
    created_at: str
    created_by: Named | None


class NewMetric(BaseModel):
    """`data` of a LINE is a number or a list of numbers, which it grows by."""

    name: str
    type: str = LINE
    data: Any


class LaunchBody(BaseModel):
    """Parameters given here replace the experiment's, key by key. `priority`: -100 to 100, the highest
    is claimed first; above 0 for admins. `retry` null: no other try; left out: as the package says. `retry`: null for no other try; left
    out, as the package says.
    """

    parameters: dict[str, Any] | None = None
    resources: dict[str, Any] | None = None
    priority: int | None = None
    retry: RetryView | None = None


@router.get("/experiments/{experiment_id}")
def get_experiment(experiment_id: UUID, actor: Reader, context: Ctx) -> ExperimentView:
    with context.db.read() as read:
        experiment = experiments.get(read, actor.organization_id, experiment_id)
        return experiment_view(context, read, experiment)


@router.get("/experiments/{experiment_id}/metrics/{name:path}")
def get_metric(
    experiment_id: UUID,
    name: str,
    actor: Reader,
    db: Db,
    after: Annotated[int, Query(ge=0, description="The first position wanted.")] = 0,
) -> SeriesView:
    """The points of a LINE from position `after` on, or the data of another metric."""
    with db.read() as read:
        experiment = experiments.get(read, actor.organization_id, experiment_id)
        metric = metrics.find(read, experiment.experiment_id, name)
        if metric is None:
            raise NotFound(f"The experiment has no metric {name!r}.", name=name)
        if metric.type != LINE:
            return SeriesView(name=name, type=metric.type, points=None, data=metric.data)
        points = metrics.points(read, metric.metric_id, after=after)
    return SeriesView(
        name=name,
        type=metric.type,
        points=[
            PointView(position=each.position, value=each.value, at=time_text(each.at))
            for each in points
        ],
        data=None,
    )


@router.post("/experiments/{experiment_id}/metrics", status_code=201)
def log_metric(experiment_id: UUID, body: NewMetric, actor: DataWriter, context: Ctx) -> MetricView:
    """Log a metric: a LINE grows by `data`, any other type is replaced."""
    return _metric_view(
        actions.log_metric(context, actor, experiment_id, body.name, body.type, body.data)
    )


@router.post("/experiments/{experiment_id}/artifacts", status_code=201)
def store_artifact(
    experiment_id: UUID,
    name: Annotated[str, Form()],
    file: Annotated[UploadFile, File()],
    actor: DataWriter,
    context: Ctx,
) -> ArtifactView:
    """Keep a file with the experiment. One of the same name is replaced."""
    artifact = actions.keep_artifact(
        context, actor, experiment_id, name, file.filename or name, file.file
    )
    return _artifact_views(context, [artifact])[0]


@router.post("/experiments/{experiment_id}/launch", status_code=201, response_model=JobDetail)
def launch_experiment(
    experiment_id: UUID,
    actor: Launcher,
    context: Ctx,
    body: LaunchBody | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Launch the training of the model version that the experiment is based on."""
    wanted = body or LaunchBody()
    job, _ = actions.launch_experiment(
        context,
        actor,
        experiment_id,
        parameters=wanted.parameters,
        resources=wanted.resources,
        terms=wanted.model_dump(include={"priority", "retry"}, exclude_unset=True),
        idempotency_key=idempotency_key,
    )
    return job_answer(context, actor, job.job_id, status=201)


@router.get("/experiments/{experiment_id}/jobs", response_model=Page[JobRow])
def list_jobs_of_experiment(
    experiment_id: UUID,
    actor: Annotated[Actor, Depends(needs(Ability.READ_JOBS))],
    context: Ctx,
    after: str = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The jobs of an experiment, newest first."""
    with context.db.read() as read:
        experiments.get(read, actor.organization_id, experiment_id)
    filter = Filter(actor.organization_id, target_ids=(experiment_id,), archived=None)
    return answer(jobs_page(context, filter, after=after, limit=limit))


def experiment_view(context: Context, read: Read, experiment: Experiment) -> ExperimentView:
    experiment_id = experiment.experiment_id
    logged = metrics.of_experiment(read, experiment_id)
    base = _base(read, experiment)
    parameters = actions.parameters_of(read, experiment_id)
    return ExperimentView(
        id=experiment_id,
        name=experiment.name,
        description=experiment.description,
        status=experiment.status,
        project=Named(id=experiment.project_id, name=experiment.project_name),
        base_model_version=base[0],
        parameters=parameters,
        parameter_rules=base[1],
        datasets=[_attached_view(each) for each in experiments.attached(read, experiment_id)],
        artifacts=_artifact_views(context, experiments.artifacts_of(read, experiment_id)),
        metrics=[_metric_view(each) for each in logged if each.name != PARAMETERS],
        created_at=time_text(experiment.created_at),
        created_by=_creator(read, experiment),
    )


def _base(read: Read, experiment: Experiment) -> tuple[BaseVersion | None, dict[str, RuleView]]:
    if experiment.base_model_version_id is None:
        return None, {}
    version = models.get_version(read, experiment.organization_id, experiment.base_model_version_id)
    view = BaseVersion(
        id=version.model_version_id,
        name=version.name,
        model=Named(id=version.model.model_id, name=version.model.name),
        launchable=version.launchable,
    )
    return view, rule_views(version.parameter_rules)


def _creator(read: Read, experiment: Experiment) -> Named | None:
    if experiment.created_by is None:
        return None
    names = users.names(read, {experiment.created_by})
    return Named(id=experiment.created_by, name=names[experiment.created_by])


def _attached_view(attached: Attached) -> AttachedView:
    dataset = Named(id=attached.dataset_id, name=attached.dataset_name)
    version = VersionRef(id=attached.version_id, name=attached.version_name, dataset=dataset)
    return AttachedView(alias=attached.alias, version=version)


def _artifact_views(context: Context, artifacts: list[Artifact]) -> list[ArtifactView]:
    urls = objects.read_paths(context, [each.object_name for each in artifacts])
    return [
        ArtifactView(
            id=each.artifact_id,
            name=each.name,
            filename=each.filename,
            size=each.size,
            url=url,
        )
        for each, url in zip(artifacts, urls, strict=True)
    ]


def _metric_view(metric: Metric) -> MetricView:
    return MetricView(
        name=metric.name,
        type=metric.type,
        points=metric.points,
        last=metric.data,
        updated_at=time_text(metric.updated_at),
    )
