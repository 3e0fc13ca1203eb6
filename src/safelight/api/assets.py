"""The pictures of a version: pages for galleries and scripts, new pictures, what is said of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from safelight.actions import annotate, datasets
from safelight.actions.assetquery import filter_of, label_key
from safelight.actions.context import Context
from safelight.actions.data import Arrival
from safelight.api.asking import Ctx, DataWriter, Reader
from safelight.api.multipart import FilePart, Form, read_form
from safelight.api.pictures import AssetView, PictureQuery, asset_views, json_response
from safelight.api.views import Page
from safelight.domain.assetquery import AssetQuery, read_query
from safelight.domain.permissions import Actor
from safelight.errors import Invalid
from safelight.ids import Kind
from safelight.store import assets, assetwalk, packed, versions
from safelight.store.assets import Asset
from safelight.store.db import Read

router = APIRouter(tags=["datasets"])

IDS_AT_ONCE = 10_000


class ShapesBody(BaseModel):
    """Shapes as they are listed, with labels by name: [{"kind", "label", "geometry"}]."""

    shapes: list[dict[str, Any]]


class DataIds(BaseModel):
    data_ids: list[UUID] = Field(max_length=IDS_AT_ONCE)


class AssetIds(BaseModel):
    asset_ids: list[UUID] = Field(max_length=IDS_AT_ONCE)


class AssetTotal(BaseModel):
    asset_count: int


async def _asked(q: PictureQuery = "") -> AssetQuery:
    return read_query(q)


Asked = Annotated[AssetQuery, Depends(_asked)]


@router.get("/versions/{version_id}/assets", response_model=Page[AssetView])
def list_assets(
    version_id: UUID,
    actor: Reader,
    context: Ctx,
    query: Asked,
    label: str = "",
    search: str = "",
    after: int | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 60,
) -> Response:
    """The pictures of a version with what is said of them, newest first.

    `label` (id or name) keeps those that have a shape of it; `search` looks into file names. Where few fit
    a page may be short, even empty: each looks at a bounded number of pictures, and the list goes on
    as long as there is a `next`.
    """
    with context.db.read() as read:
        version = versions.get(read, actor.organization_id, version_id)
        wanted = filter_of(read, version, query, search=search)
        if label:
            chosen = (label_key(read, version, label),)
            wanted = replace(wanted, label_keys=(*wanted.label_keys, chosen))
        found = assetwalk.walk(read, version, wanted, before=after, limit=limit + 1, contents=True)
        items = asset_views(context, read, version, found.assets[:limit])
    more = len(found.assets) > limit
    following = found.assets[limit - 1].asset_key if more else found.reached
    return json_response({"items": items, "next": None if following is None else str(following)})


@router.get("/assets/{asset_id}", response_model=AssetView)
def get_asset(asset_id: UUID, actor: Reader, context: Ctx) -> Response:
    """One picture with what is said of it."""
    with context.db.read() as read:
        key = packed.packed(read).read(asset_id, Kind.ASSET).key
        return _answer(context, actor, read, key)


def _answer(context: Context, by: Actor, read: Read, asset_key: int, status: int = 200) -> Response:
    asset = assets.get(read, by.organization_id, asset_key, contents=True)
    version = versions.by_key(read, by.organization_id, asset.version_key)
    return json_response(asset_views(context, read, version, [asset])[0], status)


@router.put("/assets/{asset_id}/shapes", response_model=AssetView)
def set_shapes(asset_id: UUID, body: ShapesBody, actor: DataWriter, context: Ctx) -> Response:
    """Let a picture say these shapes and nothing else. Labels that the version lacks are made."""
    with context.db.read() as read:
        key = packed.packed(read).read(asset_id, Kind.ASSET).key
    annotate.set_shapes(context.db, actor, key, annotate.read_shapes(body.shapes))
    with context.db.read() as read:
        return _answer(context, actor, read, key)


@router.post("/versions/{version_id}/assets")
def add_assets(version_id: UUID, body: DataIds, actor: DataWriter, context: Ctx) -> AssetTotal:
    """Put data of a datalake into a version. What is there already is not added again."""
    total = datasets.add_data(context.db, actor, version_id, body.data_ids)
    return AssetTotal(asset_count=total)


@router.delete("/versions/{version_id}/assets")
def remove_assets(version_id: UUID, body: AssetIds, actor: DataWriter, context: Ctx) -> AssetTotal:
    """Take pictures out of a version. They stay in the datalake."""
    with context.db.read() as read:
        keys = packed.packed(read).keys(body.asset_ids, Kind.ASSET)
    datasets.remove_assets(context.db, actor, version_id, keys)
    with context.db.read() as read:
        version = versions.get(read, actor.organization_id, version_id)
    return AssetTotal(asset_count=version.asset_count)


class _OnePicture:
    """The file of a form that brings one picture."""

    def __init__(self, context: Context, by: Actor) -> None:
        self._context, self._by = context, by
        self.arrival: Arrival | None = None

    def open(self, part: FilePart) -> Arrival:
        if part.field != "file" or self.arrival is not None:
            raise Invalid("The form has one picture, in the part `file`.", field=part.field)
        self.arrival = Arrival(self._context, self._by, part.filename)
        return self.arrival

    def discard(self) -> None:
        if self.arrival is not None:
            self.arrival.discard()


@router.post("/versions/{version_id}/pictures", status_code=201, response_model=AssetView)
async def add_picture(
    version_id: UUID, request: Request, actor: DataWriter, context: Ctx
) -> Response:
    """Add a picture (part `file`) with its shapes (field `shapes`, JSON) to a version.

    The picture goes into the default datalake; labels that the version lacks are made. The same name
    and bytes again give the asset that exists these shapes; another picture of the name is a 409.
    """
    await run_in_threadpool(_check_version, context, actor, version_id)
    picture = _OnePicture(context, actor)
    try:
        form = await read_form(request, picture.open)
        asset = await run_in_threadpool(_add, context, actor, version_id, picture, form)
    finally:
        await run_in_threadpool(picture.discard)
    return await run_in_threadpool(_view, context, actor, asset)


def _check_version(context: Context, by: Actor, version_id: UUID) -> None:
    with context.db.read() as read:
        versions.check_unlocked(versions.get(read, by.organization_id, version_id))


def _add(context: Context, by: Actor, version_id: UUID, picture: _OnePicture, form: Form) -> Asset:
    if picture.arrival is None:
        raise Invalid("The form has one picture, in the part `file`.", field="file")
    try:
        said = msgspec.json.decode(form.fields.get("shapes") or "[]")
    except msgspec.DecodeError as error:
        raise Invalid(f"`shapes` is not JSON: {error}", field="shapes") from error
    shapes = annotate.read_shapes(said)
    return annotate.add_picture(context, by, version_id, picture.arrival, shapes)


def _view(context: Context, by: Actor, asset: Asset) -> Response:
    with context.db.read() as read:
        return _answer(context, by, read, asset.asset_key, 201)
