"""The gallery of a version: the way to any place of its list of pictures, whatever the filter."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from safelight.actions.context import Context
from safelight.actions.operations import choose
from safelight.api.asking import Ctx, Reader
from safelight.api.pictures import AssetView, PictureQuery, asset_views, json_response
from safelight.api.stretches import Stretches
from safelight.api.views import Named, Page
from safelight.domain.operations import Pictures
from safelight.errors import NotFound
from safelight.ids import Kind
from safelight.store import assetplaces, assets, packed, tags, versions
from safelight.store.db import Read
from safelight.store.versions import Version

router = APIRouter(tags=["datasets"])

NAMES_AT_ONCE = 100
Names = Annotated[list[str] | None, Query(max_length=NAMES_AT_ONCE)]
Number = Annotated[int | None, Query(ge=0)]


async def _asked(
    label: Names = None,
    tag: Names = None,
    search: Annotated[str, Query(max_length=400)] = "",
    q: PictureQuery = "",
    min_shapes: Number = None,
    max_shapes: Number = None,
) -> Pictures:
    """The filter of a gallery is what operations take as `pictures`: what is seen is what they are done to."""
    return Pictures(
        labels=label or [],
        tags=tag or [],
        search=search,
        q=q,
        min_shapes=min_shapes,
        max_shapes=max_shapes,
    )


Asked = Annotated[Pictures, Depends(_asked)]


class AssetPlaces(BaseModel):
    """Stretches of the list, newest first: `[first, last, number]`, the keys they go from and to and how
    many pictures fit between. `next` goes into `after` for the following; `looked`: at how many pictures
    this step looked, at most.
    """

    items: list[tuple[int, int, int]]
    next: int | None
    looked: int


@router.get("/versions/{version_id}/tags")
def list_asset_tags(version_id: UUID, actor: Reader, context: Ctx) -> Page[Named]:
    """The tags that pictures of a version can have in it."""
    with context.db.read() as read:
        versions.get(read, actor.organization_id, version_id)
        found = tags.of_owner(read, version_id, tags.ASSET)
    return Page(items=[Named(id=one.tag_id, name=one.name) for one in found])


@router.get("/versions/{version_id}/places", response_model=AssetPlaces)
def list_asset_places(
    version_id: UUID, actor: Reader, context: Ctx, asked: Asked, after: int | None = None
) -> Response:
    """Where pictures stand in the list, so that a page jumps to any place of it without what lies between.

    `label` and `tag`, by name, keep pictures that have one of them; `search` looks into file names; `q` is the
    text of a search box, as of `/assets`. All that is given must hold.
    """
    with context.db.read() as read:
        version = versions.get(read, actor.organization_id, version_id)
        wanted = choose(read, version, asked)
        found = assetplaces.places(read, version.version_key, wanted, before=after)
    items = [(one.first, one.last, one.number) for one in found.stretches]
    return json_response({"items": items, "next": found.reached, "looked": found.looked})


@router.get("/versions/{version_id}/within", response_model=Page[AssetView])
def list_assets_within(
    version_id: UUID,
    actor: Reader,
    context: Ctx,
    asked: Asked,
    stretches: Stretches,
    skip: Annotated[int, Query(ge=0, le=1024)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 60,
) -> Response:
    """The pictures of some stretches of the list, newest first, without the first `skip`."""
    with context.db.read() as read:
        version = versions.get(read, actor.organization_id, version_id)
        wanted = choose(read, version, asked)
        found = assetplaces.within(
            read, version.version_key, wanted, stretches, skip=skip, limit=limit
        )
        items = asset_views(context, read, version, found)
    return json_response({"items": items, "next": None})


class Neighbour(BaseModel):
    """`next`: nothing was found in this bounded look, go on `after` it; null with a picture, and at the end."""

    asset: AssetView | None
    next: int | None


@router.get("/versions/{version_id}/beside/{asset_id}", response_model=Neighbour)
def get_neighbour(
    version_id: UUID,
    asset_id: UUID,
    actor: Reader,
    context: Ctx,
    asked: Asked,
    side: Literal["newer", "older"] = "older",
    after: int | None = None,
) -> Response:
    """The picture before (`newer`) or after one in the list that a filter lets through."""
    with context.db.read() as read:
        version = versions.get(read, actor.organization_id, version_id)
        key = packed.packed(read).read(asset_id, Kind.ASSET).key
        if assets.get(read, actor.organization_id, key).version_key != version.version_key:
            raise NotFound("The version has no such asset.")
        wanted = choose(read, version, asked)
        start = key if after is None else after
        found = assetplaces.beside(read, version.version_key, wanted, start, newer=side == "newer")
        shown = _one(context, read, version, found.asset_key)
    return json_response({"asset": shown, "next": found.reached})


def _one(context: Context, read: Read, version: Version, asset_key: int | None) -> object:
    if asset_key is None:
        return None
    asset = assets.get(read, version.organization_id, asset_key, contents=True)
    return asset_views(context, read, version, [asset])[0]
