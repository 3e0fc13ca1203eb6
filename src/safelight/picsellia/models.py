"""Model versions and their files."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from msgspec import Struct

from safelight.actions import models as actions
from safelight.actions import objects
from safelight.actions.context import Context
from safelight.errors import NotFound
from safelight.picsellia import views
from safelight.picsellia.asking import BaseUrl, Ctx, Db, Own, Reader, Writer, answer, sent
from safelight.store import models, tags
from safelight.store.db import Read
from safelight.store.models import ModelFile, ModelVersion

router = APIRouter()


class FileBody(Struct):
    name: str
    filename: str
    object_name: str
    large: bool


@router.get("/organization/{organization_id}/modelversions/find")
def find_version(own: Own, db: Db, id: UUID) -> Response:
    with db.read() as read:
        return answer(_version(read, models.get_version(read, own.organization_id, id)))


@router.get("/model/version/{version_id}")
def one_version(version_id: UUID, actor: Reader, db: Db) -> Response:
    with db.read() as read:
        return answer(_version(read, models.get_version(read, actor.organization_id, version_id)))


def _version(read: Read, found: ModelVersion) -> views.Json:
    on = tags.on(read, "MODEL_VERSION", [found.model_version_id])
    origin = {
        "id": found.model.model_id,
        "name": found.model.name,
        "private": not found.model.is_public,
    }
    return {
        "id": found.model_version_id,
        "origin": origin,
        "name": found.name,
        "version": found.number,
        "description": found.description,
        "type": found.type,
        "framework": found.framework,
        "labels": found.labels,
        "parameters": found.parameters,
        "docker_image": found.source.docker_image,
        "docker_tag": found.source.docker_tag,
        "docker_flags": found.source.docker_flags,
        "docker_env_variables": found.docker_env,
        "tags": [views.tag(one) for one in on.get(found.model_version_id, ())],
    }


# --- files ------------------------------------------------------------------------------------------------


@router.get("/model/version/{version_id}/modelfiles")
def list_files(version_id: UUID, actor: Reader, context: Ctx, base: BaseUrl) -> Response:
    with context.db.read() as read:
        version = models.get_version(read, actor.organization_id, version_id)
        found = models.files_of(read, version)
    return answer(views.listed([_file(context, base, one) for one in found]))


@router.get("/model/version/{version_id}/modelfiles/find")
def find_file(version_id: UUID, name: str, actor: Reader, context: Ctx, base: BaseUrl) -> Response:
    with context.db.read() as read:
        version = models.get_version(read, actor.organization_id, version_id)
        found = models.find_file(read, version, name)
    if found is None:
        raise NotFound(f"The model version has no file {name!r}.")
    return answer(_file(context, base, found))


@router.post("/model/version/{version_id}/modelfiles")
def add_file(
    version_id: UUID,
    actor: Writer,
    context: Ctx,
    base: BaseUrl,
    body: Annotated[FileBody, Depends(sent(FileBody))],
) -> Response:
    found = actions.add_file(
        context,
        actor,
        version_id,
        body.name,
        filename=body.filename,
        object_name=body.object_name,
        large=body.large,
    )
    return answer(_file(context, base, found))


@router.get("/model/file/{file_id}")
def one_file(file_id: UUID, actor: Reader, context: Ctx, base: BaseUrl) -> Response:
    with context.db.read() as read:
        found = models.get_file(read, actor.organization_id, file_id)
    return answer(_file(context, base, found))


@router.delete("/model/file/{file_id}")
def delete_file(file_id: UUID, actor: Writer, context: Ctx) -> Response:
    actions.remove_file(context, actor, file_id)
    return Response(status_code=204)


def _file(context: Context, base: str, found: ModelFile) -> views.Json:
    return {
        "id": found.model_file_id,
        "name": found.name,
        "filename": found.filename,
        "object_name": found.object_name,
        "large": found.large,
        "presigned_url": base + objects.read_path(context, found.object_name),
    }
