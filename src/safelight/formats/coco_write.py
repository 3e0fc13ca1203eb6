"""Writes a COCO file piece by piece: every picture, also those nothing is said of.

What came from a file goes back digit for digit; only what a shape lacks is computed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import msgspec

from safelight.domain import rle
from safelight.domain.annotations import ABSENT, Annotation, Shape, ShapeKind
from safelight.domain.datasets import Label
from safelight.domain.geometry import bounds, box_area, polygon_area, polygon_bounds
from safelight.formats.coco import TEXT
from safelight.formats.writing import LeftOut, Out, Picture, Writing, Written

_SPACE = b" \t\r\n"
_AT_ONCE = 256 * 1024
_encode = msgspec.json.Encoder().encode


def write(out: Out, writing: Writing) -> Written:
    """Write the file to `out`: all images, then all annotations."""
    category_ids = {label.key: at for at, label in enumerate(writing.labels, start=1)}
    written, body = Written(), _Buffered(out)
    pictures, listed = writing.pictures, writing.listed
    if listed is None:
        pictures = listed_once = list(pictures)
        listed = lambda: listed_once  # noqa: E731
    body.add(b'{"info":%b,"licenses":[],"images":[' % _description(writing))
    for at, picture in enumerate(listed(), start=1):
        written.changed.at = picture.file_name
        body.add((b",\n" if at > 1 else b"\n") + _image(picture.number or at, picture, written))
    body.add(b'\n],"annotations":[')
    for at, picture in enumerate(pictures, start=1):
        written.begin(picture)
        if picture.annotation is not None:
            number = picture.number or at
            _write_shapes(body, number, picture, picture.annotation, category_ids, written)
    categories = (_category(category_ids[label.key], label) for label in writing.labels)
    body.add(b'\n],"categories":[' + b",".join(b"\n" + each for each in categories) + b"\n]}\n")
    body.flush()
    return written


class _Buffered:
    """Hands on what is added in large pieces: a call costs more than a record."""

    def __init__(self, out: Out) -> None:
        self._out = out
        self._texts: list[bytes] = []
        self._size = 0

    def add(self, text: bytes) -> None:
        self._texts.append(text)
        self._size += len(text)
        if self._size >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        self._out.write(b"".join(self._texts))
        self._texts.clear()
        self._size = 0


def _description(writing: Writing) -> bytes:
    return _encode({"description": writing.description})


def _write_shapes(
    body: _Buffered,
    number: int,
    picture: Picture,
    annotation: Annotation,
    category_ids: Mapping[int, int],
    written: Written,
) -> None:
    for shape in annotation.shapes:
        try:
            category_id = category_ids.get(shape.label_key)
            if category_id is None:
                raise LeftOut("shape of a label that is gone")
            record = _quick_record(shape) or _record(shape, picture, written)
        except LeftOut as left_out:
            written.left_out[str(left_out)] += 1
            continue
        written.shapes += 1
        comma = b",\n" if written.shapes > 1 else b"\n"
        ids = (comma, written.shapes, number, category_id, record)
        body.add(b'%b{"id":%d,"image_id":%d,"category_id":%d,%b}' % ids)


def _image(number: int, picture: Picture, written: Written) -> bytes:
    if not picture.width or not picture.height:
        written.changed["size of a picture that is not known written as 0"] += 1
    image = (number, _encode(picture.file_name), picture.width or 0, picture.height or 0)
    return b'{"id":%d,"file_name":%b,"width":%d,"height":%d}' % image


def _category(id: int, label: Label) -> bytes:
    # A supercategory would make clients that import the file create label groups.
    category: dict[str, Any] = {"id": id, "name": label.name, "supercategory": ""}
    if label.skeleton:
        category["keypoints"] = label.skeleton.get("vertices", [])
        category["skeleton"] = label.skeleton.get("edges", [])
    return _encode(category)


def _quick_record(shape: Shape) -> bytes | None:
    """The record of what most shapes are: polygons and boxes that came from a file, put together from
    the texts that are there; None for another shape.
    """
    if shape.area is ABSENT or shape.text is not None or shape.attributes or shape.extra:
        return None
    if shape.kind is ShapeKind.POLYGON and shape.box is not ABSENT:
        box, outline = shape.box, flat_rings(bytes(shape.geometry))
    elif shape.kind is ShapeKind.RECTANGLE and shape.box is ABSENT:
        box, outline = shape.geometry, b"[]"
    else:
        return None
    texts = (box, outline, shape.area, shape.is_crowd or 0)
    return b'"bbox":%b,"segmentation":%b,"area":%b,"iscrowd":%d' % texts


def _record(shape: Shape, picture: Picture, written: Written) -> bytes:
    """The record of a shape without its ids. Raises LeftOut."""
    form = _FORMS.get(shape.kind)
    if form is None:
        raise LeftOut(f"{shape.kind.word}: COCO has no word for it")
    bbox, segmentation, area, more = form(shape, picture)
    if shape.box is not ABSENT:
        bbox = bytes(shape.box)
    if shape.area is not ABSENT:
        area = bytes(shape.area)
    if shape.text is not None:
        more += b',"%b":%b' % (TEXT.encode(), _encode(shape.text))
    if shape.attributes:
        more += b',"attributes":' + _encode(shape.attributes)
    if shape.extra.keys() - _SAID_EXTRA[shape.kind]:
        written.changed["more geometry of a shape"] += 1
    beside = (bbox, segmentation, area, shape.is_crowd or 0, more)
    return b'"bbox":%b,"segmentation":%b,"area":%b,"iscrowd":%d%b' % beside


_Form = tuple[bytes, bytes, bytes, bytes]  # bbox, segmentation, area, and what else


def _rectangle(shape: Shape, _picture: Picture) -> _Form:
    bbox = bytes(shape.geometry)
    known = shape.area is not ABSENT
    return bbox, b"[]", b"" if known else _encode(box_area(shape.coordinates)), b""


def _classification(_shape: Shape, _picture: Picture) -> _Form:
    return b"[]", b"[]", b"0", b""


def _polygon(shape: Shape, _picture: Picture) -> _Form:
    bbox = area = b"[]"
    if shape.box is ABSENT or shape.area is ABSENT:
        polygon = shape.coordinates
        bbox, area = _encode(polygon_bounds(polygon) or []), _encode(polygon_area(polygon))
    return bbox, flat_rings(bytes(shape.geometry)), area, b""


def _mask(shape: Shape, picture: Picture) -> _Form:
    """Raises LeftOut."""
    mask = shape.coordinates
    if isinstance(mask, str):
        mask = {"counts": mask, "size": [picture.height or 0, picture.width or 0]}
    bbox = area = b""
    if shape.box is ABSENT or shape.area is ABSENT:  # runs are slow to go through
        try:
            lengths = rle.runs(mask["counts"])
            bbox = _encode(rle.bounds(lengths, mask["size"][0]))
            area = _encode(rle.area(lengths))
        except (KeyError, IndexError, TypeError) as error:
            raise LeftOut("mask that cannot be read") from error
    is_object = bytes(shape.geometry)[:1] == b"{"
    segmentation = bytes(shape.geometry) if is_object else _encode(mask)
    return bbox, segmentation, area, b""


def _keypoints(shape: Shape, _picture: Picture) -> _Form:
    points = shape.coordinates
    seen = [point[:2] for point in points if point[2] > 0]
    bbox = bounds(seen) or [0, 0, 0, 0]
    flat = bytes(shape.geometry).translate(None, _SPACE)[2:-2].replace(b"],[", b",")
    more = b',"keypoints":[%b],"num_keypoints":%d' % (flat, len(seen))
    segmentation = _encode(shape.extra.get("segmentation", []))
    return _encode(bbox), segmentation, _encode(box_area(bbox)), more


_FORMS = {
    ShapeKind.RECTANGLE: _rectangle,
    ShapeKind.CLASSIFICATION: _classification,
    ShapeKind.POLYGON: _polygon,
    ShapeKind.MASK: _mask,
    ShapeKind.KEYPOINTS: _keypoints,
}
_SAID_EXTRA = defaultdict[ShapeKind, frozenset[str]](
    frozenset, {ShapeKind.KEYPOINTS: frozenset({"segmentation"})}
)


def flat_rings(polygon: bytes) -> bytes:
    """COCO's flat rings from the text of any of the three forms, digit for digit.

    The forms are those of `domain.geometry.rings`; only brackets and commas are touched.
    """
    text = polygon.translate(None, _SPACE)
    if text[:3] == b"[[[":
        rings = text[3:-3].split(b"]],[[")
    elif text[:2] == b"[[" and text[: text.find(b"]")].count(b",") == 1:
        rings = [text[2:-2]]
    else:
        return text
    return b"[[" + b"],[".join(ring.replace(b"],[", b",") for ring in rings) + b"]]"
