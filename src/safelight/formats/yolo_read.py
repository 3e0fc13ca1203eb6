"""Reads YOLO datasets as Ultralytics writes them: detection, segmentation and pose.

A label file `labels/../a.txt` lies beside the picture `images/../a.jpg`, or both lie in one folder; each
of its lines is a class number and coordinates as shares of the picture, which become pixels, to a
millionth of one. A sixth number behind a box is a model's confidence. All pictures and labels of the tree
are read, whichever split they are of.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from pathlib import PurePosixPath

from safelight.domain.annotations import ShapeKind
from safelight.formats import yolo_names
from safelight.formats.found import Found
from safelight.formats.gathering import Gathering
from safelight.formats.pictures import SUFFIXES, Pictures, Size, base_name
from safelight.formats.reading import Reading, SizeOf
from safelight.formats.rejects import BadRecord
from safelight.formats.shape_text import checked, pairs, pixels, shape_text
from safelight.formats.tree import Tree
from safelight.formats.yolo_names import Names

LABELS_LIMIT = 64 * 1024**2
_SLACK = 0.01  # of the picture: rounding puts the edges of boxes a little outside
_ENDINGS = [*SUFFIXES, *map(str.upper, SUFFIXES)]
_WORDS = frozenset(
    {"readme.txt", "license.txt", "requirements.txt", "readme.roboflow.txt", "readme.dataset.txt"}
)


def read(tree: Tree, reading: Reading) -> Found:
    """Raises Invalid where nothing names the classes. Bad lines and files are in `rejects`."""
    return _Reader(tree, reading, yolo_names.read(tree)).read()


def label_files(tree: Tree, lists: AbstractSet[str]) -> list[str]:
    """All text files that can be labels; `lists` are those that name pictures."""
    others = {*lists, *yolo_names.LISTS, *_WORDS}
    return [name for name in tree.named(".txt") if base_name(name).lower() not in others]


class _Reader:
    def __init__(self, tree: Tree, reading: Reading, names: Names) -> None:
        self._tree, self._names = tree, names
        self._size_of: SizeOf = reading.size_of
        self._found = Gathering(reading)
        self._pictures = Pictures(tree)
        self._categories = self._read_categories()

    def _read_categories(self) -> dict[int, int]:
        """Positions by class number."""
        positions = {}
        for number, name in sorted(self._names.names.items()):
            points = (self._names.point_names or {}).get(number, [])
            try:
                positions[number] = self._found.category(name, points)
            except BadRecord as bad:
                self._found.reject(f"class {number}", bad)
        return positions

    def read(self) -> Found:
        labels = dict.fromkeys(label_files(self._tree, self._names.lists))
        for picture in self._pictures:
            label = next((name for name in _labels_of(picture) if name in labels), None)
            if label is not None:
                del labels[label]
            self._read_picture(picture, label)
        for label in labels:
            self._read_alone(label)
        return self._found.finish()

    def _read_picture(self, picture: str, label: str | None) -> None:
        """A picture of the tree, and what its label file says."""
        name = base_name(picture)
        try:
            size = self._pictures.size(picture)
            image = self._found.image(name, *size, member=picture)
        except BadRecord as bad:
            self._found.reject_image(name, bad, file=picture)
            return
        if label is not None:
            self._read_labels(label, image, size)
        self._found.file_done()

    def _read_alone(self, label: str) -> None:
        """A label file whose picture is not in the tree."""
        try:
            name, size = self._known(label)
            image = self._found.image(name, *size)
        except BadRecord as bad:
            self._found.reject(label, bad, file=label)
            return
        self._read_labels(label, image, size)
        self._found.file_done()

    def _known(self, label: str) -> tuple[str, Size]:
        """The one picture that is called like a label file. Raises BadRecord."""
        stem = base_name(label)[: -len(".txt")]
        names = [stem + ending for ending in _ENDINGS]
        known = [(name, size) for name in names if (size := self._size_of(name)) is not None]
        if not known:
            raise BadRecord(
                "its picture is neither in the file nor known, and without its size the shares of "
                "YOLO are no pixels"
            )
        if len(known) > 1:
            raise BadRecord(f"its picture may be {known[0][0]} or {known[1][0]}")
        return known[0]

    def _read_labels(self, label: str, image: int, size: Size) -> None:
        try:
            content = self._tree.read(label, LABELS_LIMIT)
        except BadRecord as bad:
            self._found.reject(label, bad, file=label)
            return
        for number, line in enumerate(content.split(b"\n"), start=1):
            values = line.split()
            if not values:
                continue
            where = f"{label}:{number}"
            try:
                category, text = self._shape(values, size)
            except BadRecord as bad:
                self._found.reject(where, bad, file=label, line=number, record=line, also=[label])
                continue
            self._found.add(where, image, category, text, also=[label])

    def _shape(self, values: list[bytes], size: Size) -> tuple[int, bytes]:
        """Category and text of the shape that a line says. Raises BadRecord."""
        try:
            number, *shares = map(float, values)
        except ValueError:
            raise BadRecord("it has something that is not a number") from None
        category = self._categories.get(int(number)) if number.is_integer() else None
        if category is None:
            raise BadRecord(f"class {values[0][:40].decode()} is unknown")
        if self._names.keypoints is not None:
            return category, _pose(shares, size, *self._names.keypoints)
        if len(shares) == 4:
            return category, shape_text(ShapeKind.RECTANGLE, _box(shares, size))
        if len(shares) == 5:
            attributes = {"confidence": checked(shares)[4]}
            box = _box(shares[:4], size)
            return category, shape_text(ShapeKind.RECTANGLE, box, attributes=attributes)
        if len(shares) >= 6 and len(shares) % 2 == 0:
            return category, shape_text(ShapeKind.POLYGON, _points(shares, size))
        raise BadRecord(
            f"it has {len(values)} numbers: a class and a box are 5, a class and a polygon 7, 9, 11 and so on"
        )


def _labels_of(picture: str) -> list[str]:
    """Where the labels of a picture may lie."""
    path = PurePosixPath(picture).with_suffix(".txt")
    places = [path]
    for at in range(len(path.parts) - 2, -1, -1):
        if path.parts[at] == "images":
            places.insert(0, PurePosixPath(*path.parts[:at], "labels", *path.parts[at + 1 :]))
            break
    return [str(place) for place in places]


def _check_shares(shares: Iterable[float]) -> None:
    for share in shares:
        if not -_SLACK <= share <= 1 + _SLACK:
            raise BadRecord(f"{share:g} is not a share of the picture (0 to 1)")


def _box(shares: list[float], size: Size) -> list[float]:
    """Centre and size as [x, y, w, h]."""
    _check_shares(shares)
    x, y, width, height = shares
    if width < 0 or height < 0:
        raise BadRecord("its box has a negative size")
    wide, high = size
    return pixels([(x - width / 2) * wide, (y - height / 2) * high, width * wide, height * high])


def _points(shares: list[float], size: Size) -> list[list[float]]:
    _check_shares(shares)
    wide, high = size
    return pairs(pixels(share * (high if at % 2 else wide) for at, share in enumerate(shares)))


def _pose(values: list[float], size: Size, count: int, numbers: int) -> bytes:
    """A box and points; a point that does not say whether it is seen is, unless it lies at 0, 0."""
    if len(values) != 4 + count * numbers:
        raise BadRecord(
            f"it has {1 + len(values)} numbers; with kpt_shape [{count}, {numbers}] they are "
            f"{5 + count * numbers}"
        )
    points = []
    for at in range(4, len(values), numbers):
        x, y, *seen = values[at : at + numbers]
        [point] = _points([x, y], size)
        visibility = seen[0] if seen else (2 if (x, y) != (0, 0) else 0)
        if visibility not in {0, 1, 2}:
            raise BadRecord(f"{visibility:g} does not say whether a point is seen (0, 1 or 2)")
        points.append([*point, int(visibility)])
    return shape_text(ShapeKind.KEYPOINTS, points, box=_box(values[:4], size))
