"""What a version looks like in numbers: how much is in it, of which class, how large. Sums, so parts of a version are
counted one by one and added up. Knows no storage.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import msgspec
from msgspec import Struct, field

from safelight.domain.annotations import ABSENT, AnnotationStatus, Document, Shape, ShapeKind
from safelight.domain.geometry import polygon_bounds

# Each histogram counts by the number of the bar; a bar goes from its edge to the next one.
PER_PICTURE = (*range(21), 21, 51, 101, 201, 501, 1001)
SIDES = (0, 256, 512, 768, 1024, 1536, 2048, 3072, 4096, 8192)  # pixels
AREAS = (0.0, 0.0001, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5)  # of the picture
ASPECTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.3334, 2.0, 4.0)  # width to height

Counted = dict[int, int]
_box = msgspec.json.Decoder(tuple[float, float, float, float])


class Statistics(Struct):
    """Of some pictures. `classes`: shapes by label key and kind; `with_class`: pictures that have one of it."""

    pictures: int = 0
    annotated: int = 0  # something was said of them, be it that nothing is there
    shapes: int = 0
    classes: dict[int, Counted] = field(default_factory=dict)  # kinds by their place in ShapeKind
    with_class: Counted = field(default_factory=dict)
    per_picture: Counted = field(default_factory=dict)
    sides: Counted = field(default_factory=dict)  # of pictures, the longer one
    areas: Counted = field(default_factory=dict)  # of boxes
    aspects: Counted = field(default_factory=dict)
    annotations: Counted = field(default_factory=dict)  # by the place of their status in STATUSES

    def count(self, document: Document | None, width: int | None, height: int | None) -> None:
        """Add one picture. `document` None: nothing was said of it."""
        self.pictures += 1
        if width and height:
            _one_more(self.sides, _bar(SIDES, max(width, height)))
        if document is None:
            _one_more(self.per_picture, 0)
            return
        self.annotated += 1
        shapes = [shape for annotation in document.annotations for shape in annotation.shapes]
        self.shapes += len(shapes)
        _one_more(self.per_picture, _bar(PER_PICTURE, len(shapes)))
        for label_key in {shape.label_key for shape in shapes}:
            _one_more(self.with_class, label_key)
        for annotation in document.annotations:
            _one_more(self.annotations, STATUSES.index(annotation.status or STATUSES[0]))
        for shape in shapes:
            _one_more(self.classes.setdefault(shape.label_key, {}), _PLACES[shape.kind])
            self._measure(shape, width, height)

    def _measure(self, shape: Shape, width: int | None, height: int | None) -> None:
        box = _box_of(shape)
        if box is None or box[2] <= 0 or box[3] <= 0:
            return
        _one_more(self.aspects, _bar(ASPECTS, box[2] / box[3]))
        if width and height:
            _one_more(self.areas, _bar(AREAS, box[2] / width * (box[3] / height)))

    def add(self, other: Statistics) -> None:
        """Add the numbers of other pictures."""
        self.pictures += other.pictures
        self.annotated += other.annotated
        self.shapes += other.shapes
        for label_key, kinds in other.classes.items():
            _add(self.classes.setdefault(label_key, {}), kinds)
        for name in ("with_class", "per_picture", "sides", "areas", "aspects", "annotations"):
            _add(getattr(self, name), getattr(other, name))

    @property
    def shapes_by_label(self) -> Counted:
        return {label_key: sum(kinds.values()) for label_key, kinds in self.classes.items()}

    @property
    def kinds(self) -> Counted:
        """Shapes by the place of their kind in `KINDS`."""
        found: Counted = {}
        for kinds in self.classes.values():
            _add(found, kinds)
        return found


KINDS = tuple(ShapeKind)
STATUSES = tuple(AnnotationStatus)  # the first is that of an annotation of which none was said
_PLACES = {kind: place for place, kind in enumerate(KINDS)}
_decoder = msgspec.json.Decoder(Statistics)


def parse(content: bytes) -> Statistics:
    return _decoder.decode(content)


def build(statistics: Statistics) -> bytes:
    return msgspec.json.encode(statistics)


def _bar(edges: Sequence[float], value: float) -> int:
    return bisect_right(edges, value) - 1


def _one_more(counted: Counted, key: int) -> None:
    counted[key] = counted.get(key, 0) + 1


def _add(counted: Counted, more: Counted) -> None:
    for key, number in more.items():
        counted[key] = counted.get(key, 0) + number


def _box_of(shape: Shape) -> Sequence[float] | None:
    """What a rectangle is, what a file said beside the geometry, or what a polygon fills; else nothing."""
    if shape.kind is ShapeKind.RECTANGLE:
        return _box.decode(shape.geometry)
    if shape.box is not ABSENT:
        return _said_box(shape)
    return polygon_bounds(shape.coordinates) if shape.kind is ShapeKind.POLYGON else None


def _said_box(shape: Shape) -> Sequence[float] | None:
    try:
        return _box.decode(shape.box)
    except msgspec.DecodeError:  # kept as it came
        return None
