"""Processings: what can be launched, adding a package, launching."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, Field

from safelight.actions import processings as actions
from safelight.actions.processings import Wish
from safelight.api.asking import Ctx, Db, Launcher, PackageAdder, Reader
from safelight.api.job_views import JobDetail, ResourcesView, RetryView
from safelight.api.jobs import job_answer
from safelight.api.uploads import Archive
from safelight.api.views import Page, time_text
from safelight.domain.jobs import TargetType
from safelight.domain.parameters import Input
from safelight.store import processings
from safelight.store.processings import Processing, Source

router = APIRouter(tags=["processings"])

IdempotencyKey = Annotated[str | None, Header(max_length=200)]


class RuleView(BaseModel):
    """What a parameter may be."""

    type: str
    default: Any = None
    min: float | None = None
    max: float | None = None
    choices: list[Any] | None = None
    help: str = ""
    required: bool = False


class InputView(BaseModel):
    name: str
    type: str
    required: bool
    inference_type_constraint: str | None
    framework_constraint: str | None


class SourceView(BaseModel):
    """A package by its hash, or an image."""

    kind: str
    package: str | None = None
    image: str | None = None
    tag: str | None = None


class ProcessingView(BaseModel):
    id: UUID
    name: str
    target: str
    type: str | None
    description: str
    is_public: bool
    source: SourceView
    parameters: dict[str, RuleView]
    default_parameters: dict[str, Any]
    inputs: list[InputView]
    resources: ResourcesView
    created_at: str
    warnings: list[str] = Field(default_factory=list)


class LaunchBody(BaseModel):
    """`target_id`: the id of what to run on, or its name. Parameters given here replace defaults.
    `priority`: -100 to 100, the highest is claimed first; above 0 for admins. `retry` null: no other try; left out: as the package says. `retry`: null for no other try; left
    out, as the package says.
    """

    target_id: str
    parameters: dict[str, Any] | None = None
    inputs: dict[str, Any] | None = None
    resources: dict[str, Any] | None = None
    asset_ids: list[UUID] | None = None
    priority: int | None = None
    retry: RetryView | None = None


@router.get("/processings")
def list_processings(
    actor: Reader, db: Db, name: str | None = None, target: TargetType | None = None
) -> Page[ProcessingView]:
    """Processings by name: those that ship and the organization's own."""
    with db.read() as read:
        found = [
            each
            for each in processings.of_organization(read, actor.organization_id)
            if name in (None, each.name) and target in (None, each.target)
        ]
        inputs = processings.inputs_of(read, [each.processing_id for each in found])
    return Page(items=[processing_view(each, inputs.get(each.processing_id, [])) for each in found])


@router.get("/processings/{processing_id}")
def get_processing(processing_id: UUID, actor: Reader, db: Db) -> ProcessingView:
    with db.read() as read:
        found = processings.get(read, actor.organization_id, processing_id)
        return processing_view(found, processings.inputs(read, processing_id))


@router.post("/processings", status_code=201)
def add_processing(actor: PackageAdder, context: Ctx, archive: Archive) -> ProcessingView:
    """Register a package: a zip of a folder with processing.toml, or of one that the official
    client generated. One's own processing of the same name is replaced. Needs admin: its code will
    run here.
    """
    registered = actions.register(context, actor, archive)
    with context.db.read() as read:
        inputs = processings.inputs(read, registered.processing.processing_id)
    view = processing_view(registered.processing, inputs)
    return view.model_copy(update={"warnings": list(registered.warnings)})


@router.delete("/processings/{processing_id}", status_code=204)
def remove_processing(processing_id: UUID, actor: PackageAdder, context: Ctx) -> None:
    """Forget a processing. Its jobs stay and can be run again."""
    actions.remove(context, actor, processing_id)


@router.post("/processings/{processing_id}/launch", status_code=201, response_model=JobDetail)
def launch_processing(
    processing_id: UUID,
    body: LaunchBody,
    actor: Launcher,
    context: Ctx,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Launch a processing on its target, or on a selection of it. The same `Idempotency-Key` again
    answers the job that exists. 409 `name_taken` with a `proposal` if the version that it shall make
    exists.
    """
    job, _ = actions.launch_processing(
        context,
        actor,
        processing_id,
        Wish(
            body.target_id,
            parameters=body.parameters,
            inputs=body.inputs,
            resources=body.resources,
            asset_ids=body.asset_ids,
            idempotency_key=idempotency_key,
            terms=body.model_dump(include={"priority", "retry"}, exclude_unset=True),
        ),
    )
    return job_answer(context, actor, job.job_id, status=201)


def processing_view(processing: Processing, inputs: list[Input]) -> ProcessingView:
    return ProcessingView(
        id=processing.processing_id,
        name=processing.name,
        target=processing.target,
        type=processing.type,
        description=processing.description,
        is_public=processing.is_public,
        source=source_view(processing.source),
        parameters=rule_views(processing.parameters),
        default_parameters=processing.default_parameters,
        inputs=input_views(inputs),
        resources=ResourcesView.model_validate(processing.resources, from_attributes=True),
        created_at=time_text(processing.created_at),
    )


def input_views(inputs: list[Input]) -> list[InputView]:
    return [InputView.model_validate(each, from_attributes=True) for each in inputs]


def source_view(source: Source) -> SourceView:
    if source.package_hash is not None:
        return SourceView(kind="package", package=source.package_hash)
    return SourceView(kind="image", image=source.docker_image, tag=source.docker_tag)


def rule_views(rules: dict[str, Any]) -> dict[str, RuleView]:
    return {name: RuleView.model_validate(rule) for name, rule in rules.items()}
