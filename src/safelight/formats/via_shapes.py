"""The shapes and attributes of VIA's regions: by name in version 2, by number in version 3."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from safelight.domain.annotations import ShapeKind
from safelight.formats import json_file
from safelight.formats.json_stream import Element
from safelight.formats.rejects import BadRecord
from safelight.formats.round_shapes import ellipse
from safelight.formats.shape_text import checked, pairs, pixels


class Region2(Struct):
    shape_attributes: dict[str, Any]
    region_attributes: dict[str, Any] = {}


class Metadata3(Struct):
    vid: str | int
    xy: list[float]
    av: dict[str, Any] = {}
    z: list[float] = []


class Attribute3(Struct):
    aname: str
    options: dict[str, Any] = {}


Form = tuple[ShapeKind, Any]


def or_bad(form: Callable[[Any], Form], said: Any) -> Form | BadRecord:
    try:
        return form(said)
    except BadRecord as bad:
        return bad


def form_2(said: Element) -> tuple[dict[str, Any], Form | BadRecord, str | None]:
    """Attributes and shape of a region of version 2, and what it was if it was round."""
    try:
        region: Region2 = json_file.decode(said.text, Region2)
    except BadRecord as bad:
        return {}, bad, None
    attributes = dict(region.region_attributes)
    kind = region.shape_attributes.get("name")
    form = _FORMS.get(str(kind))
    if form is None:
        return attributes, BadRecord(f"the shape {str(kind)[:40]!r} is not read"), None
    made = or_bad(form, region.shape_attributes)
    return attributes, made, kind if kind in _ROUND else None


def _values(said: dict[str, Any], *names: str) -> list[float]:
    values = [said.get(name) for name in names]
    for name, value in zip(names, values, strict=True):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadRecord(f"its {name} is {str(value)[:40]!r}")
    return pixels(checked(values))  # type: ignore[arg-type]


def _path(said: dict[str, Any], at_least: int) -> list[list[float]]:
    xs, ys = said.get("all_points_x"), said.get("all_points_y")
    if not isinstance(xs, list) or not isinstance(ys, list) or len(xs) != len(ys):
        raise BadRecord("all_points_x and all_points_y are not two lists of the same length")
    if len(xs) < at_least:
        raise BadRecord(f"it has {len(xs)} points; it needs at least {at_least}")
    return [_values({"x": x, "y": y}, "x", "y") for x, y in zip(xs, ys, strict=True)]


def _rect(said: dict[str, Any]) -> Form:
    return _box(_values(said, "x", "y", "width", "height"))


def _box(box: list[float]) -> Form:
    if box[2] < 0 or box[3] < 0:
        raise BadRecord("its box has a negative size")
    return ShapeKind.RECTANGLE, box


def _circle(said: dict[str, Any]) -> Form:
    x, y, radius = _values(said, "cx", "cy", "r")
    return ShapeKind.POLYGON, ellipse(x, y, radius, radius)


def _ellipse(said: dict[str, Any]) -> Form:
    """`theta` is in radians; files of old versions do not have it."""
    x, y, radius_x, radius_y = _values(said, "cx", "cy", "rx", "ry")
    [theta] = _values({"theta": 0, **said}, "theta")
    return ShapeKind.POLYGON, ellipse(x, y, radius_x, radius_y, math.degrees(theta))


_FORMS: dict[str, Callable[[dict[str, Any]], Form]] = {
    "rect": _rect,
    "circle": _circle,
    "ellipse": _ellipse,
    "polygon": lambda said: (ShapeKind.POLYGON, _path(said, 3)),
    "polyline": lambda said: (ShapeKind.LINE, _path(said, 2)),
    "point": lambda said: (ShapeKind.POINT, _values(said, "cx", "cy")),
}
_ROUND = frozenset({"circle", "ellipse"})


def attributes_3(said: Metadata3, names: dict[str, Attribute3]) -> dict[str, Any]:
    """By name; of an attribute with options, the text of the one that is meant. Raises BadRecord."""
    attributes = {}
    for key, value in said.av.items():
        attribute = names.get(key)
        if attribute is None:
            raise BadRecord(f"its attribute {key[:40]!r} is unknown")
        attributes[attribute.aname] = attribute.options.get(str(value), value)
    return attributes


def form_3(said: Metadata3) -> Form:
    """`xy` begins with the number of the kind of shape."""
    if said.z:
        raise BadRecord("stretches of time are not read")
    if not said.xy:
        return ShapeKind.CLASSIFICATION, None
    kind, *values = said.xy
    numbers = pixels(checked(values))
    count, form = _FORMS_3.get(int(kind), (0, None)) if kind.is_integer() else (0, None)
    if form is None:
        raise BadRecord(f"the shape {kind:g} is not read")
    if len(numbers) != count if count > 0 else len(numbers) < -count or len(numbers) % 2:
        raise BadRecord(f"it has {len(numbers)} coordinates")
    return form(numbers)


ROUND_3 = {3: "circle", 4: "ellipse"}
# By number: how many coordinates (negative: at least so many, and pairs of them), and what they make.
_FORMS_3: dict[int, tuple[int, Callable[[list[float]], Form]]] = {
    1: (2, lambda said: (ShapeKind.POINT, said)),
    2: (4, _box),
    3: (3, lambda said: (ShapeKind.POLYGON, ellipse(said[0], said[1], said[2], said[2]))),
    4: (4, lambda said: (ShapeKind.POLYGON, ellipse(said[0], said[1], said[2], said[3]))),
    5: (4, lambda said: (ShapeKind.LINE, pairs(said))),
    6: (-4, lambda said: (ShapeKind.LINE, pairs(said))),
    7: (-6, lambda said: (ShapeKind.POLYGON, pairs(said))),
}
