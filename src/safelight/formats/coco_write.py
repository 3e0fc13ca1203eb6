"""Writes a COCO file piece by piece: every picture, also those nothing is said of.

What came from a file goes back digit for digit; only what a shape lacks is computed.
"""

from __future__ import annotations

import shutil
import tempfile
from typing import Any

import msgspec

from safelight.domain import rle
from safelight.domain.annotations import ABSENT, Shape, ShapeKind
from safelight.domain.datasets import Label
from safelight.domain.geometry import bounds, box_area, polygon_area, polygon_bounds
from safelight.formats.coco import TEXT
from safelight.formats.writing import Out, Picture, Writing, Written

_SPACE = b" \t\r\n"
_encode = msgspec.json.encode


def write(out: Out, writing: Writing) -> Written:
    """Write the file to `out`. Annotations wait in a scratch file until all images are written."""
    category_ids = {label.key: at for at, label in enumerate(writing.labels, start=1)}
    written = Written()
    with tempfile.TemporaryFile(dir=writing.scratch) as waiting:
        info = _encode({"description": writing.description})
        out.write(b'{"info":%b,"licenses":[],"images":[' % info)
        for picture in writing.pictures:
            written.pictures += 1
            out.write(_image(written.pictures, picture))
            for shape in picture.annotation.shapes if picture.annotation else ():
                record = _record(shape, picture)
                category_id = category_ids.get(shape.label_key)
                if record is None or category_id is None:
                    written.left_out[_why(shape, category_id)] += 1
                    continue
                written.shapes += 1
                comma = b",\n" if written.shapes > 1 else b"\n"
                ids = (comma, written.shapes, written.pictures, category_id, record)
                waiting.write(b'%b{"id":%d,"image_id":%d,"category_id":%d,%b}' % ids)
        out.write(b'\n],"annotations":[')
        waiting.seek(0)
        shutil.copyfileobj(waiting, out, 1024 * 1024)
    out.write(b'\n],"categories":[')
    categories = (_category(category_ids[label.key], label) for label in writing.labels)
    out.write(b",".join(b"\n" + category for category in categories) + b"\n]}\n")
    return written


def _why(shape: Shape, category_id: int | None) -> str:
    if category_id is None:
        return "shape of a label that is gone"
    return f"{shape.kind.word}: COCO has no word for it"


def _image(number: int, picture: Picture) -> bytes:
    image = {
        "id": number,
        "file_name": picture.file_name,
        "width": picture.width or 0,
        "height": picture.height or 0,
    }
    return (b",\n" if number > 1 else b"\n") + _encode(image)


def _category(id: int, label: Label) -> bytes:
    # A supercategory would make clients that import the file create label groups.
    category: dict[str, Any] = {"id": id, "name": label.name, "supercategory": ""}
    if label.skeleton:
        category["keypoints"] = label.skeleton.get("vertices", [])
        category["skeleton"] = label.skeleton.get("edges", [])
    return _encode(category)


def _record(shape: Shape, picture: Picture) -> bytes | None:
    """The record of a shape without its ids; None if COCO has no word for it."""
    form = _FORMS.get(shape.kind)
    if form is None:
        return None
    bbox, segmentation, area, more = form(shape, picture)
    if shape.box is not ABSENT:
        bbox = bytes(shape.box)
    if shape.area is not ABSENT:
        area = bytes(shape.area)
    if shape.text is not None:
        more += b',"%b":%b' % (TEXT.encode(), _encode(shape.text))
    if shape.attributes:
        more += b',"attributes":' + _encode(shape.attributes)
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
    mask = shape.coordinates
    if isinstance(mask, str):
        mask = {"counts": mask, "size": [picture.height or 0, picture.width or 0]}
    lengths = rle.runs(mask["counts"])
    bbox = rle.bounds(lengths, mask["size"][0])
    is_object = bytes(shape.geometry)[:1] == b"{"
    segmentation = bytes(shape.geometry) if is_object else _encode(mask)
    return _encode(bbox), segmentation, _encode(rle.area(lengths)), b""


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
