"""Annotations and shapes as the wire shows and sends them; geometry keeps the digits it came with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Raw, Struct, field

from safelight.actions.shapes import Said, Scene, label_key
from safelight.domain import rle
from safelight.domain.annotations import (
    Annotation,
    AnnotationStatus,
    Head,
    Shape,
    ShapeKind,
    draft,
)
from safelight.domain.datasets import InferenceType
from safelight.domain.geometry import rings
from safelight.errors import Invalid
from safelight.store.packed import Packed

Json = dict[str, Any]

# The words of the wire for lists of shapes, in the order in which a bulk call is read.
LISTS: dict[str, ShapeKind] = {
    "rectangles": ShapeKind.RECTANGLE,
    "polygons": ShapeKind.POLYGON,
    "classifications": ShapeKind.CLASSIFICATION,
    "keypoints": ShapeKind.KEYPOINTS,
    "masks": ShapeKind.MASK,
    "lines": ShapeKind.LINE,
    "points": ShapeKind.POINT,
}
_FIELDS = {
    ShapeKind.POLYGON: "polygon",
    ShapeKind.LINE: "line",
    ShapeKind.POINT: "point",
    ShapeKind.KEYPOINTS: "keypoints",
}
_ABSENT = Raw()


class ShapeBody(Struct):
    """One shape as a client sends it; only the geometry of its kind is looked at."""

    label_id: UUID
    text: str | None = None
    attributes: Json | None = None
    x: Raw = _ABSENT
    y: Raw = _ABSENT
    w: Raw = _ABSENT
    h: Raw = _ABSENT
    polygon: Raw = _ABSENT
    line: Raw = _ABSENT
    point: Raw = _ABSENT
    keypoints: Raw = _ABSENT
    mask: Raw = _ABSENT


class ShapeChange(Struct):
    """What a client sends to change one shape: any of these."""

    label_id: UUID | None = None
    text: str | None = None
    x: Raw = _ABSENT
    y: Raw = _ABSENT
    w: Raw = _ABSENT
    h: Raw = _ABSENT
    polygon: Raw = _ABSENT
    line: Raw = _ABSENT
    point: Raw = _ABSENT


class ShapeLists(Struct):
    """Shapes by kind; null and absent are the same."""

    rectangles: list[ShapeBody] | None = None
    polygons: list[ShapeBody] | None = None
    classifications: list[ShapeBody] | None = None
    keypoints: list[ShapeBody] | None = None
    masks: list[ShapeBody] | None = None
    lines: list[ShapeBody] | None = None
    points: list[ShapeBody] | None = None


class OverwriteBody(ShapeLists):
    duration: float = 0.0


class AssetShapes(ShapeLists, kw_only=True):
    """The annotation of one asset in a bulk call."""

    asset_id: UUID
    attributes: Json | None = None


class BulkBody(Struct):
    annotations: list[AssetShapes]
    import_type: str = "REPLACE"
    status: AnnotationStatus | None = None


class AssetSelection(Struct):
    asset_ids: list[str] = field(default_factory=list)
    annotation_ids: list[UUID] | None = None


def drafts(scene: Scene, lists: ShapeLists) -> tuple[Shape, ...]:
    """The shapes of all lists, in the order they came within their kind. Raises Invalid, NotFound."""
    return tuple(
        _draft(scene, kind, body)
        for name, kind in LISTS.items()
        for body in getattr(lists, name) or ()
    )


def _draft(scene: Scene, kind: ShapeKind, body: ShapeBody) -> Shape:
    return draft(
        kind,
        label_key(scene, body.label_id),
        sent_geometry(kind, body),
        text=body.text,
        attributes=body.attributes,
    )


def sent_geometry(kind: ShapeKind, body: ShapeBody) -> Raw | None:
    """The text of a geometry, number for number as it was sent. Raises Invalid if it is missing."""
    if kind is ShapeKind.CLASSIFICATION:
        return None
    if kind is ShapeKind.RECTANGLE:
        return _box(body.x, body.y, body.w, body.h)
    raw: Raw = body.mask if kind is ShapeKind.MASK else getattr(body, _FIELDS[kind])
    if not bytes(raw):
        raise Invalid(f"A {kind.word} needs its geometry.", field=kind.word)
    return raw


def _box(*sides: Raw) -> Raw:
    if not all(bytes(side) for side in sides):
        raise Invalid("A rectangle needs x, y, w and h.", field="rectangle")
    return Raw(b"[" + b",".join(bytes(side) for side in sides) + b"]")


def changed_geometry(shape: Shape, change: ShapeChange) -> Raw | None:
    """The geometry after a change; None if the change says nothing of it."""
    if shape.kind is not ShapeKind.RECTANGLE:
        raw: Raw = getattr(change, _FIELDS.get(shape.kind, ""), _ABSENT)
        return raw if bytes(raw) else None
    sides = (change.x, change.y, change.w, change.h)
    if not any(bytes(side) for side in sides):
        return None
    before = msgspec.json.decode(shape.geometry, type=list[Raw])
    return _box(*(new if bytes(new) else old for new, old in zip(sides, before, strict=True)))


# --- what is shown --------------------------------------------------------------------------------


def annotation(said: Said, one: Annotation) -> Json:
    """An annotation without its shapes."""
    return head(said.packed, said.asset.asset_key, one)


def head(packer: Packed, asset_key: int, one: Annotation | Head) -> Json:
    """An annotation of an asset without its shapes."""
    return {
        "id": packer.annotation(asset_key, one.number),
        "asset_id": packer.asset(asset_key),
        "duration": one.duration,
        "status": one.status or AnnotationStatus.PENDING,
        "attributes": one.attributes,
    }


def shape_list(said: Said, one: Annotation, kind: ShapeKind) -> list[Json]:
    """The shapes of one kind in their order, each with its id and label."""
    return [
        shown
        for shape in one.shapes
        if _shown_as(said.version.type, shape) is kind
        for shown in shape_items(said, one.number, shape, kind)
    ]


def shape_items(
    said: Said, annotation_number: int, shape: Shape, kind: ShapeKind | None = None
) -> Iterator[Json]:
    """One shape as the wire shows it. A polygon of several rings is shown once per ring, under one id:
    the wire knows polygons of one ring only.
    """
    label = said.labels.label(shape.label_key)
    key = said.version.version_key
    group = None if label.group is None else said.packed.label_group(key, label.group)
    shown = {
        "id": said.packed.shape(said.asset.asset_key, annotation_number, shape.number),
        "label": {"id": said.packed.label(key, label.key), "name": label.name, "group_id": group},
        "text": shape.text,
        "attributes": shape.attributes,
    }
    for geometry in _geometries(said, kind or _shown_as(said.version.type, shape), shape):
        yield shown | geometry


def loaded(said: Said, one: Annotation) -> Json:
    """An annotation with all its shapes and label names, as bulk loading reads it."""
    lists = _lists(said, one.shapes, lambda shape: {"label": said.label_names[shape.label_key]})
    return annotation(said, one) | lists


def extended(said: Said, one: Annotation) -> Json:
    """An annotation with all its shapes and label ids, as a split into train and test reads it."""
    key = said.version.version_key
    lists = _lists(
        said, one.shapes, lambda shape: {"label_id": said.packed.label(key, shape.label_key)}
    )
    return annotation(said, one) | lists


def _lists(said: Said, shapes: Sequence[Shape], label: Callable[[Shape], Json]) -> Json:
    lists: dict[str, list[Json]] = {name: [] for name in LISTS}
    names = {kind: name for name, kind in LISTS.items()}
    for shape in shapes:
        kind = _shown_as(said.version.type, shape)
        about = label(shape) | {"text": shape.text, "attributes": shape.attributes}
        lists[names[kind]].extend(about | geometry for geometry in _geometries(said, kind, shape))
    return lists


def _shown_as(version_type: InferenceType, shape: Shape) -> ShapeKind:
    """A polygon that a file gave a box as well is a rectangle in a version of detections."""
    is_box = version_type is InferenceType.OBJECT_DETECTION and bytes(shape.box) != b"null"
    return ShapeKind.RECTANGLE if is_box else shape.kind


def _geometries(said: Said, kind: ShapeKind, shape: Shape) -> Iterable[Json]:
    if kind is ShapeKind.CLASSIFICATION:
        return [{}]
    if kind is ShapeKind.RECTANGLE:
        raw = shape.geometry if shape.kind is kind else shape.box
        return [dict(zip("xywh", map(_whole, msgspec.json.decode(raw)), strict=True))]
    if kind is ShapeKind.POLYGON:
        return [{"polygon": ring} for ring in _polygons(shape.geometry)]
    if kind is ShapeKind.MASK:
        return [_mask(shape.geometry, said.asset.data.height or 0)]
    return [{_FIELDS[kind]: shape.geometry}]


def _polygons(geometry: Raw) -> list[Any]:
    value = msgspec.json.decode(geometry)
    found = rings(value)
    # One ring of pairs is what clients send: it goes back as the text that came.
    is_one = not found or (len(found) == 1 and found[0] == value)
    return [geometry] if is_one else found


def _mask(geometry: Raw, height: int) -> Json:
    """As its compressed runs; clients read its area and its box beside them. A mask of a file may hold what
    no run lengths are: it covers nothing then.
    """
    counts = msgspec.json.decode(geometry)
    try:
        if isinstance(counts, dict):
            counts, height = counts["counts"], counts["size"][0]
        lengths = rle.runs(counts)
        bbox = rle.bounds(lengths, height)
    except (KeyError, IndexError, TypeError, ValueError):
        return {"mask": "", "area": 0, "bbox": [0, 0, 0, 0]}
    text = counts if isinstance(counts, str) else rle.compress(lengths)
    return {"mask": text, "area": rle.area(lengths), "bbox": bbox}


def _whole(number: float) -> int:
    """Clients read boxes as whole numbers."""
    return round(number)
