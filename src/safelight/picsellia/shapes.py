"""Shapes of an annotation: lists, creation in bulk, and changes one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from safelight.actions import shapes
from safelight.actions.shapes import Said, label_key
from safelight.domain.annotations import (
    Document,
    Numbers,
    ShapeKind,
    add_shapes,
    change_shape,
    remove_shape,
)
from safelight.errors import Invalid, NotFound
from safelight.ids import Address, Kind
from safelight.picsellia import shape_views
from safelight.picsellia.asking import Db, Reader, Writer, answer, sent
from safelight.picsellia.shape_views import LISTS, ShapeChange, ShapeLists
from safelight.picsellia.views import listed
from safelight.store import packed
from safelight.store.db import Database

router = APIRouter()

# The kinds that have routes, each with the word for one of it. Clients know none for keypoints.
SINGULAR = {
    "rectangles": "rectangle",
    "polygons": "polygon",
    "classifications": "classification",
    "masks": "mask",
    "lines": "line",
    "points": "point",
}
_UNCHANGING = {"mask"}  # a mask is not changed, only deleted


def _read_address(db: Database, public_id: UUID, kind: Kind) -> Address:
    with db.read() as read:
        return packed.packed(read).read(public_id, kind)


def _lister(kind: ShapeKind) -> Callable[..., Response]:
    def list_shapes(annotation_id: UUID, actor: Reader, db: Db) -> Response:
        address = _read_address(db, annotation_id, Kind.ANNOTATION)
        with db.read() as read:
            said = shapes.said(read, actor.organization_id, address.key)
        annotation = said.document.annotation(address.number)
        return answer(listed(shape_views.shape_list(said, annotation, kind)))

    return list_shapes


def _creator(name: str, kind: ShapeKind) -> Callable[..., Response]:
    def create_shapes(
        annotation_id: UUID,
        actor: Writer,
        db: Db,
        body: Annotated[ShapeLists, Depends(sent(ShapeLists))],
    ) -> Response:
        address = _read_address(db, annotation_id, Kind.ANNOTATION)
        only = ShapeLists(**{name: getattr(body, name)})

        def change(said: Said, _now: int) -> tuple[Document, Numbers]:
            drafts = shape_views.drafts(said, only)
            return add_shapes(said.document, address.number, drafts, said.asset.numbers)

        said = shapes.edit(db, actor, address.key, change)
        annotation = said.document.annotation(address.number)
        made = annotation.shapes[len(annotation.shapes) - len(getattr(only, name) or ()) :]
        shown = [
            item
            for shape in made
            for item in shape_views.shape_items(said, address.number, shape, kind)
        ]
        return answer({name: shown})

    return create_shapes


def _changer(kind: ShapeKind) -> Callable[..., Response]:
    def patch_shape(
        shape_id: UUID,
        actor: Writer,
        db: Db,
        body: Annotated[ShapeChange, Depends(sent(ShapeChange))],
    ) -> Response:
        address = _read_address(db, shape_id, Kind.SHAPE)

        def change(said: Said, _now: int) -> tuple[Document, Numbers]:
            return _changed(said, address, kind, body), said.asset.numbers

        said = shapes.edit(db, actor, address.key, change)
        return answer(_one(said, address, kind))

    return patch_shape


def _changed(said: Said, address: Address, kind: ShapeKind, body: ShapeChange) -> Document:
    _, shape = said.document.shape(address.shape)
    if shape.kind is not kind:
        raise Invalid(f"This shape is a {shape.kind.word}, not a {kind.word}.")
    changes: dict[str, Any] = {}
    geometry = shape_views.changed_geometry(shape, body)
    if geometry is not None:
        changes["geometry"] = geometry
    if body.label_id is not None:
        changes["label_key"] = label_key(said, body.label_id)
    if body.text is not None:
        changes["text"] = body.text
    return change_shape(said.document, address.shape, **changes)


def _reader(kind: ShapeKind) -> Callable[..., Response]:
    def read_shape(shape_id: UUID, actor: Reader, db: Db) -> Response:
        address = _read_address(db, shape_id, Kind.SHAPE)
        with db.read() as read:
            said = shapes.said(read, actor.organization_id, address.key)
        return answer(_one(said, address, kind))

    return read_shape


def _one(said: Said, address: Address, kind: ShapeKind) -> shape_views.Json:
    annotation, shape = said.document.shape(address.shape)
    found = list(shape_views.shape_items(said, annotation.number, shape))
    if not found:
        raise NotFound(f"There is no such {kind.word}.")
    return found[0]


def _remover() -> Callable[..., Response]:
    def delete_shape(shape_id: UUID, actor: Writer, db: Db) -> Response:
        address = _read_address(db, shape_id, Kind.SHAPE)

        def change(said: Said, _now: int) -> tuple[Document, Numbers]:
            return remove_shape(said.document, address.shape), said.asset.numbers

        shapes.edit(db, actor, address.key, change)
        return Response(status_code=204)

    return delete_shape


for _name, _word in SINGULAR.items():
    _kind = LISTS[_name]
    _of_annotation = "/annotation/{annotation_id}/"
    router.add_api_route(_of_annotation + _name, _lister(_kind), methods=["GET"])
    router.add_api_route(f"{_of_annotation}bulk-{_name}", _creator(_name, _kind), methods=["POST"])
    _single = f"/{_word}/{{shape_id}}"
    router.add_api_route(_single, _reader(_kind), methods=["GET"])
    if _word not in _UNCHANGING:
        router.add_api_route(_single, _changer(_kind), methods=["PATCH"])
    router.add_api_route(_single, _remover(), methods=["DELETE"])
