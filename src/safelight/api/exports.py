"""A version as a file of some format, sent while it is made; the same as a job: `version_operations.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from safelight.actions import export, export_stream, operations
from safelight.actions.objects import safe_name
from safelight.api.asking import Ctx, Reader
from safelight.api.gallery import Asked
from safelight.domain.operations import Export, FileNames, Format
from safelight.store import versions

router = APIRouter(tags=["datasets"])

IDS_AT_MOST = 1000


@router.get("/versions/{version_id}/export", response_class=StreamingResponse)
def stream_export(
    version_id: UUID,
    actor: Reader,
    context: Ctx,
    format: Format = Format.COCO,
    with_pictures: bool = False,
    file_names: FileNames = FileNames.FILENAME,
    asset_id: Annotated[Sequence[UUID], Query(max_length=IDS_AT_MOST)] = (),
    *,
    filtered: Asked,
) -> StreamingResponse:
    """What is said of the pictures of a version as a file, sent while it is made. An answer that breaks off
    is not whole.

    `format` coco, yolo, yolo-segmentation, yolo-pose, voc or parquet. `with_pictures` packs their files too.
    `file_names` filename, object_name, data_id or asset_id: what pictures are called in the file. The others
    say which pictures, as in the gallery; `asset_id`, `label` and `tag` may be repeated.
    """
    pictures = replace(filtered, asset_ids=list(asset_id) or None)
    asked = Export(
        format=format, with_pictures=with_pictures, file_names=file_names, pictures=pictures
    )
    with context.db.read() as read:
        version = versions.get(read, actor.organization_id, version_id)
        operations.check(read, version, asked)
        settled = export.settle(read, version, asked, asset_ids=pictures.asset_ids)
    return StreamingResponse(
        export_stream.stream(context, settled),
        headers={"Content-Disposition": _attachment(settled.filename)},
        media_type=settled.writer.content_type,
    )


def _attachment(filename: str) -> str:
    """For browsers of every age (RFC 6266, appendix D)."""
    return f"attachment; filename=\"{safe_name(filename)}\"; filename*=UTF-8''{quote(filename)}"
