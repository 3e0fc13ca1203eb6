"""The statistics of a version: what is in it, by class, per picture and by size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from safelight.api.asking import Db, Reader
from safelight.domain import statistics as numbers
from safelight.store import labels, packed, statistics, versions

router = APIRouter(tags=["datasets"])


class ClassNumbers(BaseModel):
    """`kinds`: shapes by kind; `pictures`: how many have a shape of the label."""

    id: UUID
    name: str
    color: str | None
    shapes: int
    pictures: int
    kinds: dict[str, int]


class Bar(BaseModel):
    """How many from `at_least` up to the next bar's `at_least`."""

    at_least: float
    number: int


class StatisticsView(BaseModel):
    """`state` counting: the numbers are of the first `counted_pictures` that were counted, of `pictures`.

    Areas are parts of the picture's; aspects are width to height; sides are the longer ones, in pixels. Of boxes
    are what rectangles and polygons fill.
    """

    state: Literal["ready", "counting"]
    counted_pictures: int
    pictures: int
    annotated: int
    empty: int
    shapes: int
    classes: list[ClassNumbers]
    kinds: dict[str, int]
    shapes_per_picture: list[Bar]
    picture_sides: list[Bar]
    box_areas: list[Bar]
    box_aspects: list[Bar]


@router.get("/versions/{version_id}/statistics")
def get_statistics(version_id: UUID, actor: Reader, db: Db) -> StatisticsView:
    """Pictures, shapes by class and kind, and how they spread: kept up to date, so it answers at once.

    After a great change it is counted in the background; `state` says so, and how far it has come.
    """
    with db.read() as read:
        version = versions.get(read, actor.organization_id, version_id)
        found = statistics.of(read, version)
        known, packer = labels.get(read, version), packed.packed(read)
    said = found.numbers
    classes = [
        ClassNumbers(
            id=packer.label(version.version_key, label.key),
            name=label.name,
            color=label.color,
            shapes=said.shapes_by_label.get(label.key, 0),
            pictures=said.with_class.get(label.key, 0),
            kinds=_kinds(said.classes.get(label.key, {})),
        )
        for label in known.labels
    ]
    return StatisticsView(
        state="ready" if found.is_whole else "counting",
        counted_pictures=found.pictures,
        pictures=found.total,
        annotated=said.annotated,
        empty=said.pictures - said.annotated,
        shapes=said.shapes,
        classes=classes,
        kinds=_kinds(said.kinds),
        shapes_per_picture=_bars(numbers.PER_PICTURE, said.per_picture),
        picture_sides=_bars(numbers.SIDES, said.sides),
        box_areas=_bars(numbers.AREAS, said.areas),
        box_aspects=_bars(numbers.ASPECTS, said.aspects),
    )


def _kinds(counted: numbers.Counted) -> dict[str, int]:
    return {numbers.KINDS[place].word: number for place, number in sorted(counted.items())}


def _bars(edges: Sequence[float], counted: numbers.Counted) -> list[Bar]:
    return [Bar(at_least=edge, number=counted.get(at, 0)) for at, edge in enumerate(edges)]
