"""Exports of annotations: written while the client waits, and downloaded at once."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from msgspec import Struct

from safelight.actions import objects, operations
from safelight.actions.export import export_at_once
from safelight.domain.annotations import AnnotationStatus
from safelight.domain.datasets import InferenceType
from safelight.domain.operations import Export, FileNames, Format
from safelight.errors import Invalid
from safelight.picsellia.asking import BaseUrl, Ctx, Reader, answer, sent
from safelight.store import versions
from safelight.store.versions import Version

router = APIRouter()

_FORMATS = {"COCO": Format.COCO, "YOLO": Format.YOLO, "PASCAL_VOC": Format.VOC}


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
    with context.db.read() as read:
        version = versions.get(read, actor.organization_id, version_id)
        asked = Export(format=_format(body.type, version), file_names=_file_names(body))
        operations.check(read, version, asked)
    object_name = export_at_once(
        context,
        actor.organization_id,
        version_id,
        asked,
        asset_ids=body.asset_ids,
        status=body.status,
    )
    return answer(
        {
            "object_name": object_name,
            "presigned_url": base + objects.read_path(context, object_name),
        }
    )


def _format(type: str, version: Version) -> Format:
    """Raises Invalid."""
    if type == "YOLO" and version.type is InferenceType.SEGMENTATION:
        return Format.YOLO_SEGMENTATION
    found = _FORMATS.get(type)
    if found is None:
        known = ", ".join(_FORMATS)
        raise Invalid(f"Annotations are exported as {known}, not as {type}.", field="type")
    return found


def _file_names(body: ExportBody) -> FileNames:
    """Raises Invalid."""
    if body.export_key is None:
        return FileNames.ASSET_ID if body.use_id else FileNames.FILENAME
    try:
        return FileNames[body.export_key]
    except KeyError:
        known = ", ".join(FileNames.__members__)
        raise Invalid(
            f"The export key is one of {known}, not {body.export_key!r}.", field="export_key"
        ) from None
