"""The annotation document: what was said of one asset, and how it changes. Knows no storage.

A document is an immutable value. Its numbers (of annotations and shapes) are given out by the
asset, which never gives one twice; see `Numbers`. Geometry is kept as the JSON text that came
(`msgspec.Raw`), so that coordinates come back digit for digit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Raw, Struct, field
from msgspec.structs import replace

from safelight.domain import rle
from safelight.domain.geometry import rings
from safelight.errors import Invalid, NotFound


class ShapeKind(StrEnum):
    """The kinds of shape, by the short word that a document holds."""

    RECTANGLE = "r"  # [x, y, w, h]
    POLYGON = "p"  # pairs [[x, y], ...], rings of pairs, or COCO's flat rings [[x1, y1, ...], ...]
    CLASSIFICATION = "c"  # no geometry
    LINE = "l"  # [[x, y], ...]
    POINT = "pt"  # [x, y]
    KEYPOINTS = "kp"  # [[x, y, visibility], ...]
    MASK = "m"  # COCO run lengths: an object or a string

    @property
    def word(self) -> str:
        """The kind's name, as people and our API say it."""
        return self.name.lower()


class AnnotationStatus(StrEnum):
    PENDING = "PENDING"
    SKIPPED = "SKIPPED"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"


class MergeMode(StrEnum):
    """What becomes of an asset's annotations when new ones arrive for it."""

    REPLACE = "REPLACE"
    KEEP = "KEEP"
    CONCATENATE = "CONCATENATE"


ABSENT = Raw(b"null")  # compared by identity: a field that holds it is left out of the document


class Shape(Struct, frozen=True, omit_defaults=True):
    """One shape. Number 0 marks a draft that has not been put into a document yet.

    `box`, `area` and `is_crowd` are what a file said beside the geometry, given back on export.
    """

    number: int = field(name="n")
    kind: ShapeKind = field(name="k")
    label_key: int = field(name="l")
    geometry: Raw = field(name="g", default=ABSENT)
    text: str | None = field(name="t", default=None)
    attributes: dict[str, Any] = field(name="x", default_factory=dict)
    extra: dict[str, Any] = field(name="e", default_factory=dict)
    box: Raw = field(name="b", default=ABSENT)
    area: Raw = field(name="ar", default=ABSENT)
    is_crowd: int | None = field(name="ic", default=None)

    @property
    def coordinates(self) -> Any:
        """The geometry as a value; None for a classification."""
        return msgspec.json.decode(self.geometry)


class Annotation(Struct, frozen=True):
    """One annotation: who said when is the asset's history; this is what was said."""

    number: int = field(name="n")
    at: int  # microseconds UTC
    status: AnnotationStatus | None = AnnotationStatus.PENDING
    duration: float = 0.0  # seconds somebody spent on it
    attributes: dict[str, Any] = field(default_factory=dict)
    shapes: tuple[Shape, ...] = field(name="s", default=())


class Head(Struct, frozen=True):
    """An annotation without its shapes, which are passed over unread."""

    number: int = field(name="n")
    status: AnnotationStatus | None = AnnotationStatus.PENDING
    duration: float = 0.0
    attributes: dict[str, Any] = field(default_factory=dict)

    def has(self, status: AnnotationStatus | None) -> bool:
        """Whether it is of this status, or of any if None is asked for."""
        return status in (None, self.status or AnnotationStatus.PENDING)


class Document(Struct, frozen=True):
    """The annotations of one asset, in the order of their creation."""

    annotations: tuple[Annotation, ...] = field(name="a", default=())

    def annotation(self, number: int) -> Annotation:
        """Raises NotFound."""
        for annotation in self.annotations:
            if annotation.number == number:
                return annotation
        raise NotFound("There is no such annotation.")

    def shape(self, number: int) -> tuple[Annotation, Shape]:
        """The shape of that number and the annotation it belongs to. Raises NotFound."""
        for annotation in self.annotations:
            for shape in annotation.shapes:
                if shape.number == number:
                    return annotation, shape
        raise NotFound("There is no such shape.")

    @property
    def last(self) -> Annotation | None:
        """The last created annotation: the one that exports and trainings read."""
        return self.annotations[-1] if self.annotations else None


EMPTY = Document()


class Numbers(Struct, frozen=True, gc=False):
    """The next numbers of an asset. They only ever grow, so no number changes its meaning."""

    annotation: int = 1
    shape: int = 1


FIRST_NUMBERS = Numbers()  # one for all that has said nothing yet: there may be millions


class _Heads(Struct, frozen=True):
    heads: tuple[Head, ...] = field(name="a", default=())


_decoder = msgspec.json.Decoder(Document)
_heads_decoder = msgspec.json.Decoder(_Heads)
_encoder = msgspec.json.Encoder()


def parse(content: bytes | None) -> Document:
    """The document behind `content`; None is the empty one."""
    return EMPTY if content is None else _decoder.decode(content)


def parse_heads(content: bytes) -> tuple[Head, ...]:
    """The annotations of a document in the order of their creation."""
    return _heads_decoder.decode(content).heads


def build(document: Document) -> bytes:
    return _encoder.encode(document)


def draft(
    kind: ShapeKind,
    label_key: int,
    geometry: Any = None,
    *,
    text: str | None = None,
    attributes: dict[str, Any] | None = None,
) -> Shape:
    """A shape without a number. `geometry`: a JSON value, or `Raw` text to be kept as it is.

    Raises Invalid if the geometry does not fit the kind.
    """
    return Shape(
        number=0,
        kind=kind,
        label_key=label_key,
        geometry=as_geometry(kind, geometry),
        text=text,
        attributes=attributes or {},
    )


_Number = int | float
_FORMS: dict[ShapeKind, msgspec.json.Decoder[Any]] = {
    ShapeKind.RECTANGLE: msgspec.json.Decoder(tuple[_Number, _Number, _Number, _Number]),
    ShapeKind.POLYGON: msgspec.json.Decoder(list[list[Any]]),
    ShapeKind.LINE: msgspec.json.Decoder(list[tuple[_Number, _Number]]),
    ShapeKind.POINT: msgspec.json.Decoder(tuple[_Number, _Number]),
    ShapeKind.KEYPOINTS: msgspec.json.Decoder(list[tuple[_Number, _Number, _Number]]),
    ShapeKind.MASK: msgspec.json.Decoder(str | dict[str, Any]),
}


def as_geometry(kind: ShapeKind, geometry: Any) -> Raw:
    """`geometry` (a JSON value, or `Raw` text) as the text to keep.

    Raises Invalid if it has not the form of the kind. Sizes and directions are the client's business.
    """
    if kind is ShapeKind.CLASSIFICATION:
        return ABSENT
    raw = geometry.copy() if isinstance(geometry, Raw) else Raw(_encoder.encode(geometry))
    try:
        decoded = _FORMS[kind].decode(raw)
    except msgspec.DecodeError as error:
        raise Invalid(f"This is not the geometry of a {kind.word}: {error}") from error
    if kind is ShapeKind.POLYGON:
        rings(decoded)
    if kind is ShapeKind.MASK:
        try:
            rle.box_of(decoded, 1)
        except ValueError as error:
            raise Invalid(f"This is not the geometry of a mask: {error}") from error
    return raw


def counts(document: Document) -> dict[int, int]:
    """Shapes per label key."""
    return Counter(shape.label_key for shape in _shapes(document))


def shape_count(document: Document) -> int:
    return sum(len(annotation.shapes) for annotation in document.annotations)


def _shapes(document: Document) -> Iterable[Shape]:
    return (shape for annotation in document.annotations for shape in annotation.shapes)


def add_annotation(
    document: Document, draft: Annotation, numbers: Numbers
) -> tuple[Document, Numbers]:
    """With one more annotation at the end: `draft` and its shapes, numbered from `numbers`."""
    shapes, after = _number(draft.shapes, numbers)
    added = replace(draft, number=numbers.annotation, shapes=shapes)
    return (
        Document((*document.annotations, added)),
        Numbers(numbers.annotation + 1, after.shape),
    )


def add_shapes(
    document: Document, annotation_number: int, drafts: Sequence[Shape], numbers: Numbers
) -> tuple[Document, Numbers]:
    """With more shapes at the end of one annotation. Raises NotFound."""
    shapes, after = _number(drafts, numbers)
    annotation = document.annotation(annotation_number)
    return _with(document, replace(annotation, shapes=annotation.shapes + shapes)), after


def set_shapes(
    document: Document, annotation_number: int, drafts: Sequence[Shape], numbers: Numbers
) -> tuple[Document, Numbers]:
    """With the shapes of one annotation replaced by new ones. Raises NotFound."""
    shapes, after = _number(drafts, numbers)
    return _with(document, replace(document.annotation(annotation_number), shapes=shapes)), after


def change_annotation(document: Document, number: int, **changes: Any) -> Document:
    """With fields of one annotation (status, duration, attributes) changed. Raises NotFound."""
    return _with(document, replace(document.annotation(number), **changes))


def change_shape(document: Document, number: int, **changes: Any) -> Document:
    """With fields of one shape (geometry, label_key, text, attributes) changed. Raises NotFound.

    A new geometry ends what a file had said of the old one: `box` and `area`.
    """
    annotation, shape = document.shape(number)
    if "geometry" in changes:
        changes["geometry"] = as_geometry(shape.kind, changes["geometry"])
        changes |= {"box": ABSENT, "area": ABSENT}
    changed = replace(shape, **changes)
    shapes = tuple(changed if one.number == number else one for one in annotation.shapes)
    return _with(document, replace(annotation, shapes=shapes))


def remove_shape(document: Document, number: int) -> Document:
    """Without one shape; its annotation stays. Raises NotFound."""
    annotation, _ = document.shape(number)
    shapes = tuple(one for one in annotation.shapes if one.number != number)
    return _with(document, replace(annotation, shapes=shapes))


def remove_annotation(document: Document, number: int) -> Document:
    """Without one annotation and its shapes. Raises NotFound."""
    document.annotation(number)
    return Document(tuple(one for one in document.annotations if one.number != number))


def remove_label(document: Document, label_key: int) -> Document:
    """Without the shapes of one label."""
    return Document(
        tuple(
            replace(one, shapes=tuple(s for s in one.shapes if s.label_key != label_key))
            for one in document.annotations
        )
    )


def merge(
    document: Document, draft: Annotation, mode: MergeMode, numbers: Numbers
) -> tuple[Document, Numbers]:
    """What an asset says after `draft` arrived for it.

    REPLACE: the draft alone. KEEP: the draft only if nothing was said. CONCATENATE: the draft's
    shapes at the end of the last annotation, or the draft if there is none.
    """
    last = document.last
    if mode is MergeMode.REPLACE or last is None:
        return add_annotation(EMPTY, draft, numbers)
    if mode is MergeMode.KEEP:
        return document, numbers
    return add_shapes(document, last.number, draft.shapes, numbers)


def _number(drafts: Sequence[Shape], numbers: Numbers) -> tuple[tuple[Shape, ...], Numbers]:
    shapes = tuple(replace(one, number=numbers.shape + at) for at, one in enumerate(drafts))
    return shapes, Numbers(numbers.annotation, numbers.shape + len(shapes))


def _with(document: Document, changed: Annotation) -> Document:
    return Document(
        tuple(changed if one.number == changed.number else one for one in document.annotations)
    )
