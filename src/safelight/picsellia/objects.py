"""Object storage: names, and signed addresses to write to and read from."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from msgspec import Struct, field

from safelight.actions import objects
from safelight.errors import Conflict
from safelight.picsellia.asking import (
    BaseUrl,
    Ctx,
    Db,
    Own,
    OwnStorage,
    Reader,
    Writer,
    already_there,
    answer,
    sent,
)

router = APIRouter()

_MINIO = "minio"  # the client type whose calls these routes understand


class NameBody(Struct):
    filename: str
    type: str
    context: dict[str, Any] | None = None
    upload_dir: str | None = None


class ObjectBody(Struct):
    object_name: str
    content_type: str = objects.DEFAULT_TYPE


class PartBody(Struct):
    object_name: str
    upload_id: str
    part_no: int


class Part(Struct):
    number: int = field(name="PartNumber")
    etag: str = field(name="ETag")


class PartsBody(Struct):
    object_name: str
    upload_id: str
    parts: list[Part]


@router.post("/organization/{organization_id}/connector/{connector_id}/generate_object_name")
def generate_object_name(
    own: Own,
    _storage: OwnStorage,
    _actor: Writer,
    db: Db,
    body: Annotated[NameBody, Depends(sent(NameBody))],
) -> Response:
    with db.transaction() as tx:
        name = objects.issue_name(
            tx, own.organization_id, body.type, body.filename, context=body.context
        )
    return answer({"object_name": name})


@router.post("/object-storage/{connector_id}/generate_presigned_url")
def generate_presigned_url(
    storage: OwnStorage,
    _actor: Writer,
    context: Ctx,
    base: BaseUrl,
    body: Annotated[ObjectBody, Depends(sent(ObjectBody))],
) -> Response:
    try:
        form = objects.upload_form(
            context, storage.organization_id, body.object_name, body.content_type
        )
    except Conflict as used:
        return already_there(used)
    # The client adds the content type to the form itself.
    fields = {name: text for name, text in form.fields.items() if name != "Content-Type"}
    data = {"url": base + form.path, "fields": fields}
    return answer({"client_type": _MINIO, "presigned_url_data": data})


@router.post("/object-storage/{connector_id}/init_multipart_upload")
def init_multipart_upload(
    storage: OwnStorage,
    _actor: Writer,
    context: Ctx,
    body: Annotated[ObjectBody, Depends(sent(ObjectBody))],
) -> Response:
    try:
        upload_id = objects.begin_parts(
            context, storage.organization_id, body.object_name, body.content_type
        )
    except Conflict as used:
        return already_there(used)
    return answer({"client_type": _MINIO, "upload_id": upload_id})


@router.post("/object-storage/{connector_id}/generate_part_presigned_url")
def generate_part_presigned_url(
    storage: OwnStorage,
    _actor: Writer,
    context: Ctx,
    base: BaseUrl,
    body: Annotated[PartBody, Depends(sent(PartBody))],
) -> Response:
    path = objects.part_path(
        context, storage.organization_id, body.object_name, body.upload_id, body.part_no
    )
    return answer({"url": base + path})


@router.post("/object-storage/{connector_id}/complete_part_upload")
def complete_part_upload(
    storage: OwnStorage,
    _actor: Writer,
    context: Ctx,
    body: Annotated[PartsBody, Depends(sent(PartsBody))],
) -> Response:
    parts = [(part.number, part.etag) for part in body.parts]
    size = objects.complete_parts(
        context, storage.organization_id, body.object_name, body.upload_id, parts
    )
    return answer({"object_name": body.object_name, "size": size})


@router.post("/object-storage/{connector_id}/retrieve_presigned_url")
def retrieve_presigned_url(
    storage: OwnStorage,
    _actor: Reader,
    context: Ctx,
    db: Db,
    base: BaseUrl,
    body: Annotated[ObjectBody, Depends(sent(ObjectBody))],
) -> Response:
    with db.read() as read:
        objects.check_issued(read, storage.organization_id, body.object_name)
    return answer({"presigned_url": base + objects.read_path(context, body.object_name)})
