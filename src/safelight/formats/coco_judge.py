"""Judges what only a whole COCO file can tell: references to nothing, ids that come twice, and what is
wanted of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import msgspec

from safelight.formats.coco import Annotation
from safelight.formats.found import Found
from safelight.formats.images import Images
from safelight.formats.json_stream import Element, elements_of
from safelight.formats.positions import Positions
from safelight.formats.reading import Reading
from safelight.formats.repeats import repeated

# What can be wrong with a shape that only the whole file can tell.
_IMAGE_UNKNOWN, _CATEGORY_UNKNOWN, _REPEATED, _UNWANTED = 1, 2, 4, 8

_annotation = msgspec.json.Decoder(Annotation)


@dataclass(slots=True)
class Defined:
    """The images or the categories of a file: a position for each id, given at first sight from
    either side, and those that were well defined. `wanted` are the positions that `only` names.
    """

    records: Images | dict[int, Any]
    positions: Positions = field(default_factory=Positions)
    wanted: set[int] = field(default_factory=set)

    def undefined(self) -> set[int]:
        """The positions whose ids only annotations have."""
        return {each for each in range(len(self.positions)) if each not in self.records}


@dataclass(frozen=True, slots=True)
class Placed:
    """Some consecutive annotations of the file, `before` others: their bytes, the places among them
    of those that became shapes, and the position of the first of these.
    """

    start: int
    stop: int
    before: int
    places: Sequence[int]
    first_shape: int


@dataclass(frozen=True, slots=True)
class Judge:
    """`placed` say where in `file` the shapes of the spill come from."""

    file: BinaryIO
    reading: Reading
    found: Found
    images: Defined
    categories: Defined
    placed: Sequence[Placed]

    def finish(self) -> Found:
        """Judge what only the whole file can tell: references and ids that appear twice."""
        spill = self.reading.spill
        judged = bytearray(len(spill))
        _mark(judged, _IMAGE_UNKNOWN, spill.images, self.images.undefined())
        _mark(judged, _CATEGORY_UNKNOWN, spill.categories, self.categories.undefined())
        _mark_repeated(judged, spill.ids)
        if self.reading.only is not None:
            self._mark_unwanted(judged)
        if any(judged):
            for some in self.placed:
                self._report_shapes(some, judged)
        spill.seal(len(self.images.positions), judged)
        if self.reading.only is not None:
            self._forget_unwanted_images()
        return self.found

    def _mark_unwanted(self, judged: bytearray) -> None:
        spill = self.reading.spill
        for some in self.placed:
            for shape, place in enumerate(some.places, start=some.first_shape):
                names = f"annotation {spill.ids[shape]}", f"annotations[{some.before + place}]"
                if not (
                    spill.images[shape] in self.images.wanted
                    or spill.categories[shape] in self.categories.wanted
                    or self.reading.wants(*names)
                ):
                    judged[shape] = _UNWANTED

    def _report_shapes(self, some: Placed, judged: bytearray) -> None:
        """Name the bad ones of some, whose text is read again."""
        verdicts = judged[some.first_shape : some.first_shape + len(some.places)]
        if not any(verdict not in {0, _UNWANTED} for verdict in verdicts):
            return
        self.file.seek(some.start)
        text = self.file.read(some.stop - some.start)
        elements = elements_of(text, some.start, some.places[-1] + 1)
        for place, verdict in zip(some.places, verdicts, strict=True):
            if verdict not in {0, _UNWANTED}:
                self._report_shape(some.before + place, elements[place], verdict)

    def _report_shape(self, place: int, element: Element, verdict: int) -> None:
        record: Annotation = _annotation.decode(element.text)
        reasons = []
        if verdict & _IMAGE_UNKNOWN:
            reasons.append(f"image_id {record.image_id} is unknown")
        if verdict & _CATEGORY_UNKNOWN:
            reasons.append(f"category_id {record.category_id} is unknown")
        if verdict & _REPEATED:
            reasons.append(f"its id {record.id} appears twice")
        name = f"annotations[{place}]" if verdict & _REPEATED else f"annotation {record.id}"
        self.found.rejects.add(name, ", ".join(reasons), offset=element.offset, record=element.text)

    def _forget_unwanted_images(self) -> None:
        images = self.found.images
        for position in range(len(self.images.positions)):
            is_wanted = position in self.images.wanted or self.reading.spill.of_image(position)
            if position in images and not is_wanted:
                del images[position]


def _mark(judged: bytearray, mark: int, named: Sequence[int], unknown: Collection[int]) -> None:
    if unknown:
        for shape, position in enumerate(named):
            if position in unknown:
                judged[shape] |= mark


def _mark_repeated(judged: bytearray, ids: Collection[int]) -> None:
    """Mark all shapes of an id but the first."""
    again = repeated(ids)
    if not again:
        return
    seen = set()
    for shape, id in enumerate(ids):
        if id in seen:
            judged[shape] |= _REPEATED
        elif id in again:
            seen.add(id)
