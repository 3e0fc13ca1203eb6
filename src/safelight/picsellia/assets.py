"""Assets of a version: lists, filters, removal."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from msgspec import Struct, field

from safelight.actions import datasets, shapes
from safelight.actions.context import Context
from safelight.errors import Invalid, NotFound
from safelight.ids import Kind
from safelight.picsellia import query, shape_views, views
from safelight.picsellia.asking import BaseUrl, Chosen, Ctx, Db, Reader, Writer, answer, sent
from safelight.picsellia.paging import LIMIT, is_oldest_first, read_cursor
from safelight.store import assets, packed, versions
from safelight.store.assets import AssetFilter
from safelight.store.data import DataFilter
from safelight.store.db import Read
from safelight.store.versions import Version

router = APIRouter()


class Listed(Struct):
    """What a list is asked for by an XGET: one of the lists, and perhaps a query."""

    ids: list[UUID] | None = None
    data_ids: list[UUID] | None = None
    object_names: list[str] | None = None
    filenames: list[str] | None = None
    filename_startswith: list[str] | None = None
    q: str | None = None
    types: list[str] = field(default_factory=list)


def _no_campaigns(
    assignment_status: str | None = None,
    assignment_step_id: str | None = None,
    assignment_user_id: str | None = None,
) -> None:
    """Raises Invalid: to leave the filter out would show pictures that nobody asked for."""
    if (assignment_status, assignment_step_id, assignment_user_id) != (None,) * 3:
        raise Invalid(
            "There are no annotation campaigns here, so no picture is assigned to anybody: "
            "filter by tags instead.",
            field="assignment_status",
        )


@router.get("/dataset/version/{version_id}/assets", dependencies=[Depends(_no_campaigns)])
def list_assets(
    version_id: UUID,
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
    """Assets, the newest first unless asked otherwise."""
    tagged = query.parse(q)
    pairs = query.metadata_pairs(custom_metadata)
    wanted = AssetFilter(
        tags=tagged.own, data=DataFilter(tags=tagged.of_data, custom_metadata=pairs)
    )
    oldest_first = is_oldest_first(order_by)
    with context.db.read() as read:
        version = versions.get(read, actor.organization_id, version_id)
        found = assets.page(
            read,
            version.version_key,
            wanted,
            before=read_cursor(cursor),
            offset=offset,
            limit=limit,
            oldest_first=oldest_first,
        )
        shown = views.assets(read, context, base, packed.packed(read), found)
        count = assets.count(read, version, wanted)
    next_cursor = str(found[-1].asset_key) if len(found) == limit else None
    return answer(views.listed(shown, count, next_cursor))


def _list_named_assets(
    version_id: UUID,
    actor: Reader,
    context: Ctx,
    base: BaseUrl,
    body: Annotated[Listed, Depends(sent(Listed))],
    custom_metadata: str | None = None,
    order_by: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """Assets by their ids, or by ids or names of their data."""
    tagged = query.parse(body.q)
    with context.db.read() as read:
        version = versions.get(read, actor.organization_id, version_id)
        packer = packed.packed(read)
        wanted = AssetFilter(
            asset_keys=None if body.ids is None else packer.keys(body.ids, Kind.ASSET),
            tags=tagged.own,
            data=DataFilter(
                data_ids=body.data_ids,
                filenames=body.filenames,
                object_names=body.object_names,
                tags=tagged.of_data,
                custom_metadata=query.metadata_pairs(custom_metadata),
            ),
            filename_prefixes=body.filename_startswith,
        )
        oldest_first = is_oldest_first(order_by)
        found = assets.page(read, version.version_key, wanted, oldest_first=oldest_first)
        return answer(views.listed(views.assets(read, context, base, packer, found)))


router.add_api_route(
    "/dataset/version/{version_id}/assets",
    _list_named_assets,
    methods=["XGET"],
    dependencies=[Depends(_no_campaigns)],
)


@router.get("/dataset/version/{version_id}/assets/find")
def find_asset(
    version_id: UUID,
    actor: Reader,
    context: Ctx,
    base: BaseUrl,
    id: UUID | None = None,
    data_id: UUID | None = None,
    filename: str | None = None,
    object_name: str | None = None,
) -> Response:
    """The newest asset to which all that is given applies."""
    if (id, data_id, filename, object_name) == (None,) * 4:
        raise Invalid("Say which asset: by id, data_id, filename or object_name.", field="id")
    with context.db.read() as read:
        version = versions.get(read, actor.organization_id, version_id)
        packer = packed.packed(read)
        wanted = AssetFilter(
            asset_keys=None if id is None else packer.keys([id], Kind.ASSET),
            data=DataFilter(
                data_ids=None if data_id is None else [data_id],
                filenames=None if filename is None else [filename],
                object_names=None if object_name is None else [object_name],
            ),
        )
        found = assets.find(read, version.version_key, wanted)
        if found is None:
            raise NotFound("This version has no such asset.")
        return answer(views.assets(read, context, base, packer, [found])[0])


@router.get("/dataset/version/{version_id}/assets/extended")
def list_extended(
    version_id: UUID,
    actor: Reader,
    context: Ctx,
    base: BaseUrl,
    limit: Annotated[int, Query(ge=1, le=LIMIT)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Assets with all that is said of them."""
    with context.db.read() as read:
        version = versions.get(read, actor.organization_id, version_id)
        shown = _extended(read, context, base, version, limit, offset)
    return answer(views.listed(shown, version.asset_count))


def _extended(
    read: Read, context: Context, base: str, version: Version, limit: int, offset: int
) -> list[views.Json]:
    scene = shapes.scene(read, version)
    found = assets.page(read, version.version_key, limit=limit, offset=offset, contents=True)
    shown = views.assets(read, context, base, scene.packed, found)
    for asset, item in zip(found, shown, strict=True):
        said = shapes.of_asset(scene, asset)
        item["annotations"] = [
            shape_views.extended(said, one) for one in reversed(said.document.annotations)
        ]
    return shown


@router.get("/asset/{asset_id}")
def one_asset(asset_id: UUID, actor: Reader, context: Ctx, base: BaseUrl) -> Response:
    with context.db.read() as read:
        packer = packed.packed(read)
        key = packer.read(asset_id, Kind.ASSET).key
        found = assets.get(read, actor.organization_id, key)
        return answer(views.assets(read, context, base, packer, [found])[0])


@router.delete("/asset/{asset_id}")
def delete_asset(asset_id: UUID, actor: Writer, db: Db) -> Response:
    with db.read() as read:
        key = packed.packed(read).read(asset_id, Kind.ASSET).key
        found = assets.get(read, actor.organization_id, key)
        version = versions.by_key(read, actor.organization_id, found.version_key)
    datasets.remove_assets(db, actor, version.version_id, [key])
    return Response(status_code=204)


@router.delete("/dataset/version/{version_id}/assets")
def delete_assets(
    version_id: UUID,
    actor: Writer,
    db: Db,
    body: Chosen,
) -> Response:
    """Take assets out of a version; its data stay in the datalake."""
    with db.read() as read:
        keys = packed.packed(read).keys(body.ids, Kind.ASSET)
    datasets.remove_assets(db, actor, version_id, keys)
    return Response(status_code=204)
