"""Pure geometry of shapes, in absolute pixels: rings, boxes (xywh, top-left), areas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from safelight.errors import Invalid

Number = int | float
Point = Sequence[Number]
Ring = list[list[Number]]


def rings(polygon: Any) -> list[Ring]:
    """The rings of a polygon as lists of [x, y], whichever of the three forms it is in.

    The forms: one ring of pairs `[[x, y], ...]`, rings of pairs `[[[x, y], ...], ...]`, and COCO's
    flat rings `[[x1, y1, x2, y2, ...], ...]`. A first element of two numbers makes it pairs.
    Raises Invalid if it is none of them.
    """
    if not isinstance(polygon, list) or not all(isinstance(part, list) for part in polygon):
        raise Invalid("A polygon is a list of points or of rings.")
    if not polygon or not polygon[0]:
        return []
    if isinstance(polygon[0][0], list):
        return [_ring(part) for part in polygon]
    if len(polygon[0]) == 2:
        return [_ring(polygon)]
    return [_ring(_pairs(part)) for part in polygon]


def _pairs(flat: list[Any]) -> list[Any]:
    if len(flat) % 2:
        raise Invalid(f"A ring has an odd number of coordinates: {len(flat)}.")
    return [flat[at : at + 2] for at in range(0, len(flat), 2)]


def _ring(points: list[Any]) -> Ring:
    for point in points:
        if not isinstance(point, list) or len(point) != 2 or not all(map(_is_number, point)):
            raise Invalid(f"A point is two numbers, not {str(point)[:80]}.")
    return points


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def bounds(points: Iterable[Point]) -> list[Number] | None:
    """The smallest box [x, y, w, h] around points; None around nothing."""
    listed = list(points)
    if not listed:
        return None
    xs, ys = [point[0] for point in listed], [point[1] for point in listed]
    left, top = min(xs), min(ys)
    return [left, top, max(xs) - left, max(ys) - top]


def polygon_bounds(polygon: Any) -> list[Number] | None:
    """The box around all rings of a polygon."""
    return bounds(point for ring in rings(polygon) for point in ring)


def ring_area(ring: Sequence[Point]) -> float:
    """The area inside one ring, by the shoelace formula; its direction does not matter."""
    total = 0.0
    for position, (x, y) in enumerate(ring):
        before_x, before_y = ring[position - 1]
        total += before_x * y - x * before_y
    return abs(total) / 2


def polygon_area(polygon: Any) -> float:
    """The sum of the areas of a polygon's rings, as COCO counts it: rings are parts, not holes."""
    return sum(ring_area(ring) for ring in rings(polygon))


def box_area(box: Sequence[Number]) -> Number:
    return box[2] * box[3]
