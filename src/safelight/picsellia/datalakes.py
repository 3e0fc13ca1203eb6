"""Datalakes and the data in them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from msgspec import Struct, field

from safelight.actions import data as actions
from safelight.actions import objects, thumbnails
from safelight.actions.data import Uploaded
from safelight.domain.datasets import DataType
from safelight.errors import Conflict, Invalid, NotFound
from safelight.picsellia import query, views
from safelight.picsellia.asking import (
    BaseUrl,
    Chosen,
    Ctx,
    Db,
    Own,
    Reader,
    Writer,
    already_there,
    answer,
    sent,
)
from safelight.picsellia.paging import LIMIT, is_oldest_first, read_cursor
from safelight.store import data, datalakes, organizations
from safelight.store.data import DataFilter
from safelight.store.db import Read

router = APIRouter()


class Meta(Struct):
    width: int
    height: int


class DataBody(Struct):
    filename: str
    object_name: str
    type: DataType = DataType.IMAGE
    content_type: str | None = None
    tags: list[UUID] | None = None
    data_source_id: UUID | None = None
    meta: Meta | None = None
    metadata: dict[str, Any] | None = None
    custom_metadata: dict[str, Any] | None = None


class Listed(Struct):
    """What a list is asked for by an XGET: one of the lists, and perhaps a query."""

    ids: list[UUID] | None = None
    object_names: list[str] | None = None
    filenames: list[str] | None = None
    q: str | None = None
    types: list[DataType] = field(default_factory=list)


@router.get("/organization/{organization_id}/datalake")
def find_datalake(own: Own, db: Db, id: UUID | None = None, name: str | None = None) -> Response:
    """By id, by name, or the default one."""
    with db.read() as read:
        if id is not None:
            found = datalakes.get(read, own.organization_id, id)
        elif name is not None:
            found = _named(read, own.organization_id, name)
        else:
            found = datalakes.default(read, own.organization_id)
    return answer(views.datalake(found, own))


def _named(read: Read, organization_id: UUID, name: str) -> datalakes.Datalake:
    found = datalakes.find(read, organization_id, name)
    if found is None:
        raise NotFound(f"There is no datalake {name!r}.")
    return found


@router.get("/organization/{organization_id}/datalakes")
def list_datalakes(own: Own, db: Db) -> Response:
    with db.read() as read:
        found = datalakes.of_organization(read, own.organization_id)
    return answer(views.listed([views.datalake(one, own) for one in found]))


@router.post("/datalake/{datalake_id}/datas")
def add_data(
    datalake_id: UUID,
    actor: Writer,
    context: Ctx,
    base: BaseUrl,
    body: Annotated[DataBody, Depends(sent(DataBody))],
) -> Response:
    """Data of an uploaded file. The same object again is the same data: clients repeat themselves."""
    file = Uploaded(
        body.object_name,
        body.filename,
        body.type,
        body.meta.width if body.meta else None,
        body.meta.height if body.meta else None,
        body.content_type,
        tuple(body.tags or ()),
        body.data_source_id,
        body.metadata,
        body.custom_metadata,
    )
    try:
        found = actions.add_uploaded(context, actor, datalake_id, file)
    except Conflict as used:
        return already_there(used)
    thumbnails.make_ahead(context, found)
    with context.db.read() as read:
        return answer(views.datas(read, context, base, actor.organization_id, [found])[0])


@router.get("/datalake/{datalake_id}/datas")
def list_data(
    datalake_id: UUID,
    actor: Reader,
    context: Ctx,
    base: BaseUrl,
    limit: Annotated[int, Query(ge=1, le=LIMIT)] = LIMIT,
    offset: Annotated[int, Query(ge=0)] = 0,
    cursor: str | None = None,
    q: str | None = None,
    custom_metadata: str | None = None,
    order_by: Annotated[list[str] | None, Query()] = None,
) -> Response:
    pairs = query.metadata_pairs(custom_metadata)
    wanted = DataFilter(tags=_data_tags(q), custom_metadata=pairs)
    oldest_first = is_oldest_first(order_by)
    with context.db.read() as read:
        datalakes.get(read, actor.organization_id, datalake_id)
        found = data.page(
            read,
            datalake_id,
            wanted,
            before=read_cursor(cursor),
            offset=offset,
            limit=limit,
            oldest_first=oldest_first,
        )
        shown = views.datas(read, context, base, actor.organization_id, found)
        count = data.count(read, datalake_id, wanted)
    next_cursor = str(found[-1].data_key) if len(found) == limit else None
    return answer(views.listed(shown, count, next_cursor))


def _data_tags(text: str | None) -> tuple[frozenset[str], ...]:
    tagged = query.parse(text)
    return (*tagged.own, *tagged.of_data)


def _list_named_data(
    datalake_id: UUID,
    actor: Reader,
    context: Ctx,
    base: BaseUrl,
    body: Annotated[Listed, Depends(sent(Listed))],
    custom_metadata: str | None = None,
    limit: Annotated[int | None, Query(ge=1)] = None,
    offset: Annotated[int, Query(ge=0)] = 0,
    order_by: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """Data by ids, object names or file names: all of them, unless a part is asked for."""
    wanted = DataFilter(
        data_ids=body.ids,
        filenames=body.filenames,
        object_names=body.object_names,
        tags=_data_tags(body.q),
        custom_metadata=query.metadata_pairs(custom_metadata),
    )
    with context.db.read() as read:
        datalakes.get(read, actor.organization_id, datalake_id)
        found = data.page(
            read,
            datalake_id,
            wanted,
            offset=offset,
            limit=limit,
            oldest_first=is_oldest_first(order_by),
        )
        shown = views.datas(read, context, base, actor.organization_id, found)
        is_part = limit is not None or offset > 0
        count = data.count(read, datalake_id, wanted) if is_part else len(found)
        return answer(views.listed(shown, count))


router.add_api_route("/datalake/{datalake_id}/datas", _list_named_data, methods=["XGET"])


@router.get("/datalake/{datalake_id}/datas/find")
def find_data(
    datalake_id: UUID,
    actor: Reader,
    context: Ctx,
    base: BaseUrl,
    id: UUID | None = None,
    filename: str | None = None,
    object_name: str | None = None,
) -> Response:
    if id is None and filename is None and object_name is None:
        raise Invalid("Say which data: by `id`, `filename` or `object_name`.", field="id")
    with context.db.read() as read:
        datalakes.get(read, actor.organization_id, datalake_id)
        found = data.find(read, datalake_id, data_id=id, filename=filename, object_name=object_name)
        if found is None:
            raise NotFound("There is no such data.")
        return answer(views.datas(read, context, base, actor.organization_id, [found])[0])


@router.get("/data/{data_id}")
def one_data(data_id: UUID, actor: Reader, context: Ctx, base: BaseUrl) -> Response:
    with context.db.read() as read:
        found = data.get(read, actor.organization_id, data_id)
        return answer(views.datas(read, context, base, actor.organization_id, [found])[0])


@router.get("/data/{data_id}/presigned-url")
def data_url(data_id: UUID, actor: Reader, context: Ctx, base: BaseUrl) -> Response:
    with context.db.read() as read:
        found = data.get(read, actor.organization_id, data_id)
    if found.object_name is None:
        raise NotFound(f"The picture {found.filename!r} has not been uploaded yet.")
    return answer({"presigned_url": base + objects.read_path(context, found.object_name)})


@router.get("/datalake/{datalake_id}")
def one_datalake(datalake_id: UUID, actor: Reader, db: Db) -> Response:
    with db.read() as read:
        found = datalakes.get(read, actor.organization_id, datalake_id)
        owner = organizations.get(read, actor.organization_id)
    return answer(views.datalake(found, owner))


@router.delete("/data/{data_id}")
def delete_data(data_id: UUID, actor: Writer, context: Ctx) -> Response:
    """Delete a file. Refused with a 409 while a dataset version has it."""
    actions.remove(context, actor, [data_id])
    return Response(status_code=204)


@router.delete("/datalake/{datalake_id}/datas")
def delete_many(
    datalake_id: UUID,
    actor: Writer,
    context: Ctx,
    body: Chosen,
) -> Response:
    """Delete files of a datalake: all of them, or none."""
    with context.db.read() as read:
        datalakes.get(read, actor.organization_id, datalake_id)
        keys = data.keys_of(read, actor.organization_id, body.ids)
        if any(one.datalake_id != datalake_id for one in data.by_keys(read, keys)):
            raise NotFound("Not all of these data are in this datalake.")
    actions.remove(context, actor, body.ids)
    return Response(status_code=204)
