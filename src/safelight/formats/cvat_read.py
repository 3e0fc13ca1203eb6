"""Reads CVAT for images 1.1: one XML file with boxes, polygons, masks, skeletons ... of many pictures.

A turned box becomes the polygon of its corners, an ellipse a polygon of many points; `rotation` stays in
the attributes. Tracks of videos and cuboids are bad records. A skeleton becomes keypoints.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from safelight.domain import rle
from safelight.domain.annotations import ShapeKind
from safelight.errors import Invalid
from safelight.formats import xml_stream
from safelight.formats.found import Found
from safelight.formats.gathering import Gathering
from safelight.formats.mask_rows import runs_of_rows
from safelight.formats.pictures import Pictures, base_name
from safelight.formats.reading import Reading
from safelight.formats.rejects import BadRecord
from safelight.formats.round_shapes import ellipse, turned_box
from safelight.formats.shape_text import number, pixels, shape_text
from safelight.formats.tree import Tree
from safelight.formats.xml_stream import Node, said

_MASK_PIXELS = 100_000_000
_WHAT_IT_IS = (
    "occluded",
    "outside",
    "z_order",
    "rotation",
    "group_id",
)  # kept where it says something


def read(tree: Tree, reading: Reading) -> Found:
    """Raises Invalid, naming the line, where the file is not CVAT's XML. Bad shapes are in `rejects`."""
    files = tree.named(".xml")
    if len(files) != 1:
        raise Invalid(f"One XML file is read as CVAT's, not {len(files)}: {', '.join(files[:3])}.")
    reader = _Reader(tree, reading, files[0])
    with tree.open(files[0]) as file:
        for record in xml_stream.records(file, "label", "image", "track"):
            reader.take(record)
    return reader.finish()


class _Reader:
    def __init__(self, tree: Tree, reading: Reading, file: str) -> None:
        self._file = file
        self._found = Gathering(reading)
        self._pictures = Pictures(tree)
        self._points: dict[str, list[str]] = {}  # of skeletons, by label

    def take(self, record: Node) -> None:
        if record.tag == "label":
            self._take_label(record)
        elif record.tag == "image":
            self._take_image(record)
        else:
            where = f"track {record.attributes.get('id', f'at line {record.line}')}"
            self._reject(where, BadRecord("tracks of videos are not read"), record, record.raw)

    def finish(self) -> Found:
        for name, points in self._points.items():
            if name and all(points):
                self._found.category(name, points)
        return self._found.finish()

    def _take_label(self, node: Node) -> None:
        """Labels come first, also those without shapes. The parts of a skeleton are no labels."""
        name, parent = said(node, "name") or "", said(node, "parent")
        if parent is not None:
            self._points.setdefault(parent, []).append(name)
            return
        if said(node, "type") == "skeleton":
            self._points.setdefault(name, [])
            return
        try:
            self._found.category(name)
        except BadRecord as bad:
            self._reject(f"label {name}", bad, node, node.raw)

    def _take_image(self, node: Node) -> None:
        said = node.attributes.get("name", "")
        name = base_name(said)
        where = f"image {name}"
        try:
            member = self._pictures.find(said) if name else None
            size = _side(node, "width"), _side(node, "height")
            image = self._found.image(name, *size, member=member)
        except BadRecord as bad:
            self._reject(where, bad, node, node.raw)
            return
        for at, child in enumerate(node.children, start=1):
            shape = f"image {name}: shape {at}"
            try:
                category, text = self._shape(child, size)
            except BadRecord as bad:
                self._reject(shape, bad, child, node.piece(child), where)
                continue
            self._found.add(shape, image, category, text)

    def _reject(self, where: str, bad: BadRecord, node: Node, record: bytes, *also: str) -> None:
        self._found.reject(
            where,
            bad,
            file=self._file,
            line=node.line,
            offset=node.offset,
            record=record,
            also=also,
        )

    def _shape(self, node: Node, size: tuple[int, int]) -> tuple[int, bytes]:
        """Raises BadRecord."""
        label = node.attributes.get("label", "")
        if node.tag == "skeleton":
            names = self._points.get(label) or [
                one.attributes.get("label", "") for one in node.findall("points")
            ]
            return self._found.category(label, names), _skeleton(node, names)
        form = _FORMS.get(node.tag)
        if form is None:
            raise BadRecord(f"a <{node.tag}> is not read")
        kind, geometry = form(node, size)
        return self._found.category(label), shape_text(kind, geometry, attributes=_attributes(node))


def _side(node: Node, side: str) -> int:
    said = node.attributes.get(side, "")
    if not (said.isascii() and said.isdigit() and 0 < len(said) < 10):
        raise BadRecord(f"its {side} is {said[:40]!r}")
    return int(said)


def _attributes(node: Node) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        name: node.attributes[name]
        for name in _WHAT_IT_IS
        if node.attributes.get(name, "0") not in {"0", "0.0", ""}
    }
    for one in node.findall("attribute"):
        attributes[one.attributes.get("name", "")] = one.text
    return attributes


def _number(node: Node, name: str) -> float:
    said = node.attributes.get(name)
    if said is None:
        raise BadRecord(f"it has no {name}")
    return number(said)


def _points(node: Node, at_least: int) -> list[list[float]]:
    said = node.attributes.get("points", "")
    points = [[number(part) for part in pair.split(",")] for pair in said.split(";") if pair]
    if any(len(point) != 2 for point in points):
        raise BadRecord("a point has not two numbers")
    if len(points) < at_least:
        raise BadRecord(f"it has {len(points)} points; it needs at least {at_least}")
    return points


_Form = tuple[ShapeKind, Any]
_Size = tuple[int, int]


def _box(node: Node, _size: _Size) -> _Form:
    left, top, right, bottom = (_number(node, side) for side in ("xtl", "ytl", "xbr", "ybr"))
    box = pixels((left, top, right - left, bottom - top))
    if box[2] < 0 or box[3] < 0:
        raise BadRecord("its box has a negative size")
    turn = number(node.attributes.get("rotation", "0"))
    if turn % 360:
        return ShapeKind.POLYGON, turned_box(box[0], box[1], box[2], box[3], turn)
    return ShapeKind.RECTANGLE, box


def _polygon(node: Node, _size: _Size) -> _Form:
    return ShapeKind.POLYGON, _points(node, 3)


def _polyline(node: Node, _size: _Size) -> _Form:
    return ShapeKind.LINE, _points(node, 2)


def _marks(node: Node, _size: _Size) -> _Form:
    """One point is a point; several belong together, as keypoints without names."""
    points = _points(node, 1)
    if len(points) == 1:
        return ShapeKind.POINT, points[0]
    return ShapeKind.KEYPOINTS, [[*point, 2] for point in points]


def _ellipse(node: Node, _size: _Size) -> _Form:
    x, y, radius_x, radius_y = (_number(node, name) for name in ("cx", "cy", "rx", "ry"))
    turn = number(node.attributes.get("rotation", "0"))
    return ShapeKind.POLYGON, ellipse(x, y, radius_x, radius_y, turn)


def _tag(_node: Node, _size: _Size) -> _Form:
    return ShapeKind.CLASSIFICATION, None


def _mask(node: Node, size: _Size) -> _Form:
    """CVAT's runs go along the rows of a part of the picture, beginning outside."""
    left, top, width, height = (_side_of(node, name) for name in ("left", "top", "width", "height"))
    if left + width > size[0] or top + height > size[1] or width * height > _MASK_PIXELS:
        raise BadRecord("its mask is larger than its picture")
    rows = bytearray()
    for at, run in enumerate(node.attributes.get("rle", "").split(",")):
        length = _length(run, most=width * height - len(rows))
        rows += (b"\1" if at % 2 else b"\0") * length
    if len(rows) != width * height:
        raise BadRecord(f"its runs are {len(rows)} pixels, not {width} x {height}")
    counts = rle.compress(runs_of_rows(bytes(rows), width, left, top, size))
    return ShapeKind.MASK, {"counts": counts, "size": [size[1], size[0]]}


def _side_of(node: Node, name: str) -> int:
    value = _number(node, name)
    if value < 0 or value != int(value):
        raise BadRecord(f"its {name} is {value}")
    return int(value)


def _length(run: str, *, most: int) -> int:
    run = run.strip()
    if not (run.isascii() and run.isdigit()) or len(run) > 10 or int(run) > most:
        raise BadRecord(f"its run {run[:40]!r} does not fit its size")
    return int(run)


_FORMS: dict[str, Callable[[Node, _Size], _Form]] = {
    "box": _box,
    "polygon": _polygon,
    "polyline": _polyline,
    "points": _marks,
    "ellipse": _ellipse,
    "tag": _tag,
    "mask": _mask,
}


def _skeleton(node: Node, names: list[str]) -> bytes:
    """Named points in the order of the label; those that are missing or outside are not seen."""
    placed = {one.attributes.get("label", ""): one for one in node.findall("points")}
    unknown = placed.keys() - set(names)
    if unknown:
        raise BadRecord(f"its point {min(unknown)!r} is not one of its label")
    points: list[list[float]] = []
    for name in names:
        one = placed.get(name)
        if one is None or one.attributes.get("outside") == "1":
            points.append([0, 0, 0])
        else:
            [point] = _points(one, 1)[:1]
            points.append([*point, 1 if one.attributes.get("occluded") == "1" else 2])
    return shape_text(ShapeKind.KEYPOINTS, points, attributes=_attributes(node))
