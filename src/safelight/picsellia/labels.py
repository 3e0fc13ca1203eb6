"""Labels and label groups of a version, in the order of their creation."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from msgspec import Struct

from safelight.actions import labels as actions
from safelight.actions.shapes import Scene, scene
from safelight.domain.permissions import Actor
from safelight.errors import NotFound
from safelight.ids import Kind
from safelight.picsellia import views
from safelight.picsellia.asking import Db, Reader, Writer, answer, sent
from safelight.store import packed, versions
from safelight.store.db import Database
from safelight.store.packed import Packed
from safelight.store.versions import Version

router = APIRouter()


class LabelBody(Struct):
    name: str


class GroupBody(Struct):
    name: str
    parent_id: UUID | None = None


class LabelChange(Struct):
    name: str | None = None
    group_id: UUID | None = None


class NamesBody(Struct):
    names: list[str]


@router.get("/dataset/version/{version_id}/labels")
def list_labels(version_id: UUID, actor: Reader, db: Db) -> Response:
    view = _scene(db, actor, version_id)
    return answer(views.listed([views.label(view, one) for one in view.labels.labels]))


@router.get("/dataset/version/{version_id}/labels/find")
def find_label(version_id: UUID, name: str, actor: Reader, db: Db) -> Response:
    view = _scene(db, actor, version_id)
    found = view.labels.named(name)
    if found is None:
        raise NotFound(f"There is no label {name!r}.")
    return answer(views.label(view, found))


def _scene(db: Database, actor: Actor, version_id: UUID) -> Scene:
    with db.read() as read:
        return scene(read, versions.get(read, actor.organization_id, version_id))


@router.post("/dataset/version/{version_id}/labels")
def add_label(
    version_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[LabelBody, Depends(sent(LabelBody))],
) -> Response:
    label = actions.create(db, actor, version_id, body.name)
    return answer(views.label(_scene(db, actor, version_id), label))


def _bulk_labels(
    version_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[NamesBody, Depends(sent(NamesBody))],
) -> Response:
    """The labels of these names, made where they are missing."""
    found = actions.ensure(db, actor, version_id, body.names)
    view = _scene(db, actor, version_id)
    return answer([views.label(view, one) for one in found])


router.add_api_route("/dataset/version/{version_id}/bulk-labels", _bulk_labels, methods=["XGET"])


@router.patch("/label/{label_id}")
def patch_label(
    label_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[LabelChange, Depends(sent(LabelChange))],
) -> Response:
    with db.read() as read:
        packer = packed.packed(read)
        address = packer.read(label_id, Kind.LABEL)
        version = versions.by_key(read, actor.organization_id, address.key)
    changes: dict[str, object] = {}
    if body.name is not None:
        changes["name"] = body.name
    if body.group_id is not None:
        changes["group"] = _group_key(packer, version, body.group_id)
    label = actions.change(db, actor, address.key, address.number, **changes)
    return answer(views.label(_scene(db, actor, version.version_id), label))


@router.get("/dataset/version/{version_id}/labelgroups")
def list_groups(version_id: UUID, actor: Reader, db: Db) -> Response:
    view = _scene(db, actor, version_id)
    return answer(views.listed([views.label_group(view, one) for one in view.labels.groups]))


@router.post("/dataset/version/{version_id}/labelgroups")
def add_group(
    version_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[GroupBody, Depends(sent(GroupBody))],
) -> Response:
    view = _scene(db, actor, version_id)
    parent = None
    if body.parent_id is not None:
        parent = _group_key(view.packed, view.version, body.parent_id)
    group = actions.create_group(db, actor, version_id, body.name, parent)
    return answer(views.label_group(view, group))


def _group_key(packer: Packed, version: Version, group_id: UUID) -> int:
    address = packer.read(group_id, Kind.LABEL_GROUP)
    if address.key != version.version_key:
        raise NotFound("This version has no such label group.")
    return address.number
