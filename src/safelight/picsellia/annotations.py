"""Annotations of assets, one by one and in bulk; and the loading of many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from msgspec import Struct

from safelight.actions import shapes
from safelight.actions.shapes import Arriving, Said, Scene
from safelight.domain.annotations import (
    Annotation,
    AnnotationStatus,
    Document,
    MergeMode,
    Numbers,
    add_annotation,
    change_annotation,
    remove_annotation,
    set_shapes,
)
from safelight.domain.permissions import Actor
from safelight.errors import Invalid, NotFound
from safelight.ids import Address, Kind
from safelight.picsellia import shape_views
from safelight.picsellia.asking import Db, Reader, Writer, answer, sent
from safelight.picsellia.paging import LIMIT, is_oldest_first
from safelight.picsellia.shape_views import (
    AssetSelection,
    BulkBody,
    Json,
    OverwriteBody,
)
from safelight.picsellia.views import listed
from safelight.store import annotationlist, assets, packed, versions
from safelight.store.assets import AssetFilter
from safelight.store.db import Database

router = APIRouter()
_ALL = "__all__"


class DurationBody(Struct):
    duration: float = 0.0


class AnnotationChange(Struct):
    duration: float | None = None
    status: AnnotationStatus | None = None


# --- of one asset ---------------------------------------------------------------------------------


@router.get("/asset/{asset_id}/annotations")
def of_asset(asset_id: UUID, actor: Reader, db: Db) -> Response:
    said = _of_asset(db, actor, asset_id)
    found = [shape_views.annotation(said, one) for one in said.document.annotations]
    return answer(listed(found))


@router.get("/asset/{asset_id}/annotations/find")
def last_of_asset(asset_id: UUID, actor: Reader, db: Db) -> Response:
    said = _of_asset(db, actor, asset_id)
    if said.document.last is None:
        raise NotFound("This asset has no annotation.")
    return answer(shape_views.annotation(said, said.document.last))


def _of_asset(db: Database, actor: Actor, asset_id: UUID) -> Said:
    with db.read() as read:
        key = packed.packed(read).read(asset_id, Kind.ASSET).key
        return shapes.said(read, actor.organization_id, key)


@router.post("/asset/{asset_id}/annotations")
def add_to_asset(
    asset_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[DurationBody, Depends(sent(DurationBody))],
) -> Response:
    def add(said: Said, now: int) -> tuple[Document, Numbers]:
        draft = Annotation(number=0, at=now, duration=body.duration)
        return add_annotation(said.document, draft, said.asset.numbers)

    said = shapes.edit(db, actor, _asset_key(db, asset_id), add)
    assert said.document.last is not None
    return answer(shape_views.annotation(said, said.document.last))


def _asset_key(db: Database, asset_id: UUID) -> int:
    with db.read() as read:
        return packed.packed(read).read(asset_id, Kind.ASSET).key


def _address(db: Database, annotation_id: UUID) -> Address:
    with db.read() as read:
        return packed.packed(read).read(annotation_id, Kind.ANNOTATION)


@router.get("/annotation/{annotation_id}")
def annotation(annotation_id: UUID, actor: Reader, db: Db) -> Response:
    address = _address(db, annotation_id)
    with db.read() as read:
        said = shapes.said(read, actor.organization_id, address.key)
    return answer(shape_views.annotation(said, said.document.annotation(address.number)))


@router.patch("/annotation/{annotation_id}")
def patch_annotation(
    annotation_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[AnnotationChange, Depends(sent(AnnotationChange))],
) -> Response:
    address = _address(db, annotation_id)
    given = {"duration": body.duration, "status": body.status}
    changes = {name: value for name, value in given.items() if value is not None}

    def change(said: Said, _now: int) -> tuple[Document, Numbers]:
        return change_annotation(said.document, address.number, **changes), said.asset.numbers

    said = shapes.edit(db, actor, address.key, change)
    return answer(shape_views.annotation(said, said.document.annotation(address.number)))


@router.post("/annotation/{annotation_id}/save")
def overwrite_annotation(
    annotation_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[OverwriteBody, Depends(sent(OverwriteBody))],
) -> Response:
    """Put these shapes in the place of all that the annotation had."""
    address = _address(db, annotation_id)

    def change(said: Said, _now: int) -> tuple[Document, Numbers]:
        document = change_annotation(said.document, address.number, duration=body.duration)
        drafts = shape_views.drafts(said, body)
        return set_shapes(document, address.number, drafts, said.asset.numbers)

    said = shapes.edit(db, actor, address.key, change)
    return answer(shape_views.annotation(said, said.document.annotation(address.number)))


@router.delete("/annotation/{annotation_id}")
def delete_annotation(annotation_id: UUID, actor: Writer, db: Db) -> Response:
    address = _address(db, annotation_id)

    def change(said: Said, _now: int) -> tuple[Document, Numbers]:
        return remove_annotation(said.document, address.number), said.asset.numbers

    shapes.edit(db, actor, address.key, change)
    return Response(status_code=204)


# --- of a version ---------------------------------------------------------------------------------


@router.post("/dataset/version/{version_id}/bulk-annotations")
def bulk_annotations(
    version_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[BulkBody, Depends(sent(BulkBody))],
) -> Response:
    """Merge annotations into assets, all or none; answers the shapes made per annotation id."""
    mode = _mode(body.import_type)

    def arriving(scene: Scene, now: int) -> Sequence[Arriving]:
        return [
            Arriving(
                scene.packed.read(one.asset_id, Kind.ASSET).key,
                Annotation(
                    number=0,
                    at=now,
                    status=body.status or AnnotationStatus.PENDING,
                    attributes=one.attributes or {},
                    shapes=shape_views.drafts(scene, one),
                ),
            )
            for one in body.annotations
        ]

    scene, merged = shapes.merge_many(db, actor, version_id, arriving, mode)
    made: dict[UUID, int] = {}
    for one in merged:
        annotation_id = scene.packed.annotation(one.asset_key, one.annotation_number)
        made[annotation_id] = made.get(annotation_id, 0) + one.shapes
    return answer(made)


def _mode(text: str) -> MergeMode:
    try:
        return MergeMode(text)
    except ValueError as error:
        known = ", ".join(MergeMode)
        raise Invalid(f"import_type is one of {known}.", field="import_type") from error


@router.delete("/dataset/version/{version_id}/annotations")
def delete_annotations(
    version_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[AssetSelection, Depends(sent(AssetSelection))],
) -> Response:
    with db.read() as read:
        packer = packed.packed(read)
    only = None
    if body.annotation_ids is not None:
        found = [packer.read(one, Kind.ANNOTATION) for one in body.annotation_ids]
        only = frozenset((address.key, address.number) for address in found)
    asset_keys = None
    if _ALL not in body.asset_ids:
        asset_keys = [packer.read(_uuid(one), Kind.ASSET).key for one in body.asset_ids]
    shapes.remove_annotations(db, actor, version_id, asset_keys=asset_keys, only=only)
    return Response(status_code=204)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid(f"{text!r} is not an id.", field="asset_ids") from error


@router.get("/dataset/version/{version_id}/annotations")
def of_version(
    version_id: UUID,
    actor: Reader,
    db: Db,
    status: AnnotationStatus | None = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT)] = LIMIT,
    offset: Annotated[int, Query(ge=0)] = 0,
    order_by: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """Annotations without their shapes, those of the newest asset first unless asked otherwise."""
    oldest_first = is_oldest_first(order_by)
    with db.read() as read:
        version = versions.get(read, actor.organization_id, version_id)
        packer = packed.packed(read)
        page = annotationlist.page(
            read,
            version.version_key,
            status,
            offset=offset,
            limit=limit,
            oldest_first=oldest_first,
        )
    shown = [shape_views.head(packer, one.asset_key, one.head) for one in page.annotations]
    return answer(listed(shown, page.total))


@router.get("/dataset/version/{version_id}/annotations/ids")
def annotation_ids(
    version_id: UUID,
    actor: Reader,
    db: Db,
    status: AnnotationStatus | None = None,
    asset_ids: Annotated[list[UUID] | None, Query()] = None,
) -> Response:
    """Of these assets, or of all, the newest first: of several for one asset clients take the first."""
    with db.read() as read:
        key = versions.get(read, actor.organization_id, version_id).version_key
        packer = packed.packed(read)
        if asset_ids is None:
            found = annotationlist.every(read, key, status)
        else:
            keys = packer.keys(asset_ids, Kind.ASSET)
            found = iter(annotationlist.of_assets(read, key, keys, status))
        ids = [packer.annotation(one.asset_key, one.head.number) for one in found]
    return answer(ids)


def _load_annotations(
    version_id: UUID,
    actor: Reader,
    db: Db,
    ids: Annotated[list[UUID], Depends(sent(list[UUID]))],
) -> Response:
    """Annotations with all their shapes; ids that are nothing here any more are left out."""
    with db.read() as read:
        version = versions.get(read, actor.organization_id, version_id)
        scene = shapes.scene(read, version)
        addresses = [scene.packed.read(one, Kind.ANNOTATION) for one in ids]
        keys = sorted({address.key for address in addresses})
        wanted = AssetFilter(asset_keys=keys)
        speaking = assets.page(read, version.version_key, wanted, contents=True)
    found = {asset.asset_key: asset for asset in speaking}
    shown: list[Json] = []
    for address in addresses:
        asset = found.get(address.key)
        if asset is not None:
            said = shapes.of_asset(scene, asset)
            shown += [
                shape_views.loaded(said, one)
                for one in said.document.annotations
                if one.number == address.number
            ]
    return answer(shown)


router.add_api_route(
    "/dataset/version/{version_id}/annotations", _load_annotations, methods=["XGET"]
)
