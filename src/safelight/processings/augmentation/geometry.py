"""Moves shapes with their picture: shapes become points, the points move, shapes are made of them again.

Coordinates are absolute pixels with the origin at the outer corner of the first pixel, so a box from
0 to the width covers the whole picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from safelight import Classification, Keypoints, Line, Mask, Point, Polygon, Rectangle

XY = tuple[float, float]
Shape = Rectangle | Polygon | Classification | Line | Point | Keypoints | Mask
Move = Callable[[list[XY]], list[XY]]

# A box stands for the ellipse that it holds: the box of a turned ellipse hugs the object where the
# box of four turned corners would grow. A multiple of 4, so that mirroring gives the box exactly.
_ELLIPSE = 32


def moved(shapes: Sequence[Shape], move: Move, size: tuple[int, int], keep: float) -> list[Shape]:
    """The shapes after their points went through `move`, cut at a frame of `size` (width, height).

    A shape of which less than the share `keep` stays in the frame is left out, and so are masks.
    """
    taken = [_points(shape) for shape in shapes]
    flat = move([point for points in taken for point in points])
    result: list[Shape] = []
    start = 0
    for shape, points in zip(shapes, taken, strict=True):
        now = flat[start : start + len(points)]
        start += len(points)
        rebuilt = _rebuilt(shape, now, size, keep)
        if rebuilt is not None:
            result.append(rebuilt)
    return result


def _points(shape: Shape) -> list[XY]:
    match shape:
        case Rectangle(_, x, y, w, h):
            turns = (2 * math.pi * step / _ELLIPSE for step in range(_ELLIPSE))
            return [
                (x + w / 2 * (1 + math.cos(turn)), y + h / 2 * (1 + math.sin(turn)))
                for turn in turns
            ]
        case Polygon(_, rings):
            return [point for ring in rings for point in ring]
        case Line(_, points):
            return list(points)
        case Point(_, x, y):
            return [(x, y)]
        case Keypoints(_, seen):
            return [(x, y) for x, y, _ in seen]
    return []


def _rebuilt(shape: Shape, now: list[XY], size: tuple[int, int], keep: float) -> Shape | None:
    match shape:
        case Classification():
            return shape
        case Rectangle():
            return _rectangle(shape, now, size, keep)
        case Polygon():
            return _polygon(shape, now, size, keep)
        case Line():
            inside = tuple(point for point in now if _is_inside(point, size))
            return replace(shape, points=inside) if len(inside) > 1 else None
        case Point():
            return replace(shape, x=now[0][0], y=now[0][1]) if _is_inside(now[0], size) else None
        case Keypoints():
            return _keypoints(shape, now, size)
    return None


def _rectangle(shape: Rectangle, now: list[XY], size: tuple[int, int], keep: float) -> Shape | None:
    xs, ys = [x for x, _ in now], [y for _, y in now]
    left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
    whole = (right - left) * (bottom - top)
    left, right = max(left, 0.0), min(right, float(size[0]))
    top, bottom = max(top, 0.0), min(bottom, float(size[1]))
    if right <= left or bottom <= top or (right - left) * (bottom - top) < keep * whole:
        return None
    return Rectangle(shape.label, left, top, right - left, bottom - top)


def _polygon(shape: Polygon, now: list[XY], size: tuple[int, int], keep: float) -> Shape | None:
    whole, left, rings, start = 0.0, 0.0, [], 0
    for ring in shape.rings:
        points = now[start : start + len(ring)]
        start += len(ring)
        cut = clipped(points, size)
        whole += area(points)
        left += area(cut)
        if len(cut) >= 3 and area(cut) > 0:
            rings.append(tuple(cut))
    return Polygon(shape.label, tuple(rings)) if rings and left >= keep * whole else None


def _keypoints(shape: Keypoints, now: list[XY], size: tuple[int, int]) -> Shape | None:
    points = tuple(
        (*point, seen) if seen and _is_inside(point, size) else (0.0, 0.0, 0)
        for point, (_, _, seen) in zip(now, shape.points, strict=True)
    )
    return replace(shape, points=points) if any(seen for _, _, seen in points) else None


def _is_inside(point: XY, size: tuple[int, int]) -> bool:
    return 0 <= point[0] <= size[0] and 0 <= point[1] <= size[1]


def area(ring: Sequence[XY]) -> float:
    """The area inside a closed ring, by the shoelace formula."""
    following = [*ring[1:], *ring[:1]]
    return abs(sum(a * d - b * c for (a, b), (c, d) in zip(ring, following, strict=True))) / 2


def clipped(ring: Sequence[XY], size: tuple[int, int]) -> list[XY]:
    """The part of a ring inside the frame, by Sutherland and Hodgman's algorithm."""
    points = list(ring)
    for axis in (0, 1):
        for bound, sign in ((0.0, 1.0), (float(size[axis]), -1.0)):
            points = _cut(points, axis, bound, sign)
    return points


def _cut(points: list[XY], axis: int, bound: float, sign: float) -> list[XY]:
    """The part of a ring on one side of a line along an axis."""
    result: list[XY] = []
    for before, point in zip([*points[-1:], *points[:-1]], points, strict=True):
        was_in, is_in = ((p[axis] - bound) * sign >= 0 for p in (before, point))
        if was_in != is_in:
            share = (bound - before[axis]) / (point[axis] - before[axis])
            other = before[1 - axis] + share * (point[1 - axis] - before[1 - axis])
            result.append((bound, other) if axis == 0 else (other, bound))
        if is_in:
            result.append(point)
    return result


def zoom(angle: float, size: tuple[int, int]) -> float:
    """How much a picture must grow so that its frame stays filled when it is turned by `angle`."""
    width, height = size
    turn = math.radians(abs(angle) % 180)
    sin, cos = abs(math.sin(turn)), abs(math.cos(turn))
    return max(cos + sin * height / width, cos + sin * width / height)
