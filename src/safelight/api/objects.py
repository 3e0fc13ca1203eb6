"""The bytes of objects by signed address: read them, upload them whole by form or in parts.

No token is asked here: the signature is the leave. The form is the one that S3 clients post.
"""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from safelight.actions import objects
from safelight.actions.objects import Readable, Upload
from safelight.api.asking import Ctx
from safelight.api.multipart import FilePart, pour, read_form
from safelight.blobs import Grant
from safelight.errors import Invalid

router = APIRouter(tags=["objects"])

# What a browser may show in place: it cannot carry script. Everything else is a download.
RASTER = frozenset(
    {"image/jpeg", "image/png", "image/gif", "image/bmp", "image/webp", "image/tiff", "image/avif"}
)


@router.get(
    "/objects/{object_name:path}",
    response_class=StreamingResponse,
    responses={206: {"description": "The range that was asked for."}},
)
def read_object(
    object_name: str,
    context: Ctx,
    expires: int,
    signature: str,
    range: Annotated[str | None, Header()] = None,
) -> Response:
    """The bytes behind a signed address; `Range` is understood. 403 once the address has expired."""
    found = objects.open_to_read(context, object_name, expires, signature)
    start, end = _range(range, found.size)
    partial = range is not None and (start, end) != (0, found.size)
    if start >= end and found.size > 0:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{found.size}"})
    headers = _headers(found, start, end)
    if partial:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{found.size}"
    body = objects.read_bytes(context, found, start, end)
    return StreamingResponse(body, 206 if partial else 200, headers, media_type=found.content_type)


def _headers(found: Readable, start: int, end: int) -> dict[str, str]:
    kind = "inline" if found.content_type in RASTER else "attachment"
    filename = found.object_name.rsplit("/", 1)[-1]
    return {
        "Content-Length": str(end - start),
        "Content-Disposition": f'{kind}; filename="{filename}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Accept-Ranges": "bytes",
        "ETag": f'"{found.object_name.split("/")[2]}"',  # a name is written once
        "Cache-Control": "private, max-age=86400, immutable",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _range(header: str | None, size: int) -> tuple[int, int]:
    """The one range that was asked for as (start, before end); all bytes for what we do not know."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", header.strip()) if header else None
    if match is None or not any(match.groups()):
        return 0, size
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size


class _UploadSink:
    """The file of an upload form. Its grant is checked before the first byte is taken."""

    def __init__(self, context: Ctx) -> None:
        self._context = context
        self.upload: Upload | None = None

    def open(self, part: FilePart) -> _UploadSink:
        if self.upload is not None or part.field != "file":
            raise Invalid("An upload form has one part `file`.", field=part.field)
        grant, signature = objects.form_grant(part.fields)
        self.upload = Upload(self._context, grant, signature)
        return self

    def write(self, chunk: bytes) -> None:
        assert self.upload is not None
        self.upload.write(chunk)

    def close(self) -> None:
        """The name is given once the whole form is read."""


@router.post("/objects", status_code=204, response_class=Response)
async def upload_object(request: Request, context: Ctx) -> Response:
    """Upload a whole object by form: the fields that were signed, then the part `file`."""
    sink = _UploadSink(context)
    try:
        await read_form(request, sink.open)
        if sink.upload is None:
            raise Invalid("An upload form has one part `file`.", field="file")
        etag = await run_in_threadpool(sink.upload.finish)
    finally:
        if sink.upload is not None:
            await run_in_threadpool(sink.upload.discard)
    return Response(status_code=204, headers={"ETag": f'"{etag}"'})


@router.put("/objects/{object_name:path}", response_class=Response)
async def upload_part(
    object_name: str,
    request: Request,
    context: Ctx,
    upload_id: Annotated[str, Query(min_length=1)],
    part: int,
    max_size: int,
    expires: int,
    signature: str,
) -> Response:
    """Upload one part of an object; the answer's `ETag` names it when the upload is completed."""
    grant = Grant("PUT", object_name, expires, "", max_size, upload_id, part)
    upload: Upload = await run_in_threadpool(Upload, context, grant, signature)
    try:
        await pour(request, upload.write)
        etag = await run_in_threadpool(upload.finish)
    finally:
        await run_in_threadpool(upload.discard)
    return Response(headers={"ETag": f'"{etag}"'})
