"""Reads LabelMe: a JSON file per picture.

A circle (its centre and a point on it) becomes a polygon of many points, an oriented rectangle the polygon
of its corners; both keep `shape_type` in their attributes. Flags, description and group are attributes too.
"""

from __future__ import annotations

import base64
import binascii
import io
import math
from collections.abc import Callable
from typing import Any

from msgspec import Raw, Struct
from PIL import Image as PillowImage
from PIL import UnidentifiedImageError

from safelight.domain import rle
from safelight.domain.annotations import ShapeKind
from safelight.formats import json_file
from safelight.formats.found import Found
from safelight.formats.gathering import Gathering
from safelight.formats.images import Side
from safelight.formats.json_stream import elements
from safelight.formats.mask_rows import runs_of_rows
from safelight.formats.pictures import Pictures, base_name
from safelight.formats.reading import Reading
from safelight.formats.rejects import BadRecord
from safelight.formats.round_shapes import ellipse
from safelight.formats.shape_text import checked, pixels, shape_text
from safelight.formats.tree import Tree

_MASK_PIXELS = 100_000_000


class _File(Struct):
    """What is read of a file; the picture itself, if it is inside, is stepped over."""

    shapes: Raw
    imagePath: str  # noqa: N815 - LabelMe's word
    imageWidth: Side | None = None  # noqa: N815
    imageHeight: Side | None = None  # noqa: N815


class _Shape(Struct):
    label: str
    points: list[tuple[float, float]]
    shape_type: str | None = None
    flags: dict[str, Any] | None = None
    group_id: Any = None
    description: str | None = None
    mask: str | None = None


def read(tree: Tree, reading: Reading) -> Found:
    """Bad shapes and files are in `rejects`."""
    found, pictures = Gathering(reading), Pictures(tree)
    for name in tree.named(".json"):
        try:
            _read_file(name, tree.read(name, json_file.LIMIT), found, pictures)
        except BadRecord as bad:
            found.reject(name, bad, file=name)
        found.file_done()
    return found.finish()


def _read_file(name: str, content: bytes, found: Gathering, pictures: Pictures) -> None:
    file: _File = json_file.decode(content, _File)
    if bytes(file.shapes)[:1] != b"[":
        raise BadRecord("shapes is not a list")
    shapes = elements(bytes(file.shapes), content.find(bytes(file.shapes)))
    file_name = base_name(file.imagePath)
    member = pictures.find(file.imagePath) if file_name else None
    width, height = file.imageWidth or None, file.imageHeight or None
    if member is not None and not (width and height):
        width, height = pictures.size(member)
    image = found.image(file_name, width, height, member=member)
    for at, element in enumerate(shapes, start=1):
        where = f"{name}: shape {at}"
        try:
            shape: _Shape = json_file.decode(element.text, _Shape)
            text = _text(shape, (width, height))
            category = found.category(shape.label)
        except BadRecord as bad:
            also = [name, f"image {file_name}"]
            found.reject(
                where, bad, file=name, offset=element.offset, record=element.text, also=also
            )
            continue
        found.add(where, image, category, text, also=[name])


_Size = tuple[int | None, int | None]
_Points = list[list[float]]
_Form = tuple[ShapeKind, Any]


def _text(shape: _Shape, size: _Size) -> bytes:
    kind = shape.shape_type or "polygon"
    form = _FORMS.get(kind)
    if form is None:
        raise BadRecord(f"the shape_type {kind[:40]!r} is not read")
    points = [pixels(checked(point)) for point in shape.points]
    attributes = _attributes(shape)
    if form in {_circle, _turned}:
        attributes["shape_type"] = kind
    return shape_text(*form(points, shape, size), attributes=attributes)


def _attributes(shape: _Shape) -> dict[str, Any]:
    attributes = dict(shape.flags or {})
    if shape.group_id is not None:
        attributes["group_id"] = shape.group_id
    if shape.description:
        attributes["description"] = shape.description
    return attributes


def _check_count(points: _Points, count: int, *, or_more: bool = False) -> None:
    if len(points) < count or (len(points) > count and not or_more):
        raise BadRecord(f"it has {len(points)} points, not {count}{' or more' if or_more else ''}")


def _polygon(points: _Points, _shape: _Shape, _size: _Size) -> _Form:
    _check_count(points, 3, or_more=True)
    return ShapeKind.POLYGON, points


def _rectangle(points: _Points, _shape: _Shape, _size: _Size) -> _Form:
    """Two opposite corners, whichever; or, as new versions write them, all four."""
    if len(points) != 4:
        _check_count(points, 2)
    left, top = (min(point[axis] for point in points) for axis in (0, 1))
    right, bottom = (max(point[axis] for point in points) for axis in (0, 1))
    return ShapeKind.RECTANGLE, pixels((left, top, right - left, bottom - top))


def _circle(points: _Points, _shape: _Shape, _size: _Size) -> _Form:
    _check_count(points, 2)
    radius = math.dist(points[0], points[1])
    return ShapeKind.POLYGON, ellipse(points[0][0], points[0][1], radius, radius)


def _turned(points: _Points, _shape: _Shape, _size: _Size) -> _Form:
    _check_count(points, 4)
    return ShapeKind.POLYGON, points


def _line(points: _Points, _shape: _Shape, _size: _Size) -> _Form:
    _check_count(points, 2)
    return ShapeKind.LINE, points


def _linestrip(points: _Points, _shape: _Shape, _size: _Size) -> _Form:
    _check_count(points, 2, or_more=True)
    return ShapeKind.LINE, points


def _point(points: _Points, _shape: _Shape, _size: _Size) -> _Form:
    _check_count(points, 1)
    return ShapeKind.POINT, points[0]


def _points(points: _Points, _shape: _Shape, _size: _Size) -> _Form:
    _check_count(points, 1, or_more=True)
    return ShapeKind.KEYPOINTS, [[*point, 2] for point in points]


def _mask(points: _Points, shape: _Shape, size: _Size) -> _Form:
    """A PNG of the part of the picture that begins at the first point."""
    _check_count(points, 2)
    width, height = size
    if not width or not height:
        raise BadRecord("its mask needs the size of the picture, which the file does not say")
    rows, wide = _png(shape.mask or "")
    left, top = (round(value) for value in points[0])
    if min(left, top) < 0 or left + wide > width or top + len(rows) // wide > height:
        raise BadRecord("its mask lies outside of its picture")
    counts = rle.compress(runs_of_rows(rows, wide, left, top, (width, height)))
    return ShapeKind.MASK, {"counts": counts, "size": [height, width]}


def _png(encoded: str) -> tuple[bytes, int]:
    """The rows of a mask, a byte for each pixel, and how wide they are. Raises BadRecord."""
    try:
        content = base64.b64decode(encoded, validate=True)
        with PillowImage.open(io.BytesIO(content), formats=("PNG",)) as picture:
            width, height = picture.size
            if width * height > _MASK_PIXELS:
                raise BadRecord("its mask has too many pixels")
            return picture.convert("L").tobytes(), width
    except BadRecord:
        raise
    except UnidentifiedImageError as error:
        raise BadRecord("its mask is no PNG") from error
    except (binascii.Error, ValueError, OSError, SyntaxError, EOFError) as error:
        raise BadRecord(f"its mask is no PNG: {error}") from error


_FORMS: dict[str, Callable[[_Points, _Shape, _Size], _Form]] = {
    "polygon": _polygon,
    "rectangle": _rectangle,
    "oriented_rectangle": _turned,
    "rotation": _turned,  # X-AnyLabeling's word for it
    "circle": _circle,
    "line": _line,
    "linestrip": _linestrip,
    "point": _point,
    "points": _points,
    "mask": _mask,
}
