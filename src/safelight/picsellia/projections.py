"""Projections: other files that are looked at beside a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from msgspec import Meta, Struct

from safelight.actions import objects
from safelight.actions import projections as actions
from safelight.actions.context import Context
from safelight.domain.datasets import DataStatus
from safelight.picsellia import views
from safelight.picsellia.asking import BaseUrl, Ctx, Reader, Writer, answer, sent
from safelight.store import data, projections
from safelight.store.projections import NewProjection, Projection

router = APIRouter()

Pixels = Annotated[int, Meta(gt=0)]


class ProjectionBody(Struct):
    name: str
    object_name: str
    filename: str
    content_type: str = objects.DEFAULT_TYPE
    width: Pixels | None = None
    height: Pixels | None = None
    additional_info: views.Json | None = None


def _shown(context: Context, base: str, found: Sequence[Projection]) -> list[views.Json]:
    paths = objects.read_paths(context, [one.file.object_name for one in found])
    return [
        {
            "id": one.projection_id,
            "name": one.file.name,
            "object_name": one.file.object_name,
            "filename": one.file.filename,
            "content_type": one.file.content_type,
            "file_size": one.file.size,
            "width": one.file.width,
            "height": one.file.height,
            "infos": one.file.infos,
            "compute_status": DataStatus.DONE,
            "presigned_url": base + path,
        }
        for one, path in zip(found, paths, strict=True)
    ]


@router.get("/data/{data_id}/projections")
def list_projections(data_id: UUID, actor: Reader, context: Ctx, base: BaseUrl) -> Response:
    with context.db.read() as read:
        of = data.get(read, actor.organization_id, data_id)
        found = projections.of_data(read, of.data_key)
    return answer(views.listed(_shown(context, base, found)))


@router.post("/data/{data_id}/projections")
def add_projection(
    data_id: UUID,
    actor: Writer,
    context: Ctx,
    base: BaseUrl,
    body: Annotated[ProjectionBody, Depends(sent(ProjectionBody))],
) -> Response:
    """Put an uploaded file beside a picture. The same object again is the same projection."""
    file = NewProjection(
        body.object_name,
        body.name,
        body.filename,
        body.content_type,
        size=0,  # it is measured
        width=body.width,
        height=body.height,
        infos=body.additional_info,
    )
    found = actions.add(context.db, actor, data_id, file)
    return answer(_shown(context, base, [found])[0])


@router.get("/data/projection/{projection_id}")
def one_projection(projection_id: UUID, actor: Reader, context: Ctx, base: BaseUrl) -> Response:
    with context.db.read() as read:
        found = projections.get(read, actor.organization_id, projection_id)
    return answer(_shown(context, base, [found])[0])


@router.get("/data/projection/{projection_id}/presigned-url")
def projection_url(projection_id: UUID, actor: Reader, context: Ctx, base: BaseUrl) -> Response:
    with context.db.read() as read:
        found = projections.get(read, actor.organization_id, projection_id)
    return answer({"presigned_url": base + objects.read_path(context, found.file.object_name)})


@router.delete("/data/projection/{projection_id}")
def delete_projection(projection_id: UUID, actor: Writer, context: Ctx) -> Response:
    """Delete a projection and its file; the picture stays."""
    actions.remove(context, actor, projection_id)
    return Response(status_code=204)
