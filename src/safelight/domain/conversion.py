"""Shapes as shapes of another kind, exact or not at all. Knows no storage.

| to | from |
|---|---|
| rectangle | the smallest box around a polygon, line, mask, or the labelled keypoints (or the box that a file gave them) |
| polygon | the corners of a rectangle; the outline of a mask without holes, along the edges of its pixels |
| point | the centre of the box above, of a rectangle, too |
| classification | any shape: its label, once in an annotation |

A shape keeps its number, label, text and attributes. Coordinates are computed with decimals: no digit is
rounded, up to 28 of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from safelight.domain import rle
from safelight.domain.annotations import ABSENT, Annotation, Document, Shape, ShapeKind
from safelight.domain.geometry import bounds, polygon_bounds
from safelight.domain.outlines import is_hole, outlines
from safelight.errors import Invalid

_decoder = msgspec.json.Decoder(float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")

Box = list[Any]


class Inconvertible(Exception):
    """The shape has no exact form of that kind; the message says why."""


@dataclass(slots=True)
class Tally:
    """How many shapes were converted, and why others could not be, by (kind, reason)."""

    converted: int = 0
    problems: Counter[tuple[ShapeKind, str]] = field(default_factory=Counter)


def convert_document(
    document: Document,
    to: ShapeKind,
    wanted: Callable[[Shape], bool],
    tally: Tally,
    *,
    remove_others: bool = False,
) -> Document:
    """With all wanted shapes converted. Those that cannot be stay, or are removed; `tally` counts both."""

    def change(shape: Shape) -> Shape | None:
        if shape.kind is to or not wanted(shape):
            return shape
        try:
            converted = convert(shape, to)
        except Inconvertible as problem:
            tally.problems[shape.kind, str(problem)] += 1
            return None if remove_others else shape
        tally.converted += 1
        return converted

    return Document(tuple(_changed(one, change, to) for one in document.annotations))


def _changed(
    annotation: Annotation, change: Callable[[Shape], Shape | None], to: ShapeKind
) -> Annotation:
    shapes = [changed for shape in annotation.shapes if (changed := change(shape)) is not None]
    if to is ShapeKind.CLASSIFICATION:
        shapes = _once(shapes)
    return replace(annotation, shapes=tuple(shapes))


def _once(shapes: list[Shape]) -> list[Shape]:
    """Of several classifications of one label the first."""
    seen: set[int] = set()
    kept = []
    for shape in shapes:
        if shape.kind is ShapeKind.CLASSIFICATION:
            if shape.label_key in seen:
                continue
            seen.add(shape.label_key)
        kept.append(shape)
    return kept


def convert(shape: Shape, to: ShapeKind) -> Shape:
    """The shape as one of another kind. Raises Inconvertible."""
    geometry = ABSENT
    if to is ShapeKind.RECTANGLE:
        geometry = _text(_box(shape))
    elif to is ShapeKind.POLYGON:
        geometry = _text(_polygon(shape))
    elif to is ShapeKind.POINT:
        x, y, width, height = _box(shape)
        geometry = _text([x + _half(width), y + _half(height)])
    elif to is not ShapeKind.CLASSIFICATION:
        raise Inconvertible(f"nothing is converted to a {to.word}")
    return replace(shape, kind=to, geometry=geometry, box=ABSENT, area=ABSENT)


def _text(geometry: Any) -> Raw:
    return Raw(_encoder.encode(geometry))


def _half(number: Any) -> Any:
    return number // 2 if isinstance(number, int) and number % 2 == 0 else Decimal(number) / 2


def _box(shape: Shape) -> Box:
    """The box of a shape. Raises Inconvertible where there is none with an area."""
    if shape.kind is ShapeKind.RECTANGLE:
        given: Box = _decoded(shape)
        return given
    box = _bounds(shape)
    if not box or not box[2] or not box[3]:
        raise Inconvertible("it covers no area")
    return box


def _bounds(shape: Shape) -> Box | None:
    geometry = _decoded(shape)
    match shape.kind:
        case ShapeKind.POLYGON:
            return _polygon_bounds(geometry)
        case ShapeKind.LINE:
            return bounds(geometry)
        case ShapeKind.KEYPOINTS:
            given = bytes(shape.box)
            if given not in {b"null", b"[]"}:
                box: Box = _decoder.decode(given)
                return box
            return bounds(point for point in geometry if point[2])
        case ShapeKind.MASK:
            lengths, height = _runs(geometry)
            return list(rle.bounds(lengths, height))
    raise Inconvertible(f"a {shape.kind.word} has no box")


def _polygon_bounds(geometry: Any) -> Box | None:
    # Which form a polygon has is told by its numbers, which are floats or integers there.
    try:
        return polygon_bounds(geometry)
    except Invalid as error:
        raise Inconvertible("it is no polygon") from error


def _polygon(shape: Shape) -> Any:
    if shape.kind is ShapeKind.RECTANGLE:
        x, y, width, height = _decoded(shape)
        return [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
    if shape.kind is not ShapeKind.MASK:
        raise Inconvertible(f"a {shape.kind.word} has no outline")
    rings = outlines(*_runs(_decoded(shape)))
    if not rings:
        raise Inconvertible("it covers no area")
    if any(map(is_hole, rings)):
        raise Inconvertible("it has a hole, and the rings of a polygon are parts")
    return rings[0] if len(rings) == 1 else rings


def _runs(mask: Any) -> tuple[list[int], int]:
    """Run lengths and the picture's height."""
    if not isinstance(mask, dict) or "counts" not in mask or "size" not in mask:
        raise Inconvertible("its size is not known")
    return rle.runs(mask["counts"]), int(mask["size"][0])


def _decoded(shape: Shape) -> Any:
    return _decoder.decode(shape.geometry)
