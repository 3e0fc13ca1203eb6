"""Writes Pascal VOC as a zip: an XML file per picture, with its boxes and polygons.

Numbers are those of `voc_read`: pixels counted from 1, the last one inside; fractions stay. What VOC
cannot say is counted and told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.json import decode

from safelight.domain.annotations import Shape, ShapeKind
from safelight.domain.geometry import Number, polygon_bounds, rings
from safelight.formats.member_names import MemberNames
from safelight.formats.shape_text import pixels
from safelight.formats.writing import LeftOut, Out, Picture, Writing, Written, beside
from safelight.formats.zip_stream import ZipStream

_NO_POSE = "Unspecified"
_FLAGS = ("truncated", "difficult", "occluded")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_ESCAPED = re.compile("[&<>\r]")
_UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN = ("attributes",)  # of what stands beside a shape, VOC says this


def write(out: Out, writing: Writing) -> Written:
    written, names = Written(), MemberNames()
    labels = {label.key: label.name for label in writing.labels}
    folder = "" if writing.is_flat else "Annotations/"
    with ZipStream(out, writing.scratch) as archive:
        for picture in writing.pictures:
            written.begin(picture)
            name = names.take(picture.file_name)
            if str(name) != picture.file_name:
                written.changed["name of a picture that is unsafe or taken"] += 1
            if picture.open is not None:
                with picture.open() as file:
                    archive.copy(f"JPEGImages/{name}", file)
            text = "".join(_file(str(name), picture, labels, written))
            archive.add(f"{folder}{name.with_suffix('.xml')}", text.encode())
    return written


def _file(
    name: str, picture: Picture, labels: Mapping[int, str], written: Written
) -> Iterator[str]:
    changed = written.changed
    yield f"<annotation>\n<filename>{_text(name, changed)}</filename>\n<size>"
    yield f"<width>{picture.width or 0}</width><height>{picture.height or 0}</height>"
    yield "<depth>3</depth></size>\n<segmented>0</segmented>\n"
    for shape in picture.annotation.shapes if picture.annotation else ():
        try:
            if shape.label_key not in labels:
                raise LeftOut("shape of a label that is gone")
            geometry = _geometry(shape)
        except LeftOut as left_out:
            written.left_out[str(left_out)] += 1
            continue
        written.shapes += 1
        changed.update(f"{word} of a shape" for word in beside(shape) if word not in _PLAIN)
        yield f"<object><name>{_text(labels[shape.label_key], changed)}</name>"
        yield _attributes(shape.attributes, changed)
        yield f"{geometry}</object>\n"
    yield "</annotation>\n"


def _geometry(shape: Shape) -> str:
    """Raises LeftOut."""
    if shape.kind is ShapeKind.RECTANGLE:
        return _box(shape.coordinates)
    if shape.kind is not ShapeKind.POLYGON:
        raise LeftOut(f"{shape.kind.word}: Pascal VOC has no word for it")
    parts = rings(shape.coordinates)
    if not parts or any(len(part) < 3 for part in parts):
        raise LeftOut("polygon with fewer than 3 points")
    box: Sequence[Number] = decode(shape.box) or polygon_bounds(shape.coordinates) or []
    return _box(box) + "".join(map(_ring, parts))


def _box(box: Sequence[Number]) -> str:
    x, y, width, height = box
    left, top, right, bottom = pixels((x + 1, y + 1, x + width, y + height))
    return f"<bndbox><xmin>{left}</xmin><ymin>{top}</ymin><xmax>{right}</xmax><ymax>{bottom}</ymax></bndbox>"


def _ring(points: Sequence[Sequence[Number]]) -> str:
    corners = [pixels((x + 1, y + 1)) for x, y in points]
    inside = (f"<x{at}>{x}</x{at}><y{at}>{y}</y{at}>" for at, (x, y) in enumerate(corners, start=1))
    return f"<polygon>{''.join(inside)}</polygon>"


def _attributes(attributes: Mapping[str, Any], changed: Counter[str]) -> str:
    """What VOC has words for, then the rest by name and value."""
    rest = dict(attributes)
    text = f"<pose>{_text(_pose(rest), changed)}</pose>"
    for flag in _FLAGS:
        is_plain = type(rest.get(flag)) is int and rest[flag] >= 0
        text += f"<{flag}>{rest.pop(flag) if is_plain else 0}</{flag}>"
    inside = [
        f"<attribute><name>{_text(name, changed)}</name><value>{_value(value, changed)}</value></attribute>"
        for name, value in rest.items()
    ]
    return text + (f"<attributes>{''.join(inside)}</attributes>" if inside else "")


def _pose(rest: dict[str, Any]) -> str:
    pose = rest.get("pose")
    if not isinstance(pose, str) or pose != pose.strip() or pose in {"", _NO_POSE}:
        return _NO_POSE
    return str(rest.pop("pose"))


def _value(value: Any, changed: Counter[str]) -> str:
    if isinstance(value, str):
        return _text(value, changed)
    changed["attribute that is no text written as one"] += 1
    return _text(msgspec.json.encode(value).decode(), changed)


def _text(text: str, changed: Counter[str]) -> str:
    sayable = _UNSAYABLE.sub("\ufffd", text)
    if sayable != text:
        changed["text with characters that XML does not have"] += 1
    return _ESCAPED.sub(lambda found: _ESCAPES[found[0]], sayable)
