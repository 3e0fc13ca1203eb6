"""Exports of annotations: written while the client waits, and downloaded at once."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from msgspec import Struct

from safelight.actions import objects
from safelight.actions.export import ExportKey, export_coco
from safelight.domain.annotations import AnnotationStatus
from safelight.errors import Invalid
from safelight.picsellia.asking import BaseUrl, Ctx, Reader, answer, sent

router = APIRouter()


class ExportBody(Struct):
    type: str
    export_key: str | None = None
    use_id: bool = False  # what clients before `export_key` say
    asset_ids: list[UUID] | None = None
    status: AnnotationStatus | None = None


@router.post("/dataset/version/{version_id}/annotations/export")
def export_annotations(
    version_id: UUID,
    actor: Reader,
    context: Ctx,
    base: BaseUrl,
    body: Annotated[ExportBody, Depends(sent(ExportBody))],
) -> Response:
    if body.type != "COCO":
        raise Invalid(f"Annotations are exported as COCO so far, not as {body.type}.", field="type")
    exported = export_coco(
        context,
        actor.organization_id,
        version_id,
        key=body.export_key or (ExportKey.ASSET_ID if body.use_id else ExportKey.FILENAME),
        asset_ids=body.asset_ids,
        status=body.status,
    )
    return answer(
        {
            "object_name": exported.object_name,
            "presigned_url": base + objects.read_path(context, exported.object_name),
        }
    )
