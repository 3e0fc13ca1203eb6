"""Processings: registered by image, found by name, launched on what they are made for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from msgspec import Struct

from safelight.actions import processings as actions
from safelight.actions.processings import Wish
from safelight.domain.jobs import Resources, TargetType
from safelight.domain.parameters import Input
from safelight.domain.permissions import Actor
from safelight.errors import NotFound
from safelight.picsellia import job_views, views
from safelight.picsellia.asking import (
    BaseUrl,
    Ctx,
    Db,
    Launcher,
    Own,
    PackageAdder,
    Reader,
    answer,
    sent,
)
from safelight.picsellia.paging import AskedPart
from safelight.store import packages, processings
from safelight.store.db import Read
from safelight.store.processings import NewProcessing, Processing, Source

router = APIRouter()


class ProcessingBody(Struct):
    name: str
    target: TargetType
    docker_image: str
    docker_tag: str
    docker_flags: list[str] | None = None
    description: str | None = None
    type: str | None = None
    default_cpu: float | None = None
    default_gpu: int | None = None
    default_parameters: dict[str, Any] | None = None


class ProcessingChange(Struct):
    docker_image: str | None = None
    docker_tag: str | None = None
    docker_flags: list[str] | None = None
    description: str | None = None
    default_cpu: float | None = None
    default_gpu: int | None = None
    default_parameters: dict[str, Any] | None = None


class InputBody(Struct):
    name: str
    input_type: str
    required: bool
    inference_type_constraint: str | None = None
    framework_constraint: str | None = None


class InputChange(Struct):
    required: bool | None = None
    inference_type_constraint: str | None = None
    framework_constraint: str | None = None


class LaunchBody(Struct):
    """As the SDK sends it, and the command line with its older keys beside `inputs`."""

    processing_id: UUID
    parameters: dict[str, Any] | None = None
    inputs: dict[str, Any] | None = None
    asset_ids: list[UUID] | None = None
    data_ids: list[UUID] | None = None
    cpu: float | None = None
    gpu: int | None = None
    model_version_id: str | None = None
    target_version_name: str | None = None

    @property
    def all_inputs(self) -> dict[str, Any]:
        older = {
            "model_version_id": self.model_version_id,
            "target_version_name": self.target_version_name,
        }
        return {name: value for name, value in older.items() if value} | (self.inputs or {})


@router.post("/organization/{organization_id}/processings")
def add_processing(
    _own: Own,
    actor: PackageAdder,
    context: Ctx,
    body: Annotated[ProcessingBody, Depends(sent(ProcessingBody))],
) -> Response:
    new = NewProcessing(
        name=body.name,
        target=body.target,
        source=Source(None, body.docker_image, body.docker_tag, body.docker_flags),
        type=body.type,
        description=body.description or "",
        resources=Resources(cpu=body.default_cpu, gpu=body.default_gpu or 0),
        default_parameters=body.default_parameters,
    )
    return answer(_shown(actions.add_image(context, actor, new)))


@router.get("/organization/{organization_id}/processings")
def list_processings(own: Own, db: Db, part: AskedPart) -> Response:
    with db.read() as read:
        found = processings.of_organization(read, own.organization_id)
    return part.listed([_shown(one) for one in found])


@router.get("/organization/{organization_id}/processings/find")
def find_processing(own: Own, name: str, db: Db) -> Response:
    with db.read() as read:
        found = processings.find(read, own.organization_id, name)
    if found is None:
        raise NotFound(f"There is no processing {name!r}.")
    return answer(_shown(found))


@router.get("/processing/{processing_id}")
def one_processing(processing_id: UUID, actor: Reader, db: Db) -> Response:
    with db.read() as read:
        return answer(_shown(processings.get(read, actor.organization_id, processing_id)))


@router.delete("/processing/{processing_id}")
def delete_processing(processing_id: UUID, actor: PackageAdder, context: Ctx) -> Response:
    """Forget a processing; its jobs stay."""
    actions.remove(context, actor, processing_id)
    return Response(status_code=204)


@router.patch("/processing/{processing_id}")
def change_processing(
    processing_id: UUID,
    actor: PackageAdder,
    context: Ctx,
    body: Annotated[ProcessingChange, Depends(sent(ProcessingChange))],
) -> Response:
    """Change what is given. Another image becomes what is run from the next launch on."""
    with context.db.read() as read:
        known = processings.get(read, actor.organization_id, processing_id)
    values: dict[str, Any] = {
        "source": _changed_source(known.source, body),
        "resources": _changed_resources(known.resources, body),
    }
    if body.description is not None:
        values["description"] = body.description
    if body.default_parameters is not None:
        values["default_parameters"] = body.default_parameters
    return answer(_shown(actions.change(context, actor, processing_id, **values)))


def _changed_source(known: Source, body: ProcessingChange) -> Source:
    image, tag = _image(known)
    given = (body.docker_image or image, body.docker_tag or tag)
    flags = known.docker_flags if body.docker_flags is None else body.docker_flags
    if given == (image, tag):
        return replace(known, docker_flags=flags)
    return Source(None, *given, flags)


def _changed_resources(known: Resources, body: ProcessingChange) -> Resources:
    return replace(
        known,
        cpu=known.cpu if body.default_cpu is None else body.default_cpu,
        gpu=known.gpu if body.default_gpu is None else body.default_gpu,
    )


@router.get("/processing/{processing_id}/inputs")
def list_inputs(processing_id: UUID, actor: Reader, db: Db) -> Response:
    with db.read() as read:
        processings.get(read, actor.organization_id, processing_id)
        found = processings.inputs(read, processing_id)
    return answer(views.listed([_shown_input(one) for one in found]))


@router.post("/processing/{processing_id}/inputs")
def add_input(
    processing_id: UUID,
    actor: PackageAdder,
    db: Db,
    body: Annotated[InputBody, Depends(sent(InputBody))],
) -> Response:
    declared = Input(
        body.name,
        actions.input_type(body.input_type),
        body.required,
        body.inference_type_constraint,
        body.framework_constraint,
    )
    with db.transaction() as tx:
        actions.check_not_shipped(processings.get(tx, actor.organization_id, processing_id))
        return answer(_shown_input(processings.put_input(tx, processing_id, declared)))


@router.put("/processing/{processing_id}/inputs/{name}")
def change_input(
    processing_id: UUID,
    name: str,
    actor: PackageAdder,
    db: Db,
    body: Annotated[InputChange, Depends(sent(InputChange))],
) -> Response:
    """Change what is required of an input; a constraint that is not sent is none."""
    with db.transaction() as tx:
        processing, known = _declared(tx, actor, processing_id, name)
        changed = replace(
            known,
            required=known.required if body.required is None else body.required,
            inference_type_constraint=body.inference_type_constraint,
            framework_constraint=body.framework_constraint,
        )
        return answer(_shown_input(processings.put_input(tx, processing.processing_id, changed)))


@router.delete("/processing/{processing_id}/inputs/{name}")
def delete_input(processing_id: UUID, name: str, actor: PackageAdder, db: Db) -> Response:
    with db.transaction() as tx:
        processing, known = _declared(tx, actor, processing_id, name)
        others = processings.inputs(tx, processing.processing_id)
        others.remove(known)
        processings.set_inputs(tx, processing.processing_id, others)
    return Response(status_code=204)


def _declared(read: Read, actor: Actor, processing_id: UUID, name: str) -> tuple[Processing, Input]:
    """A processing that one may change, and its input of that name. Raises NotFound, NameTaken."""
    processing = processings.get(read, actor.organization_id, processing_id)
    actions.check_not_shipped(processing)
    for declared in processings.inputs(read, processing_id):
        if declared.name == name:
            return processing, declared
    raise NotFound(f"{processing.name!r} has no input {name!r}.")


# --- launching --------------------------------------------------------------------------------------------


def _launcher(target_type: TargetType) -> Callable[..., Response]:
    def launch(
        target_id: UUID,
        actor: Launcher,
        context: Ctx,
        base: BaseUrl,
        body: Annotated[LaunchBody, Depends(sent(LaunchBody))],
    ) -> Response:
        wish = Wish(
            target=str(target_id),
            target_type=target_type,
            parameters=body.parameters,
            inputs=body.all_inputs,
            resources={"cpu": body.cpu, "gpu": body.gpu},
            asset_ids=body.asset_ids,
            data_ids=body.data_ids,
            official=True,
        )
        job, run = actions.launch_processing(context, actor, body.processing_id, wish)
        return answer(job_views.second(context, base, actor, job, [run], run))

    return launch


for _place, _type in (
    ("/dataset/version", TargetType.DATASET_VERSION),
    ("/model/version", TargetType.MODEL_VERSION),
    ("/datalake", TargetType.DATALAKE),
):
    router.add_api_route(
        f"{_place}/{{target_id}}/processing/launch", _launcher(_type), methods=["POST"]
    )


def _image(source: Source) -> tuple[str, str]:
    """The image that is run; a package stands as one, for the wire knows nothing else."""
    if source.package_hash is not None:
        return packages.IMAGE_NAME, source.package_hash[: packages.TAG_LENGTH]
    return source.docker_image or "", source.docker_tag or ""


def _shown(found: Processing) -> views.Json:
    image, tag = _image(found.source)
    return {
        "id": found.processing_id,
        "name": found.name,
        "target": found.target,
        "type": found.type,
        "description": found.description,
        "docker_image": image,
        "docker_tag": tag,
        "docker_flags": found.source.docker_flags,
        "default_cpu": found.resources.cpu,
        "default_gpu": found.resources.gpu,
        "default_parameters": found.default_parameters,
    }


def _shown_input(found: Input) -> views.Json:
    return {
        "name": found.name,
        "input_type": found.type,
        "required": found.required,
        "inference_type_constraint": found.inference_type_constraint,
        "framework_constraint": found.framework_constraint,
    }
