"""Writes YOLO datasets as Ultralytics reads them, as a zip: a label file per picture, and data.yaml.

Detection says boxes only: other shapes become the box around them. Segmentation says one ring per line.
Pose says boxes with keypoints. All shares lie within the picture, as Ultralytics refuses others: what
lies further out is cut. What YOLO cannot say is counted and told.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from msgspec.json import decode

from safelight.domain import rle
from safelight.domain.annotations import ABSENT, Shape, ShapeKind
from safelight.domain.datasets import Label
from safelight.domain.geometry import Number, bounds, polygon_bounds, rings
from safelight.formats.member_names import MemberNames
from safelight.formats.writing import LeftOut, Out, Picture, Writing, Written, beside
from safelight.formats.zip_stream import ZipStream

_Size = tuple[int, int]
_Say = Callable[[Shape, _Size, Counter[str]], list[list[float]]]
"""The numbers behind the class of each line that says a shape. Raises LeftOut."""

_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CUT = "shape cut at the edge of its picture"


def write_boxes(out: Out, writing: Writing) -> Written:
    """A dataset for detection."""
    return _write(out, writing, _box_line)


def write_polygons(out: Out, writing: Writing) -> Written:
    """A dataset for segmentation."""
    return _write(out, writing, _polygon_lines)


def write_poses(out: Out, writing: Writing) -> Written:
    """A dataset for pose estimation. All shapes get as many points as the longest skeleton has."""
    pose = _Pose(max((len(_point_names(label)) for label in writing.labels), default=0))
    return _write(out, writing, pose.line, pose)


def _write(out: Out, writing: Writing, say: _Say, pose: _Pose | None = None) -> Written:
    written, names = Written(), MemberNames()
    classes = {label.key: at for at, label in enumerate(writing.labels)}
    folder = "" if writing.is_flat else "labels/"
    with ZipStream(out, writing.scratch) as archive:
        for picture in writing.pictures:
            written.begin(picture)
            name = names.take(picture.file_name)
            if str(name) != picture.file_name:
                written.changed["name of a picture that is unsafe or taken"] += 1
            if picture.open is not None:
                with picture.open() as file:
                    archive.copy(f"images/{name}", file)
            lines = _lines(picture, classes, say, written)
            archive.add(f"{folder}{name.with_suffix('.txt')}", "".join(lines).encode())
        archive.add("data.yaml", _described(writing.labels, pose))
    return written


def _lines(picture: Picture, classes: dict[int, int], say: _Say, written: Written) -> list[str]:
    lines = []
    for shape in picture.annotation.shapes if picture.annotation else ():
        try:
            if shape.label_key not in classes:
                raise LeftOut("shape of a label that is gone")
            if not picture.width or not picture.height:
                raise LeftOut("shape of a picture whose size is not known")
            said = say(shape, (picture.width, picture.height), written.changed)
        except LeftOut as left_out:
            written.left_out[str(left_out)] += 1
            continue
        number = classes[shape.label_key]
        lines += [f"{number} {' '.join(map(_text, numbers))}\n" for numbers in said]
        written.shapes += 1
        written.changed.update(f"{word} of a shape" for word in beside(shape))
    return lines


def _text(number: float) -> str:
    """Digits enough to read the same number back."""
    return str(int(number)) if number == int(number) else repr(number)


def _box_line(shape: Shape, size: _Size, changed: Counter[str]) -> list[list[float]]:
    box = _box(shape, size)
    if shape.kind is not ShapeKind.RECTANGLE:
        changed[f"{shape.kind.word} written as the box around it"] += 1
    return [_box_shares(box, size, changed)]


def _polygon_lines(shape: Shape, size: _Size, changed: Counter[str]) -> list[list[float]]:
    if shape.kind is ShapeKind.RECTANGLE:
        x, y, width, height = shape.coordinates
        parts = [[[x, y], [x + width, y], [x + width, y + height], [x, y + height]]]
        changed["rectangle written as a polygon"] += 1
    elif shape.kind is ShapeKind.POLYGON:
        parts = rings(shape.coordinates)
        if shape.box is not ABSENT:
            changed["box of a polygon"] += 1
    else:
        raise LeftOut(f"{shape.kind.word}: YOLO's segmentation has no word for it")
    if not parts or any(len(part) < 3 for part in parts):
        raise LeftOut("polygon with fewer than 3 points")
    if len(parts) > 1:
        changed["polygon of several parts written as one polygon each"] += 1
    return [_shares(part, size, changed) for part in parts]


class _Pose:
    def __init__(self, points: int) -> None:
        self.points = points  # 0 until the first shape tells

    def line(self, shape: Shape, size: _Size, changed: Counter[str]) -> list[list[float]]:
        if shape.kind is not ShapeKind.KEYPOINTS:
            raise LeftOut(f"{shape.kind.word}: YOLO's pose has no word for it")
        points = shape.coordinates
        self.points = self.points or len(points)
        if len(points) > self.points:
            raise LeftOut(f"keypoints of more than {self.points} points")
        if len(points) < self.points:
            changed["keypoints filled up with points that are not seen"] += 1
            points = points + [[0, 0, 0]] * (self.points - len(points))
        if shape.box is ABSENT:
            changed["keypoints without a box got the one around them"] += 1
        numbers = _box_shares(_box(shape, size), size, changed)
        for x, y, visibility in points:
            numbers += [*_shares([[x, y]], size, changed), visibility]
        return [numbers]


def _box(shape: Shape, size: _Size) -> Sequence[Number]:
    """The box of a shape, or the one around it. Raises LeftOut."""
    box: Sequence[Number] | None = None
    if shape.kind is ShapeKind.RECTANGLE:
        box = shape.coordinates
    elif shape.kind is ShapeKind.MASK:
        try:
            box = rle.box_of(shape.coordinates, size[1])
        except ValueError as error:
            raise LeftOut("mask that cannot be read") from error
    elif shape.kind in {ShapeKind.POLYGON, ShapeKind.KEYPOINTS}:
        box = decode(shape.box) or _box_around(shape)
    else:
        raise LeftOut(f"{shape.kind.word}: YOLO has no word for it")
    if not box:
        raise LeftOut(f"{shape.kind.word} without any point")
    return box


def _box_around(shape: Shape) -> Sequence[Number] | None:
    if shape.kind is ShapeKind.POLYGON:
        return polygon_bounds(shape.coordinates)
    return bounds(point[:2] for point in shape.coordinates if point[2] > 0)


def _box_shares(box: Sequence[Number], size: _Size, changed: Counter[str]) -> list[float]:
    """Centre and size as shares of the picture. Raises LeftOut if nothing of it lies in there."""
    left, top = box[0], box[1]
    right, bottom = left + box[2], top + box[3]
    if left < 0 or top < 0 or right > size[0] or bottom > size[1]:
        if left >= size[0] or top >= size[1] or right <= 0 or bottom <= 0:
            raise LeftOut("shape outside of its picture")
        changed[_CUT] += 1
        left, top = max(left, 0), max(top, 0)
        right, bottom = min(right, size[0]), min(bottom, size[1])
    return [
        (left + right) / 2 / size[0],
        (top + bottom) / 2 / size[1],
        (right - left) / size[0],
        (bottom - top) / size[1],
    ]


def _shares(points: Iterable[Sequence[Number]], size: _Size, changed: Counter[str]) -> list[float]:
    exact = [value / side for point in points for value, side in zip(point, size, strict=True)]
    within = [min(max(share, 0), 1) for share in exact]
    if within != exact:
        changed[_CUT] += 1
    return within


def _described(labels: Sequence[Label], pose: _Pose | None) -> bytes:
    """The text of data.yaml."""
    lines = ["path: .", "train: images", "val: images", f"nc: {len(labels)}"]
    lines += ["names:", *(f"  {at}: {_quoted(label.name)}" for at, label in enumerate(labels))]
    if not labels:
        lines[-1] = "names: []"
    if pose is not None and pose.points:
        lines.append(f"kpt_shape: [{pose.points}, 3]")
        named = {at: _point_names(label) for at, label in enumerate(labels)}
        if any(named.values()):
            lines.append("kpt_names:")
            lines += [
                f"  {at}: [{', '.join(map(_quoted, names))}]"
                for at, names in named.items()
                if names
            ]
    return "".join(f"{line}\n" for line in lines).encode()


def _point_names(label: Label) -> list[str]:
    return [str(name) for name in (label.skeleton or {}).get("vertices", [])]


def _quoted(text: str) -> str:
    """A text in YAML's double quotes, which are JSON's but for what YAML calls unprintable."""
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
