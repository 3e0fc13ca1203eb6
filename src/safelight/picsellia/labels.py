"""Labels and label groups of a version, in the order of their creation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Response
from msgspec import Struct

from safelight.actions import labels as actions
from safelight.actions.shapes import Scene, scene
from safelight.domain.permissions import Actor
from safelight.errors import NotFound
from safelight.ids import Kind
from safelight.picsellia import views
from safelight.picsellia.asking import Db, Named, Reader, Writer, answer, sent
from safelight.store import packed, versions
from safelight.store.db import Database

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _Noun:
    """What routes of labels and of label groups have apart. `inside`: its field for the group it is in."""

    kind: Kind
    inside: str
    show: Callable[[Scene, int], views.Json]
    change: Callable[..., object]
    remove: Callable[[Database, Actor, int, int], None]


_LABEL = _Noun(
    Kind.LABEL,
    "group",
    lambda view, key: views.label(view, view.labels.label(key)),
    actions.change,
    actions.remove,
)
_GROUP = _Noun(
    Kind.LABEL_GROUP,
    "parent",
    lambda view, key: views.label_group(view, view.labels.group(key)),
    actions.change_label_group,
    actions.remove_group,
)


def _addressed(db: Database, actor: Actor, public_id: UUID, noun: _Noun) -> tuple[Scene, int]:
    """The version of a label or label group, and its key there. Raises NotFound."""
    with db.read() as read:
        address = packed.packed(read).read(public_id, noun.kind)
        version = versions.by_key(read, actor.organization_id, address.key)
        return scene(read, version), address.number


def _one(db: Database, actor: Actor, public_id: UUID, noun: _Noun) -> Response:
    return answer(noun.show(*_addressed(db, actor, public_id, noun)))


def _change(
    db: Database,
    actor: Actor,
    public_id: UUID,
    noun: _Noun,
    name: str | None,
    group_id: UUID | None,
) -> Response:
    """Give it a name, and a place inside a label group; what is None stays as it is."""
    view, key = _addressed(db, actor, public_id, noun)
    changes: dict[str, Any] = {}
    if name is not None:
        changes["name"] = name
    if group_id is not None:
        changes[noun.inside] = _group_key(view, group_id)
    noun.change(db, actor, view.version.version_key, key, **changes)
    return _one(db, actor, public_id, noun)


def _remove(db: Database, actor: Actor, public_id: UUID, noun: _Noun) -> Response:
    view, key = _addressed(db, actor, public_id, noun)
    noun.remove(db, actor, view.version.version_key, key)
    return Response(status_code=204)


def _group_key(view: Scene, group_id: UUID) -> int:
    address = view.packed.read(group_id, Kind.LABEL_GROUP)
    if address.key != view.version.version_key:
        raise NotFound("This version has no such label group.")
    return address.number


class GroupBody(Struct):
    name: str
    parent_id: UUID | None = None


class LabelChange(Struct):
    name: str | None = None
    group_id: UUID | None = None


class GroupChange(Struct):
    name: str | None = None
    parent_id: UUID | None = None


class NamesBody(Struct):
    names: list[str]


class SkeletonBody(Struct):
    """Edges join vertices by their number, counted from 1 as in COCO or from 0: it is kept as sent."""

    vertices: list[str]
    edges: list[tuple[int, int]]


class AttributesBody(Struct):
    attributes: dict[str, views.Json] | None = None


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
    body: Named,
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


@router.get("/label/{label_id}")
def one_label(label_id: UUID, actor: Reader, db: Db) -> Response:
    return _one(db, actor, label_id, _LABEL)


@router.patch("/label/{label_id}")
def patch_label(
    label_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[LabelChange, Depends(sent(LabelChange))],
) -> Response:
    return _change(db, actor, label_id, _LABEL, body.name, body.group_id)


@router.delete("/label/{label_id}")
def delete_label(label_id: UUID, actor: Writer, db: Db) -> Response:
    """Delete a label with every shape that has it."""
    return _remove(db, actor, label_id, _LABEL)


@router.get("/label/{label_id}/skeleton")
def skeleton(label_id: UUID, actor: Reader, db: Db) -> Response:
    view, key = _addressed(db, actor, label_id, _LABEL)
    found = view.labels.label(key).skeleton
    if found is None:
        raise NotFound(f"The label {view.labels.label(key).name!r} has no skeleton.")
    return answer(found)


@router.get("/dataset/version/{version_id}/labels/skeleton")
def skeletons(version_id: UUID, actor: Reader, db: Db) -> Response:
    """By the ids of the labels that have one."""
    view = _scene(db, actor, version_id)
    key = view.version.version_key
    drawn = {
        str(view.packed.label(key, label.key)): label.skeleton
        for label in view.labels.labels
        if label.skeleton is not None
    }
    return answer({"items": drawn, "count": len(drawn)})


@router.post("/label/{label_id}/skeleton")
def set_skeleton(
    label_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[SkeletonBody, Depends(sent(SkeletonBody))],
) -> Response:
    view, key = _addressed(db, actor, label_id, _LABEL)
    drawn = msgspec.to_builtins(body)
    actions.change(db, actor, view.version.version_key, key, skeleton=drawn)
    return answer(drawn)


@router.get("/label/{label_id}/attributes")
def attributes(label_id: UUID, actor: Reader, db: Db) -> Response:
    view, key = _addressed(db, actor, label_id, _LABEL)
    return answer({"attributes": view.labels.label(key).attributes or None})


@router.post("/label/{label_id}/attributes")
def set_attributes(
    label_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[AttributesBody, Depends(sent(AttributesBody))],
) -> Response:
    """Say which attributes shapes of the label have; none takes away what was said."""
    view, key = _addressed(db, actor, label_id, _LABEL)
    said = body.attributes or {}
    label = actions.change(db, actor, view.version.version_key, key, attributes=said)
    return answer({"attributes": label.attributes or None})


@router.get("/dataset/version/{version_id}/attributes")
def attributes_of_version(version_id: UUID, actor: Reader, db: Db) -> Response:
    return answer({"attributes": _scene(db, actor, version_id).labels.attributes or None})


@router.post("/dataset/version/{version_id}/attributes")
def set_attributes_of_version(
    version_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[AttributesBody, Depends(sent(AttributesBody))],
) -> Response:
    """Say which attributes annotations of the version have; none takes away what was said."""
    declared = actions.declare_attributes(db, actor, version_id, body.attributes or {})
    return answer({"attributes": declared.attributes or None})


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
    parent = None if body.parent_id is None else _group_key(view, body.parent_id)
    group = actions.create_group(db, actor, version_id, body.name, parent)
    return answer(views.label_group(view, group))


@router.get("/label/group/{group_id}")
def one_group(group_id: UUID, actor: Reader, db: Db) -> Response:
    return _one(db, actor, group_id, _GROUP)


@router.patch("/label/group/{group_id}")
def patch_group(
    group_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[GroupChange, Depends(sent(GroupChange))],
) -> Response:
    return _change(db, actor, group_id, _GROUP, body.name, body.parent_id)


@router.delete("/label/group/{group_id}")
def delete_group(group_id: UUID, actor: Writer, db: Db) -> Response:
    """Delete a group; its labels stay."""
    return _remove(db, actor, group_id, _GROUP)
