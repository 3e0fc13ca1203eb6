"""Labels and label groups of a version, in the order of their creation."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from msgspec import Struct

from safelight.actions.shapes import Scene, scene
from safelight.domain.datasets import (
    Label,
    LabelGroup,
    LabelList,
    change_label,
    check_name,
    with_group,
    with_label,
)
from safelight.domain.permissions import Actor
from safelight.errors import NotFound
from safelight.ids import Kind
from safelight.picsellia import views
from safelight.picsellia.asking import Db, Reader, Writer, answer, author, sent
from safelight.store import labels, packed, versions
from safelight.store.db import Database, Transaction
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
    name = check_name(body.name, "label")
    with db.transaction() as tx:
        version = versions.open_to_write(tx, actor.organization_id, version_id, alone=True)
        [key] = labels.reserve_keys(tx, actor.organization_id, 1)
        view = _write(tx, version, with_label(labels.get(tx, version), Label(key, name)), actor)
    return answer(views.label(view, view.labels.labels[-1]))


def _bulk_labels(
    version_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[NamesBody, Depends(sent(NamesBody))],
) -> Response:
    """The labels of these names, made where they are missing."""
    names = [check_name(name, "label") for name in body.names]
    with db.transaction() as tx:
        version = versions.open_to_write(tx, actor.organization_id, version_id, alone=True)
        keys = labels.ensure(tx, version, names, author(actor))
        view = scene(tx, versions.get(tx, actor.organization_id, version_id))
    return answer([views.label(view, view.labels.label(key)) for key in keys.values()])


router.add_api_route("/dataset/version/{version_id}/bulk-labels", _bulk_labels, methods=["XGET"])


@router.patch("/label/{label_id}")
def patch_label(
    label_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[LabelChange, Depends(sent(LabelChange))],
) -> Response:
    with db.transaction() as tx:
        packer = packed.packed(tx)
        address = packer.read(label_id, Kind.LABEL)
        version = versions.open_key_to_write(tx, actor.organization_id, address.key, alone=True)
        changes: dict[str, object] = {}
        if body.name is not None:
            changes["name"] = check_name(body.name, "label")
        if body.group_id is not None:
            changes["group"] = _group_key(tx, version, body.group_id)
        changed = change_label(labels.get(tx, version), address.number, **changes)
        view = _write(tx, version, changed, actor)
    return answer(views.label(view, view.labels.label(address.number)))


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
    name = check_name(body.name, "label group")
    with db.transaction() as tx:
        version = versions.open_to_write(tx, actor.organization_id, version_id, alone=True)
        parent = None if body.parent_id is None else _group_key(tx, version, body.parent_id)
        [key] = labels.reserve_keys(tx, actor.organization_id, 1)
        changed = with_group(labels.get(tx, version), LabelGroup(key, name, parent))
        view = _write(tx, version, changed, actor)
    return answer(views.label_group(view, view.labels.groups[-1]))


def _group_key(tx: Transaction, version: Version, group_id: UUID) -> int:
    address = packed.packed(tx).read(group_id, Kind.LABEL_GROUP)
    if address.key != version.version_key:
        raise NotFound("This version has no such label group.")
    return address.number


def _write(tx: Transaction, version: Version, changed: LabelList, actor: Actor) -> Scene:
    return scene(tx, labels.write(tx, version, changed, author(actor)))
