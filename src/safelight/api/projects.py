"""Projects and the experiments in them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from safelight.actions import experiments as actions
from safelight.api.asking import Ctx, DataWriter, Db, Reader
from safelight.api.experiments import ExperimentView, experiment_view
from safelight.api.views import Page, time_text
from safelight.domain.datasets import check_name
from safelight.store import experiments, projects
from safelight.store.db import Read
from safelight.store.projects import Project

router = APIRouter(tags=["experiments"])


class ProjectRow(BaseModel):
    """`experiments`: how many there are."""

    id: UUID
    name: str
    description: str
    created_at: str
    experiments: int


class ExperimentRow(BaseModel):
    id: UUID
    name: str
    status: str
    created_at: str


class ProjectView(BaseModel):
    id: UUID
    name: str
    description: str
    created_at: str
    experiments: list[ExperimentRow]


class NewProject(BaseModel):
    name: str
    description: str = ""


class NewExperiment(BaseModel):
    """`datasets`: dataset versions by alias, as {"train": version_id}."""

    name: str
    description: str = ""
    model_version_id: UUID | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    datasets: dict[str, UUID] = Field(default_factory=dict)


@router.get("/projects")
def list_projects(actor: Reader, db: Db, name: str | None = None) -> Page[ProjectRow]:
    """Projects, newest first."""
    with db.read() as read:
        found = projects.of_organization(read, actor.organization_id)
    return Page(
        items=[
            ProjectRow(
                id=each.project_id,
                name=each.name,
                description=each.description,
                created_at=time_text(each.created_at),
                experiments=count,
            )
            for each, count in found
            if name in (None, each.name)
        ]
    )


@router.post("/projects", status_code=201)
def create_project(body: NewProject, actor: DataWriter, db: Db) -> ProjectView:
    """An empty project. 409 if there is one of this name."""
    with db.transaction() as tx:
        project = projects.add(
            tx,
            actor.organization_id,
            check_name(body.name, "project"),
            description=body.description,
            created_by=actor.user_id,
        )
        return _project_view(tx, project)


@router.get("/projects/{project_id}")
def get_project(project_id: UUID, actor: Reader, db: Db) -> ProjectView:
    """A project with its experiments, newest first."""
    with db.read() as read:
        return _project_view(read, projects.get(read, actor.organization_id, project_id))


@router.post("/projects/{project_id}/experiments", status_code=201)
def create_experiment(
    project_id: UUID, body: NewExperiment, actor: DataWriter, context: Ctx
) -> ExperimentView:
    """A new experiment, based on a model version if one is given. 409 if there is one of this name."""
    experiment = actions.create(
        context,
        actor,
        project_id,
        check_name(body.name, "experiment"),
        description=body.description,
        base_model_version_id=body.model_version_id,
        parameters=body.parameters,
        datasets=body.datasets,
    )
    with context.db.read() as read:
        return experiment_view(context, read, experiment)


def _project_view(read: Read, project: Project) -> ProjectView:
    return ProjectView(
        id=project.project_id,
        name=project.name,
        description=project.description,
        created_at=time_text(project.created_at),
        experiments=[
            ExperimentRow(
                id=each.experiment_id,
                name=each.name,
                status=each.status,
                created_at=time_text(each.created_at),
            )
            for each in experiments.of_project(read, project.project_id)
        ],
    )
