"""Facets: the properties of an asset that lists of assets are found by. A label's facet is its key."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from safelight.domain.annotations import Document

ALL = 0
ANNOTATED = -1
_FIRST_CROWD = -10  # downwards: how many shapes there are, in steps
_CROWDS = (0, 1, 2, 3, 4, 6, 9, 17, 33, 65, 129, 257, 513, 1025)


def facets_of(document: Document | None) -> Iterator[int]:
    """Of an asset that points to this document, or of whom nothing was said."""
    yield ALL
    if document is None:
        yield _crowd(0)
        return
    yield ANNOTATED
    shapes = [shape.label_key for annotation in document.annotations for shape in annotation.shapes]
    yield _crowd(len(shapes))
    yield from set(shapes)


def crowds(low: int | None, high: int | None) -> list[int]:
    """The facets of which one holds for every asset with so many shapes, both ends meant too."""
    last = _crowd(high) if high is not None else _FIRST_CROWD - len(_CROWDS) + 1
    return list(range(_crowd(low or 0), last - 1, -1))


def _crowd(shapes: int) -> int:
    return _FIRST_CROWD - (bisect_right(_CROWDS, shapes) - 1)
