"""Models, their versions, and the trainings among them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from safelight.actions import objects, trainings
from safelight.actions.context import Context
from safelight.api.asking import Ctx, Db, PackageAdder, Reader
from safelight.api.processings import RuleView, SourceView, rule_views, source_view
from safelight.api.uploads import Archive
from safelight.api.views import Named, Page, time_text
from safelight.store import models
from safelight.store.db import Read
from safelight.store.models import Model, ModelVersion

router = APIRouter(tags=["models"])


class ModelFileView(BaseModel):
    id: UUID
    name: str
    filename: str
    url: str


class ModelVersionRow(BaseModel):
    id: UUID
    name: str
    number: int
    type: str
    framework: str
    launchable: bool
    created_at: str


class ModelView(BaseModel):
    id: UUID
    name: str
    description: str
    is_public: bool
    created_at: str
    versions: list[ModelVersionRow]


class ModelVersionView(BaseModel):
    id: UUID
    name: str
    number: int
    model: Named
    description: str
    type: str
    framework: str
    source: SourceView | None
    launchable: bool
    parameters: dict[str, Any]
    parameter_rules: dict[str, RuleView]
    labels: dict[str, Any] | None
    files: list[ModelFileView]
    created_at: str


class TrainingView(BaseModel):
    """A model version that experiments can launch. `name` is its model's; `parameters` are rules."""

    id: UUID
    name: str
    version: str
    model: Named
    description: str
    parameters: dict[str, RuleView]
    default_parameters: dict[str, Any]
    is_public: bool


class AddedTraining(BaseModel):
    model: Named
    model_version: TrainingView
    warnings: list[str] = Field(default_factory=list)


@router.get("/models")
def list_models(actor: Reader, db: Db) -> Page[ModelView]:
    """Models by name, each with its versions."""
    with db.read() as read:
        found = models.of_organization(read, actor.organization_id)
        return Page(items=[_model_view(read, each) for each in found])


@router.get("/models/{model_id}")
def get_model(model_id: UUID, actor: Reader, db: Db) -> ModelView:
    with db.read() as read:
        return _model_view(read, models.get(read, actor.organization_id, model_id))


@router.get("/model-versions/{model_version_id}")
def get_model_version(model_version_id: UUID, actor: Reader, context: Ctx) -> ModelVersionView:
    with context.db.read() as read:
        version = models.get_version(read, actor.organization_id, model_version_id)
        return _version_view(context, read, version)


@router.get("/trainings")
def list_trainings(actor: Reader, db: Db, name: str | None = None) -> Page[TrainingView]:
    """The newest launchable version of each model, by the model's name."""
    newest: dict[UUID, ModelVersion] = {}
    with db.read() as read:
        for version in models.launchable_versions(read, actor.organization_id):
            newest.setdefault(version.model.model_id, version)
    return Page(
        items=[
            training_view(version)
            for version in newest.values()
            if name in (None, version.model.name)
        ]
    )


@router.post("/trainings", status_code=201)
def add_training(actor: PackageAdder, context: Ctx, archive: Archive) -> AddedTraining:
    """Register a training package: a zip of a folder with training.toml, or of one that the official
    client generated. New content makes the model's next version. Needs admin.
    """
    registered = trainings.register(context, actor, archive)
    model = registered.version.model
    return AddedTraining(
        model=Named(id=model.model_id, name=model.name),
        model_version=training_view(registered.version),
        warnings=list(registered.warnings),
    )


def training_view(version: ModelVersion) -> TrainingView:
    return TrainingView(
        id=version.model_version_id,
        name=version.model.name,
        version=version.name,
        model=Named(id=version.model.model_id, name=version.model.name),
        description=version.description,
        parameters=rule_views(version.parameter_rules),
        default_parameters=version.parameters,
        is_public=version.model.is_public,
    )


def _model_view(read: Read, model: Model) -> ModelView:
    return ModelView(
        id=model.model_id,
        name=model.name,
        description=model.description,
        is_public=model.is_public,
        created_at=time_text(model.created_at),
        versions=[
            ModelVersionRow(
                id=each.model_version_id,
                name=each.name,
                number=each.number,
                type=each.type,
                framework=each.framework,
                launchable=each.launchable,
                created_at=time_text(each.created_at),
            )
            for each in models.versions_of(read, model)
        ],
    )


def _version_view(context: Context, read: Read, version: ModelVersion) -> ModelVersionView:
    files = models.files_of(read, version)
    urls = objects.read_paths(context, [file.object_name for file in files])
    return ModelVersionView(
        id=version.model_version_id,
        name=version.name,
        number=version.number,
        model=Named(id=version.model.model_id, name=version.model.name),
        description=version.description,
        type=version.type,
        framework=version.framework,
        source=source_view(version.source) if version.source.exists else None,
        launchable=version.launchable,
        parameters=version.parameters,
        parameter_rules=rule_views(version.parameter_rules),
        labels=version.labels,
        files=[
            ModelFileView(id=file.model_file_id, name=file.name, filename=file.filename, url=url)
            for file, url in zip(files, urls, strict=True)
        ],
        created_at=time_text(version.created_at),
    )
