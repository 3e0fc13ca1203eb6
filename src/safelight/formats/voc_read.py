"""Reads Pascal VOC: an XML file per picture, with boxes and, as supervision writes them, polygons.

Boxes are first and last pixels counted from 1, as in the VOC devkit and supervision: `xmin` 1 and
`xmax` 640 are all of a picture 640 wide. Points of polygons are counted from 1 too.
Segmentation masks (SegmentationClass, SegmentationObject) are not read, and said to be so.
"""

from __future__ import annotations

import io
from typing import Any

from safelight.domain.annotations import ShapeKind
from safelight.errors import Invalid
from safelight.formats import xml_stream
from safelight.formats.found import Found
from safelight.formats.gathering import Gathering
from safelight.formats.pictures import SUFFIXES, Pictures, base_name
from safelight.formats.reading import Reading
from safelight.formats.rejects import BadRecord
from safelight.formats.shape_text import number, pairs, pixels, shape_text
from safelight.formats.tree import Tree
from safelight.formats.xml_stream import Element, Node, said

FILE_LIMIT = 16 * 1024**2
_MASKS = ("SegmentationClass", "SegmentationObject")
_FLAGS = ("truncated", "difficult", "occluded")


def read(tree: Tree, reading: Reading) -> Found:
    """Bad objects and files are in `rejects`."""
    return _Reader(tree, reading).read()


class _Reader:
    def __init__(self, tree: Tree, reading: Reading) -> None:
        self._tree = tree
        self._found = Gathering(reading)
        self._pictures = Pictures(tree)

    def read(self) -> Found:
        spoken_of = set()
        for name in self._tree.named(".xml"):
            try:
                spoken_of.add(self._read_file(name))
            except (BadRecord, Invalid) as error:
                self._found.reject(name, error, file=name)
            self._found.file_done()
        for picture in self._pictures:
            if _is_mask(picture):
                self._found.reject(picture, "segmentation masks are not read", file=picture)
            elif picture not in spoken_of:
                self._read_picture(picture)
        return self._found.finish()

    def _read_picture(self, picture: str) -> None:
        """A picture that nothing is said of."""
        name = base_name(picture)
        try:
            self._found.image(name, *self._pictures.size(picture), member=picture)
        except BadRecord as bad:
            self._found.reject_image(name, bad, file=picture)

    def _read_file(self, name: str) -> str | None:
        """Read one file; the picture in the tree that it speaks of. Raises BadRecord, Invalid."""
        content = self._tree.read(name, FILE_LIMIT)
        root = xml_stream.quickly(content, "annotation")
        if root is None:
            root = _carefully(content)
        picture = self._picture_of(name, root)
        file_name = base_name(picture or said(root, "filename") or "")
        width, height = _size(root)
        if picture is not None and not (width and height):
            width, height = self._pictures.size(picture)
        image = self._found.image(file_name, width, height, member=picture)
        bad: dict[int, BadRecord] = {}
        for at, node in enumerate(root.findall("object")):
            try:
                category = self._found.category(said(node, "name") or "")
                text = _shape(node)
            except BadRecord as reason:
                bad[at] = reason
                continue
            self._found.add(f"{name}: object {at + 1}", image, category, text, also=[name])
        if bad:
            self._reject_objects(name, _carefully(content), bad, f"image {file_name}")
        return picture

    def _reject_objects(self, name: str, root: Node, bad: dict[int, BadRecord], image: str) -> None:
        nodes = root.findall("object")
        for at, reason in bad.items():
            node = nodes[at]
            self._found.reject(
                f"{name}: object {at + 1}",
                reason,
                file=name,
                line=node.line,
                offset=node.offset,
                record=root.piece(node),
                also=[name, image],
            )

    def _picture_of(self, name: str, root: Element) -> str | None:
        """The picture in the tree: as `filename` says or, where that is missing, of the same name."""
        file_name = said(root, "filename")
        if file_name is not None:
            found = self._pictures.find(file_name)
            if found is not None or "." in file_name:
                return found
        stem = file_name or base_name(name)[: -len(".xml")]
        found_all = [self._pictures.find(stem + suffix) for suffix in SUFFIXES]
        found = next((one for one in found_all if one is not None), None)
        if found is None and file_name is None:
            raise BadRecord("it has no <filename>")
        return found


def _carefully(content: bytes) -> Node:
    """With the places of everything. Raises BadRecord, Invalid."""
    for root in xml_stream.records(io.BytesIO(content), "annotation"):
        return root
    raise BadRecord("it has no <annotation>")


def _is_mask(picture: str) -> bool:
    return any(folder in picture.split("/") for folder in _MASKS)


def _size(root: Element) -> tuple[int | None, int | None]:
    size = root.find("size")
    return (None, None) if size is None else (_side(size, "width"), _side(size, "height"))


def _side(size: Element, side: str) -> int | None:
    """None where a program wrote 0 or nothing for what it did not know. Raises BadRecord."""
    text = said(size, side) or "0"
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 2**31
    if value >= 2**31:
        raise BadRecord(f"its {side} is {text[:40]!r}")
    return value or None


def _shape(node: Element) -> bytes:
    """Raises BadRecord."""
    attributes = _attributes(node)
    box = _box(node.find("bndbox"))
    rings = [_ring(polygon) for polygon in node.findall("polygon")]
    if rings:
        polygon = rings if len(rings) > 1 else rings[0]
        return shape_text(ShapeKind.POLYGON, polygon, attributes=attributes, box=box)
    if box is None:
        raise BadRecord("it has no <bndbox>")
    return shape_text(ShapeKind.RECTANGLE, box, attributes=attributes)


def _box(node: Element | None) -> list[float] | None:
    if node is None:
        return None
    corners = [_coordinate(node, side, "box") for side in ("xmin", "ymin", "xmax", "ymax")]
    left, top, right, bottom = corners
    box = pixels((left - 1, top - 1, right - left + 1, bottom - top + 1))
    if box[2] < 0 or box[3] < 0:
        raise BadRecord(f"its box {corners} has a negative size")
    return box


def _ring(node: Element) -> list[list[float]]:
    flat = [
        _coordinate(node, f"{axis}{at}", "polygon") - 1
        for at in range(1, len(node) // 2 + 1)
        for axis in "xy"
    ]
    if len(flat) < 6:
        raise BadRecord(f"its polygon has {len(flat) // 2} points; it needs at least 3")
    return pairs(pixels(flat))


def _coordinate(node: Element, name: str, what: str) -> float:
    text = said(node, name)
    if text is None:
        raise BadRecord(f"its {what} has no <{name}>")
    return number(text)


def _attributes(node: Element) -> dict[str, Any]:
    """What VOC says of an object beside its box, and attributes as CVAT writes them."""
    attributes: dict[str, Any] = {}
    pose = said(node, "pose")
    if pose is not None and pose != "Unspecified":
        attributes["pose"] = pose
    for flag in _FLAGS:
        value = said(node, flag)
        if value is not None and value != "0":
            attributes[flag] = int(value) if value.isascii() and value.isdigit() else value
    for more in node.findall("attributes"):
        for one in more.findall("attribute"):
            attributes[said(one, "name") or ""] = one.findtext("value") or ""
    return attributes
