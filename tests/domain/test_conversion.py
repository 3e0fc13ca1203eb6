"""Conversions are exact, say why they are not possible, and change nothing when done again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.structs import replace

from safelight.domain.annotations import Annotation, Document, Shape, ShapeKind, draft
from safelight.domain.conversion import Inconvertible, Tally, convert, convert_document

R, P, C, L, PT, KP, M = (
    ShapeKind.RECTANGLE,
    ShapeKind.POLYGON,
    ShapeKind.CLASSIFICATION,
    ShapeKind.LINE,
    ShapeKind.POINT,
    ShapeKind.KEYPOINTS,
    ShapeKind.MASK,
)
SQUARE = {"counts": [0, 4], "size": [2, 2]}
RING = {"counts": [0, 4, 1, 4], "size": [3, 3]}


@pytest.mark.parametrize(
    ("kind", "geometry", "to", "text"),
    [
        (P, "[[1,2],[4,2],[4,6]]", R, "[1,2,3,4]"),
        (P, "[[0.1,0.2],[0.3,0.2],[0.3,0.9]]", R, "[0.1,0.2,0.2,0.7]"),  # in floats 0.19999...
        (P, "[[1,2,4,2,4,6],[10,10,11,10,11,12]]", R, "[1,2,10,10]"),
        (P, "[[[1,2],[4,2],[4,6]],[[0,0],[1,0],[1,1]]]", R, "[0,0,4,6]"),
        (L, "[[1,5],[3,2]]", R, "[1,2,2,3]"),
        (KP, "[[1,2,2],[9,9,0],[4,8,1]]", R, "[1,2,3,6]"),
        (M, json.dumps(SQUARE), R, "[0,0,2,2]"),
        (R, "[1,2,3.5,4]", P, "[[1,2],[4.5,2],[4.5,6],[1,6]]"),
        (R, "[0.1,0.2,0.2,0.1]", P, "[[0.1,0.2],[0.3,0.2],[0.3,0.3],[0.1,0.3]]"),
        (M, json.dumps(SQUARE), P, "[[0,0],[2,0],[2,2],[0,2]]"),
        (M, '{"counts":"04","size":[2,2]}', P, "[[0,0],[2,0],[2,2],[0,2]]"),
        (R, "[1,2,3,4]", PT, "[2.5,4]"),
        (P, "[[0,0],[4,0],[4,2]]", PT, "[2,1]"),
    ],
)
def test_a_shape_is_converted_without_losing_a_digit(
    kind: ShapeKind, geometry: str, to: ShapeKind, text: str
) -> None:
    converted = convert(draft(kind, 1, Raw(geometry.encode())), to)
    assert (converted.kind, bytes(converted.geometry).decode()) == (to, text)


@pytest.mark.parametrize(
    ("kind", "geometry", "to", "why"),
    [
        (PT, [1, 2], R, "a point has no box"),
        (C, None, R, "a classification has no box"),
        (L, [[1, 5], [3, 5]], R, "it covers no area"),
        (KP, [[1, 2, 2], [9, 9, 0]], R, "it covers no area"),
        (KP, [[1, 2, 0]], R, "it covers no area"),
        (P, [], R, "it covers no area"),
        (M, {"counts": [4], "size": [2, 2]}, R, "it covers no area"),
        (M, {"counts": [4], "size": [2, 2]}, P, "it covers no area"),
        (M, RING, P, "it has a hole, and the rings of a polygon are parts"),
        (M, "04", P, "its size is not known"),
        (L, [[1, 5], [3, 2]], P, "a line has no outline"),
        (R, [1, 2, 3, 4], M, "nothing is converted to a mask"),
    ],
)
def test_a_shape_that_has_no_exact_form_says_why(
    kind: ShapeKind, geometry: Any, to: ShapeKind, why: str
) -> None:
    with pytest.raises(Inconvertible, match=why):
        convert(draft(kind, 1, geometry), to)


def test_the_box_that_a_file_gave_to_keypoints_is_theirs() -> None:
    shape = replace(draft(KP, 1, [[1, 2, 2], [4, 8, 1]]), box=Raw(b"[0,0,9.50,9]"))
    assert convert(shape, R).coordinates == [0, 0, 9.5, 9]


def test_a_shape_keeps_who_it_is_and_what_was_said_of_it() -> None:
    shape = Shape(7, P, 3, Raw(b"[[0,0],[4,0],[4,2]]"), "text", {"a": 1}, area=Raw(b"4"))
    assert convert(shape, R) == Shape(7, R, 3, Raw(b"[0,0,4,2]"), "text", {"a": 1})


def document(*shapes: Shape) -> Document:
    numbered = tuple(replace(shape, number=at) for at, shape in enumerate(shapes, start=1))
    return Document((Annotation(1, 0, shapes=numbered),))


def everything(_shape: Shape) -> bool:
    return True


def test_of_one_label_a_picture_has_one_class() -> None:
    boxes = [draft(R, label, [0, 0, 1, 1]) for label in (1, 2, 1)]
    tally = Tally()
    after = convert_document(document(*boxes), C, everything, tally)
    assert [(one.number, one.label_key) for one in after.annotations[0].shapes] == [(1, 1), (2, 2)]
    assert tally.converted == 3


def test_what_cannot_be_converted_stays_or_is_removed_and_is_counted() -> None:
    before = document(draft(PT, 1, [1, 2]), draft(P, 1, [[0, 0], [4, 0], [4, 2]]))
    for remove, kinds in ((False, [PT, R]), (True, [R])):
        tally = Tally()
        after = convert_document(before, R, everything, tally, remove_others=remove)
        assert [one.kind for one in after.annotations[0].shapes] == kinds
        assert (tally.converted, tally.problems) == (1, {(PT, "a point has no box"): 1})


def test_shapes_that_are_not_meant_stay() -> None:
    before = document(draft(R, 1, [0, 0, 1, 1]), draft(R, 2, [0, 0, 1, 1]))
    after = convert_document(before, C, lambda shape: shape.label_key == 2, Tally())
    assert [one.kind for one in after.annotations[0].shapes] == [R, C]


numbers = st.integers(-99, 999) | st.floats(-99, 999).map(lambda value: round(value, 3))
points = st.tuples(numbers, numbers).map(list)
sizes = st.integers(1, 99) | st.floats(0.5, 99).map(lambda value: round(value, 3))
geometries: dict[ShapeKind, st.SearchStrategy[Any]] = {
    R: st.tuples(numbers, numbers, sizes, sizes).map(list),
    P: st.lists(points, min_size=3, max_size=5),
    C: st.none(),
    L: st.lists(points, min_size=2, max_size=4),
    PT: points,
    KP: st.lists(st.tuples(numbers, numbers, st.integers(0, 2)).map(list), max_size=3),
    M: st.lists(st.integers(1, 9), max_size=6).map(lambda runs: {"counts": runs, "size": [7, 9]}),
}
shapes = st.sampled_from(sorted(geometries)).flatmap(
    lambda kind: st.builds(draft, st.just(kind), st.integers(1, 3), geometries[kind])
)


@given(st.lists(shapes, max_size=5), st.sampled_from([R, P, PT, C]), st.booleans())
def test_converting_again_changes_nothing(said: list[Shape], to: ShapeKind, remove: bool) -> None:
    once = convert_document(document(*said), to, everything, Tally(), remove_others=remove)
    tally = Tally()
    assert convert_document(once, to, everything, tally, remove_others=remove) == once
    assert tally.converted == 0


@given(geometries[R])
def test_a_box_survives_being_a_polygon(box: list[float]) -> None:
    shape = draft(R, 1, box)
    again = convert(convert(shape, P), R)
    assert [float(each) for each in again.coordinates] == [float(each) for each in box]
