"""A version as a file of some format, sent while it is made; the same as a job: `version_operations.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from safelight.actions import export, export_stream, operations
from safelight.actions.objects import safe_name
from safelight.api.asking import Ctx, Reader
from safelight.domain.operations import Export, FileNames, Format, Pictures
from safelight.store import versions

router = APIRouter(tags=["datasets"])

IDS_AT_MOST = 1000
Names = Annotated[list[str], Query(max_length=100)]


@router.get("/versions/{version_id}/export", response_class=StreamingResponse)
def stream_export(
    version_id: UUID,
    actor: Reader,
    context: Ctx,
    format: Format = Format.COCO,
    with_pictures: bool = False,
    file_names: FileNames = FileNames.FILENAME,
    asset_id: Annotated[Sequence[UUID], Query(max_length=IDS_AT_MOST)] = (),
    label: Names = [],  # noqa: B006  FastAPI copies it
    tag: Names = [],  # noqa: B006
    search: Annotated[str, Query(max_length=400)] = "",
    min_shapes: Annotated[int | None, Query(ge=0)] = None,
    max_shapes: Annotated[int | None, Query(ge=0)] = None,
) -> StreamingResponse:
    """What is said of the pictures of a version as a file, sent while it is made. An answer that breaks off
    is not whole.

    `format` coco, yolo, yolo-segmentation, yolo-pose, voc or parquet. `with_pictures` packs their files too.
    `file_names` filename, object_name, data_id or asset_id: what pictures are called in the file. The others
    say which pictures; `asset_id`, `label` and `tag` may be repeated.
    """
    pictures = Pictures(
        asset_ids=list(asset_id) or None,
        labels=label,
        tags=tag,
        search=search,
        min_shapes=min_shapes,
        max_shapes=max_shapes,
    )
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
