"""Tags: of data, of assets, and of whole datasets, versions and models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from msgspec import Struct

from safelight.actions import tags as actions
from safelight.actions.datasets import announce, author
from safelight.actions.ensuring import ensured
from safelight.domain.datasets import check_name
from safelight.domain.permissions import Actor
from safelight.errors import Invalid, NotFound
from safelight.ids import Kind
from safelight.picsellia import views
from safelight.picsellia.asking import Db, Named, Own, Reader, Writer, answer, sent
from safelight.picsellia.paging import AskedPart
from safelight.store import (
    assets,
    assettags,
    changes,
    data,
    datalakes,
    datasets,
    models,
    packed,
    tags,
    versions,
)
from safelight.store.db import Read, Transaction
from safelight.store.tags import Tag

router = APIRouter()

# What has tags of the organization, each with what raises NotFound for one that is not there.
_OBJECTS: dict[str, Callable[[Read, UUID, UUID], object]] = {
    "DATASET": datasets.get,
    "DATASET_VERSION": versions.get,
    "MODEL": models.get,
    "MODEL_VERSION": models.get_version,
}


class TagType(StrEnum):
    """Whose tags are counted, or become classes, in a version."""

    ASSET = tags.ASSET
    DATA = tags.DATA


class ObjectTagBody(Struct):
    name: str
    target_type: str


Ids = Annotated[list[UUID], Depends(sent(list[UUID]))]


@router.get("/datalake/{datalake_id}/tags")
def list_data_tags(datalake_id: UUID, actor: Reader, db: Db, part: AskedPart) -> Response:
    with db.read() as read:
        datalakes.get(read, actor.organization_id, datalake_id)
        found = tags.of_owner(read, datalake_id, tags.DATA)
    return part.listed([views.tag(one) for one in found])


@router.post("/datalake/{datalake_id}/tags")
def add_data_tag(datalake_id: UUID, actor: Writer, db: Db, body: Named) -> Response:
    name = check_name(body.name, "tag")

    def make(tx: Transaction) -> Tag:
        datalakes.get(tx, actor.organization_id, datalake_id)
        return tags.ensure(tx, actor.organization_id, datalake_id, tags.DATA, name)

    return answer(views.tag(ensured(db, make)))


@router.get("/datalake/{datalake_id}/tags/find")
def find_data_tag(datalake_id: UUID, name: str, actor: Reader, db: Db) -> Response:
    with db.read() as read:
        datalakes.get(read, actor.organization_id, datalake_id)
        return answer(views.tag(_find(read, datalake_id, tags.DATA, name)))


@router.get("/dataset/version/{version_id}/tags")
def list_asset_tags(version_id: UUID, actor: Reader, db: Db) -> Response:
    with db.read() as read:
        versions.get(read, actor.organization_id, version_id)
        found = tags.of_owner(read, version_id, tags.ASSET)
    return answer(views.listed([views.tag(one) for one in found]))


@router.post("/dataset/version/{version_id}/tags")
def add_asset_tag(version_id: UUID, actor: Writer, db: Db, body: Named) -> Response:
    name = check_name(body.name, "tag")

    def make(tx: Transaction) -> Tag:
        versions.open_to_write(tx, actor.organization_id, version_id)
        return tags.ensure(tx, actor.organization_id, version_id, tags.ASSET, name)

    return answer(views.tag(ensured(db, make)))


@router.get("/dataset/version/{version_id}/tags/find")
def find_asset_tag(version_id: UUID, name: str, actor: Reader, db: Db) -> Response:
    with db.read() as read:
        versions.get(read, actor.organization_id, version_id)
        return answer(views.tag(_find(read, version_id, tags.ASSET, name)))


def _find(read: Read, owner_id: UUID, target_type: str, name: str) -> Tag:
    found = tags.find(read, owner_id, target_type, name)
    if found is None:
        raise NotFound(f"There is no tag {name!r}.")
    return found


@router.get("/dataset/version/{version_id}/analytics/tags")
def count_tags(version_id: UUID, tag_type: TagType, actor: Reader, db: Db) -> Response:
    """How many assets have each tag, or data with it, by its name."""
    with db.read() as read:
        version = versions.get(read, actor.organization_id, version_id)
        counted = tags.in_version(read, version.version_key, tag_type)
    numbers: dict[str, int] = {}
    for tag, number in counted:  # datalakes may have tags of the same name
        numbers[tag.name] = numbers.get(tag.name, 0) + number
    return answer(numbers)


# --- of datasets, versions and models: they live in the organization ---------------------------------------


@router.get("/organization/{organization_id}/tags")
def list_object_tags(own: Own, target_type: str, db: Db) -> Response:
    _check_target(target_type)
    with db.read() as read:
        found = tags.of_owner(read, own.organization_id, target_type)
    return answer(views.listed([views.tag(one) for one in found]))


@router.get("/organization/{organization_id}/tags/find")
def find_object_tag(own: Own, target_type: str, name: str, db: Db) -> Response:
    _check_target(target_type)
    with db.read() as read:
        return answer(views.tag(_find(read, own.organization_id, target_type, name)))


@router.post("/organization/{organization_id}/tags")
def add_object_tag(
    own: Own, _actor: Writer, db: Db, body: Annotated[ObjectTagBody, Depends(sent(ObjectTagBody))]
) -> Response:
    _check_target(body.target_type)
    name, owner = check_name(body.name, "tag"), own.organization_id
    found = ensured(db, lambda tx: tags.ensure(tx, owner, owner, body.target_type, name))
    return answer(views.tag(found))


def _check_target(target_type: str) -> None:
    if target_type not in _OBJECTS:
        known = ", ".join(_OBJECTS)
        raise Invalid(
            f"Tags of an organization are for {known}, not for {target_type!r}.",
            field="target_type",
        )


# --- each tag ---------------------------------------------------------------------------------------------


@router.get("/tag/{tag_id}")
def one_tag(tag_id: UUID, actor: Reader, db: Db) -> Response:
    with db.read() as read:
        return answer(views.tag(tags.get(read, actor.organization_id, tag_id)))


@router.patch("/tag/{tag_id}")
def rename_tag(tag_id: UUID, actor: Writer, db: Db, body: Named) -> Response:
    return answer(views.tag(actions.rename(db, actor, tag_id, body.name)))


@router.delete("/tag/{tag_id}")
def delete_tag(tag_id: UUID, actor: Writer, db: Db) -> Response:
    actions.remove(db, actor, tag_id)
    return Response(status_code=204)


@router.post("/tag/{tag_id}/attach")
def attach(tag_id: UUID, actor: Writer, db: Db, ids: Ids) -> Response:
    """Put a tag on data or assets, whichever it is for."""
    with db.transaction() as tx:
        tag = tags.get(tx, actor.organization_id, tag_id)
        if tag.target_type == tags.ASSET:
            count = _on_assets(tx, actor, tag, ids, assettags.attach)
        else:
            count = tags.attach(tx, [tag], _targets(tx, actor, tag, ids))
    return answer({"tag": views.tag(tag), "count": count})


@router.post("/tag/{tag_id}/detach")
def detach(tag_id: UUID, actor: Writer, db: Db, ids: Ids) -> Response:
    with db.transaction() as tx:
        tag = tags.get(tx, actor.organization_id, tag_id)
        if tag.target_type == tags.ASSET:
            count = _on_assets(tx, actor, tag, ids, assettags.detach)
        else:
            count = tags.detach(tx, tag, _targets(tx, actor, tag, ids))
    return answer({"tag": views.tag(tag), "count": count})


def _targets(tx: Transaction, actor: Actor, tag: Tag, ids: list[UUID]) -> Sequence[int | UUID]:
    """What the tag is put on, as the store knows it. Raises NotFound."""
    if tag.target_type == tags.DATA:
        return data.keys_of(tx, actor.organization_id, ids)
    for each in ids:
        _OBJECTS[tag.target_type](tx, actor.organization_id, each)
    return ids


def _on_assets(
    tx: Transaction, actor: Actor, tag: Tag, ids: list[UUID], change: assettags.Change
) -> int:
    """Raises NotFound for assets that are not where the tag lives, Locked."""
    version = versions.open_to_write(tx, actor.organization_id, tag.owner_id)
    packer = packed.packed(tx)
    keys = sorted({packer.read(one, Kind.ASSET).key for one in ids})
    if len(assets.hold(tx, version, keys, contents=False)) < len(keys):
        raise NotFound("Not all of these assets are in the version that the tag belongs to.")
    change_set = changes.open_set(
        tx, actor.organization_id, version.version_key, author(actor), changes.TAGS
    )
    count = change(tx, change_set, version, [tag], keys)
    announce(tx, actor, version)
    return count
