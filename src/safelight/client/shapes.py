"""What can be said of a picture, as plain values; coordinates are absolute pixels, origin top left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from safelight.errors import Invalid

XY = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A box: its top left corner, width and height."""

    label: str
    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class Polygon:
    """One or more closed rings; the first point is not repeated at the end."""

    label: str
    rings: tuple[tuple[XY, ...], ...]

    @classmethod
    def of(cls, label: str, *rings: Iterable[Sequence[float]]) -> Polygon:
        """A polygon from any sequences of pairs."""
        return cls(label, tuple(_pairs(ring) for ring in rings))


@dataclass(frozen=True, slots=True)
class Classification:
    """A label of the whole picture."""

    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """An open line through its points."""

    label: str
    points: tuple[XY, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One place."""

    label: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Keypoints:
    """Points of a skeleton, each with COCO's visibility (0 absent, 1 hidden, 2 seen)."""

    label: str
    points: tuple[tuple[float, float, int], ...]


@dataclass(frozen=True, slots=True)
class Mask:
    """A run-length encoded mask, as COCO writes it."""

    label: str
    rle: Any


Shape = Rectangle | Polygon | Classification | Line | Point | Keypoints | Mask


def _pairs(points: Iterable[Sequence[float]]) -> tuple[XY, ...]:
    return tuple((point[0], point[1]) for point in points)


def to_json(shape: Shape) -> dict[str, Any]:
    """The shape as the server takes it: kind, label name, geometry."""
    geometry: Any
    match shape:
        case Rectangle():
            kind, geometry = "rectangle", [shape.x, shape.y, shape.w, shape.h]
        case Polygon():
            kind, geometry = "polygon", [[list(point) for point in ring] for ring in shape.rings]
        case Classification():
            kind, geometry = "classification", None
        case Line():
            kind, geometry = "line", [list(point) for point in shape.points]
        case Point():
            kind, geometry = "point", [shape.x, shape.y]
        case Keypoints():
            kind, geometry = "keypoints", [list(point) for point in shape.points]
        case Mask():
            kind, geometry = "mask", shape.rle
    return {"kind": kind, "label": shape.label, "geometry": geometry}


def from_json(data: dict[str, Any]) -> Shape:
    """The shape in a server's answer. Raises Invalid for a kind this version does not know."""
    kind, label = data["kind"], data["label"]["name"]
    geometry: Any = data.get("geometry")
    match kind:
        case "rectangle":
            return Rectangle(label, *geometry)
        case "polygon":
            return Polygon.of(label, *geometry)
        case "classification":
            return Classification(label)
        case "line":
            return Line(label, _pairs(geometry))
        case "point":
            return Point(label, geometry[0], geometry[1])
        case "keypoints":
            return Keypoints(label, tuple((x, y, int(seen)) for x, y, seen in geometry))
        case "mask":
            return Mask(label, geometry)
    raise Invalid(f"This version of Safelight's client knows no shape of kind {kind!r}.", kind=kind)
