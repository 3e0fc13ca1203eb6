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
from safelight.formats.xml_stream import Node

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
        [*roots] = xml_stream.records(io.BytesIO(content), "annotation")
        if not roots:
            raise BadRecord("it has no <annotation>")
        root = roots[0]
        picture = self._picture_of(name, root)
        file_name = base_name(picture or root.said("filename") or "")
        width, height = _size(root)
        if picture is not None and not (width and height):
            width, height = self._pictures.size(picture)
        image = self._found.image(file_name, width, height, member=picture)
        for at, node in enumerate(root.all("object"), start=1):
            where = f"{name}: object {at}"
            try:
                category = self._found.category(node.said("name") or "")
                text = _shape(node)
            except BadRecord as bad:
                record = root.piece(node)
                also = [name, f"image {file_name}"]
                self._found.reject(
                    where,
                    bad,
                    file=name,
                    line=node.line,
                    offset=node.offset,
                    record=record,
                    also=also,
                )
                continue
            self._found.add(where, image, category, text, also=[name])
        return picture

    def _picture_of(self, name: str, root: Node) -> str | None:
        """The picture in the tree: as `filename` says or, where that is missing, of the same name."""
        said = root.said("filename")
        if said is not None:
            found = self._pictures.find(said)
            if found is not None or "." in said:
                return found
        stem = said or base_name(name)[: -len(".xml")]
        found_all = [self._pictures.find(stem + suffix) for suffix in SUFFIXES]
        found = next((one for one in found_all if one is not None), None)
        if found is None and said is None:
            raise BadRecord("it has no <filename>")
        return found


def _is_mask(picture: str) -> bool:
    return any(folder in picture.split("/") for folder in _MASKS)


def _size(root: Node) -> tuple[int | None, int | None]:
    size = root.one("size")
    width, height = (_side(size, side) if size else None for side in ("width", "height"))
    return width, height


def _side(size: Node, side: str) -> int | None:
    """None where a program wrote 0 or nothing for what it did not know. Raises BadRecord."""
    said = size.said(side)
    if said is None:
        return None
    try:
        value = int(said)
    except ValueError:
        value = -1
    if not 0 <= value < 2**31:
        raise BadRecord(f"its {side} is {said[:40]!r}")
    return value or None


def _shape(node: Node) -> bytes:
    """Raises BadRecord."""
    attributes = _attributes(node)
    box = _box(node.one("bndbox"))
    rings = [_ring(polygon) for polygon in node.all("polygon")]
    if rings:
        polygon = rings if len(rings) > 1 else rings[0]
        return shape_text(ShapeKind.POLYGON, polygon, attributes=attributes, box=box)
    if box is None:
        raise BadRecord("it has no <bndbox>")
    return shape_text(ShapeKind.RECTANGLE, box, attributes=attributes)


def _box(node: Node | None) -> list[float] | None:
    if node is None:
        return None
    corners = []
    for side in ("xmin", "ymin", "xmax", "ymax"):
        said = node.said(side)
        if said is None:
            raise BadRecord(f"its box has no <{side}>")
        corners.append(number(said))
    left, top, right, bottom = corners
    box = pixels((left - 1, top - 1, right - left + 1, bottom - top + 1))
    if box[2] < 0 or box[3] < 0:
        raise BadRecord(f"its box {corners} has a negative size")
    return box


def _ring(node: Node) -> list[list[float]]:
    flat = []
    for at in range(1, len(node.children) // 2 + 1):
        for axis in "xy":
            said = node.said(f"{axis}{at}")
            if said is None:
                raise BadRecord(f"its polygon has no <{axis}{at}>")
            flat.append(number(said) - 1)
    if len(flat) < 6:
        raise BadRecord(f"its polygon has {len(flat) // 2} points; it needs at least 3")
    return pairs(pixels(flat))


def _attributes(node: Node) -> dict[str, Any]:
    """What VOC says of an object beside its box, and attributes as CVAT writes them."""
    attributes: dict[str, Any] = {}
    pose = node.said("pose")
    if pose is not None and pose != "Unspecified":
        attributes["pose"] = pose
    for flag in _FLAGS:
        said = node.said(flag)
        if said is not None and said != "0":
            attributes[flag] = int(said) if said.isascii() and said.isdigit() else said
    for more in node.all("attributes"):
        for one in more.all("attribute"):
            value = one.one("value")
            attributes[one.said("name") or ""] = value.text if value else ""
    return attributes
