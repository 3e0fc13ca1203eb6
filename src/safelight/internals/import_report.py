"""What an import would do, in numbers and first names, found out without changing anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from safelight.domain.annotations import ABSENT, MergeMode, ShapeKind
from safelight.formats.found import Found
from safelight.formats.spill import Spill
from safelight.internals.import_labels import Wanted
from safelight.internals.import_matched import Picture, Pictures
from safelight.internals.import_reading import Parameters
from safelight.store import documents
from safelight.store.db import Read

NAMED = 20  # pictures, boxes, bad records
LABELS = 200
OUT_PX = 1.0  # so far out of the picture a box may be, as annotation tools round
_TOLD_EVERY = 5000

Progress = Callable[[int, int], object]


class _Sketch(Struct):
    kind: str = field(name="k")
    geometry: Raw = field(name="g", default=ABSENT)
    box: Raw = field(name="b", default=ABSENT)


_sketches = msgspec.json.Decoder(list[_Sketch])
_box = msgspec.json.Decoder(tuple[float, float, float, float])


class Shapes:
    """The shapes of all pictures, counted in one walk over the spill."""

    def __init__(self, found: Found, spill: Spill) -> None:
        self._found, self._spill = found, spill
        self.kinds: Counter[str] = Counter()
        self.labels: Counter[str] = Counter()
        self.outside: list[str] = []
        self.outside_total = 0

    def count(self, pictures: Pictures, progress: Progress) -> None:
        for done, picture in enumerate(pictures, start=1):
            positions = self._spill.of_image(picture.image)
            texts = self._spill.texts(positions)
            self._count(picture, _sketches.decode(b"[{%b]" % b",{".join(texts)) if texts else [])
            for position in positions:
                category = self._found.categories[self._spill.categories[position]]
                self.labels[category.name.strip()] += 1
            if done % _TOLD_EVERY == 0 or done == len(pictures):
                progress(done, len(pictures))

    def _count(self, picture: Picture, sketches: Sequence[_Sketch]) -> None:
        self.kinds.update(ShapeKind(sketch.kind).word for sketch in sketches)
        if picture.width and picture.height:
            for box in _boxes(sketches):
                if _is_out(box, picture.width, picture.height):
                    self._note(picture, box)

    def _note(self, picture: Picture, box: Sequence[float]) -> None:
        self.outside_total += 1
        if len(self.outside) < NAMED:
            numbers = ", ".join(f"{number:g}" for number in box)
            size = f"{picture.width} x {picture.height}"
            self.outside.append(f"{picture.name}: box [{numbers}] in a picture of {size}")


def _boxes(sketches: Sequence[_Sketch]) -> Iterator[tuple[float, float, float, float]]:
    """The boxes that the file says: of rectangles, and beside other shapes."""
    for sketch in sketches:
        said = sketch.geometry if sketch.kind == ShapeKind.RECTANGLE else sketch.box
        if bytes(said) != bytes(ABSENT):
            yield _box.decode(said)


def _is_out(box: Sequence[float], width: int, height: int) -> bool:
    x, y, w, h = box
    return min(x, y) < -OUT_PX or x + w > width + OUT_PX or y + h > height + OUT_PX


def report(
    read: Read,
    parameters: Parameters,
    format: str,
    found: Found,
    matched: Pictures,
    pictures: Pictures,
    shapes: Shapes,
    wanted: Wanted,
) -> dict[str, Any]:
    """As JSON. `pictures` are those of the `matched` that would be imported."""
    rejects = found.rejects
    known = sum(map(bool, pictures.asset_keys))
    unknown = list(matched.unknown)
    return {
        "format": format,
        "pictures": {
            "total": len(matched),
            "in_version": known,
            "in_datalake": sum(map(bool, pictures.data_keys)) - known,
            "unknown": len(unknown),
            "unknown_first": [picture.name for picture in unknown[:NAMED]],
            "unknown_with_file": sum(picture.image in found.members for picture in unknown),
        },
        "labels": _labels(shapes, wanted, create=parameters.create_labels),
        "shapes": {"total": shapes.kinds.total(), "by_kind": dict(shapes.kinds.most_common())},
        "outside": {"total": shapes.outside_total, "first": shapes.outside},
        "bad": {"total": rejects.total, "first": [asdict(one) for one in rejects.first[:NAMED]]},
        "effect": _effect(read, parameters.mode, pictures),
    }


def _labels(shapes: Shapes, wanted: Wanted, *, create: bool) -> dict[str, Any]:
    """The labels that the version has, and those that it lacks, each with its shapes."""

    def counted(names: Sequence[str]) -> list[dict[str, Any]]:
        most = sorted(names, key=lambda name: -shapes.labels[name])[:LABELS]
        return [{"name": name, "shapes": shapes.labels[name]} for name in most]

    return {
        "known_total": len(wanted.known),
        "missing_total": len(wanted.missing),
        "known": counted(list(wanted.known)),
        "missing": counted(wanted.missing),
        "create": create,
    }


def _effect(read: Read, mode: MergeMode, pictures: Pictures) -> dict[str, Any]:
    """How many pictures say something already, and how many shapes that are."""
    keys = [picture.before for picture in pictures if picture.before is not None]
    return {
        "mode": mode.value.lower(),
        "annotated": len(keys),
        "shapes_there": documents.shape_total(read, keys),
    }
