"""Laws of annotation documents: numbers stay unique, and what was sent comes back exactly."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from safelight.domain.annotations import (
    EMPTY,
    Annotation,
    AnnotationStatus,
    Document,
    MergeMode,
    Numbers,
    Shape,
    ShapeKind,
    add_annotation,
    add_shapes,
    build,
    change_annotation,
    change_shape,
    counts,
    draft,
    merge,
    parse,
    remove_annotation,
    remove_label,
    remove_shape,
    set_shapes,
    shape_count,
)
from safelight.errors import Invalid, NotFound

numbers = st.one_of(
    st.integers(-(2**60), 2**60), st.floats(allow_nan=False, allow_infinity=False, width=64)
)
points = st.tuples(numbers, numbers).map(list)
geometries = st.one_of(
    st.tuples(st.just(ShapeKind.RECTANGLE), st.tuples(*[numbers] * 4).map(list)),
    st.tuples(st.just(ShapeKind.POLYGON), st.lists(points, min_size=1)),
    st.tuples(st.just(ShapeKind.POLYGON), st.lists(st.lists(points, min_size=1), min_size=1)),
    st.tuples(st.just(ShapeKind.LINE), st.lists(points)),
    st.tuples(st.just(ShapeKind.POINT), points),
    st.tuples(st.just(ShapeKind.CLASSIFICATION), st.none()),
    st.tuples(st.just(ShapeKind.MASK), st.text(st.characters(min_codepoint=48, max_codepoint=111))),
)
drafts = st.builds(
    lambda kind_geometry, label, text: draft(kind_geometry[0], label, kind_geometry[1], text=text),
    geometries,
    st.integers(1, 5),
    st.none() | st.text(),
)
new_annotations = st.builds(
    lambda shapes: Annotation(0, 7, shapes=tuple(shapes)), st.lists(drafts, max_size=3)
)


@given(geometries, st.none() | st.text())
def test_geometry_and_text_come_back_as_they_were_sent(
    kind_geometry: tuple[ShapeKind, Any], text: str | None
) -> None:
    kind, geometry = kind_geometry
    document, _ = add_annotation(
        EMPTY, Annotation(0, 1, shapes=(draft(kind, 3, geometry, text=text),)), Numbers()
    )
    read = parse(build(document))
    assert read == document
    [shape] = read.annotations[0].shapes
    back = shape.coordinates
    assert (back, shape.text) == (geometry, text)
    assert repr(back) == repr(geometry)  # 1 and 1.0 are equal, but they are not what was sent


def test_digits_are_kept_as_the_text_had_them() -> None:
    raw = Raw(b"[1.50, 2e1,12345678901234567890123,4]")
    document, _ = add_annotation(
        EMPTY, Annotation(0, 1, shapes=(draft(ShapeKind.RECTANGLE, 3, raw),)), Numbers()
    )
    changed = change_annotation(parse(build(document)), 1, duration=3.5)
    assert b"[1.50, 2e1,12345678901234567890123,4]" in build(changed)


edits = st.lists(
    st.one_of(
        st.tuples(st.just("annotate"), new_annotations),
        st.tuples(st.just("add"), st.integers(0, 5), st.lists(drafts, max_size=3)),
        st.tuples(st.just("set"), st.integers(0, 5), st.lists(drafts, max_size=3)),
        st.tuples(st.just("merge"), new_annotations, st.sampled_from(MergeMode)),
        st.tuples(st.just("remove"), st.integers(0, 5)),
        st.tuples(st.just("remove shape"), st.integers(0, 9)),
        st.tuples(st.just("remove label"), st.integers(1, 5)),
        st.tuples(st.just("move"), st.integers(0, 9)),
    ),
    max_size=12,
)


def _step(document: Document, numbers: Numbers, edit: tuple[Any, ...]) -> tuple[Document, Numbers]:
    match edit:
        case ("annotate", new):
            return add_annotation(document, new, numbers)
        case ("add", number, shapes):
            return add_shapes(document, number, shapes, numbers)
        case ("set", number, shapes):
            return set_shapes(document, number, shapes, numbers)
        case ("merge", new, mode):
            return merge(document, new, mode, numbers)
        case ("remove", number):
            return remove_annotation(document, number), numbers
        case ("remove shape", number):
            return remove_shape(document, number), numbers
        case ("remove label", key):
            return remove_label(document, key), numbers
        case _:
            return change_shape(document, edit[1], label_key=9, text="moved"), numbers


@given(edits)
def test_no_number_is_given_twice_whatever_is_edited(steps: list[tuple[Any, ...]]) -> None:
    document, numbers = EMPTY, Numbers()
    met: dict[int, tuple[ShapeKind, Raw]] = {}
    for step in steps:
        before = numbers
        try:
            document, numbers = _step(document, numbers, step)
        except NotFound:
            continue
        assert numbers.annotation >= before.annotation
        assert numbers.shape >= before.shape
        found = [one for annotation in document.annotations for one in annotation.shapes]
        assert len({one.number for one in found}) == len(found)
        for one in found:
            assert 0 < one.number < numbers.shape
            assert met.setdefault(one.number, (one.kind, one.geometry)) == (one.kind, one.geometry)
        listed = [annotation.number for annotation in document.annotations]
        assert listed == sorted(set(listed))
        assert all(0 < number < numbers.annotation for number in listed)
        assert sum(counts(document).values()) == shape_count(document) == len(found)
        assert parse(build(document)) == document


@pytest.mark.parametrize(
    ("mode", "had", "expected"),
    [
        (MergeMode.REPLACE, True, [["new"]]),
        (MergeMode.REPLACE, False, [["new"]]),
        (MergeMode.KEEP, True, [["old"]]),
        (MergeMode.KEEP, False, [["new"]]),
        (MergeMode.CONCATENATE, True, [["old", "new"]]),
        (MergeMode.CONCATENATE, False, [["new"]]),
    ],
)
def test_merging_does_what_its_mode_says(
    mode: MergeMode, had: bool, expected: list[list[str]]
) -> None:
    document, numbers = EMPTY, Numbers()
    if had:
        document, numbers = add_annotation(document, _saying("old"), numbers)
    document, _ = merge(document, _saying("new"), mode, numbers)
    assert [[shape.text for shape in one.shapes] for one in document.annotations] == expected


def _saying(text: str) -> Annotation:
    return Annotation(0, 1, shapes=(draft(ShapeKind.CLASSIFICATION, 1, text=text),))


def test_a_moved_shape_loses_what_a_file_had_said_of_its_old_place() -> None:
    shape = Shape(
        1, ShapeKind.POLYGON, 1, Raw(b"[[0,0,1,0,1,1]]"), box=Raw(b"[0,0,1,1]"), area=Raw(b"0.5")
    )
    document = Document((Annotation(1, 1, shapes=(shape,)),))
    assert b'"b":[0,0,1,1],"ar":0.5' in build(document)
    moved = change_shape(document, 1, geometry=[[0, 0], [2, 0], [2, 2]])
    assert b'"b"' not in build(moved)
    assert b'"ar"' not in build(moved)


@pytest.mark.parametrize(
    ("kind", "geometry"),
    [
        (ShapeKind.RECTANGLE, [1, 2, 3]),
        (ShapeKind.RECTANGLE, [1, 2, 3, "4"]),
        (ShapeKind.RECTANGLE, [1, 2, 3, float("nan")]),
        (ShapeKind.RECTANGLE, None),
        (ShapeKind.POLYGON, [1, 2]),
        (ShapeKind.POLYGON, [[1, 2, 3]]),
        (ShapeKind.POLYGON, [[[1, 2], [3]]]),
        (ShapeKind.POLYGON, [[1, 2], [3, None]]),
        (ShapeKind.LINE, [[1, 2, 3]]),
        (ShapeKind.POINT, [1]),
        (ShapeKind.KEYPOINTS, [[1, 2]]),
        (ShapeKind.MASK, 3),
        (ShapeKind.MASK, "run lengths"),
        (ShapeKind.MASK, {"counts": [1, 2]}),
    ],
)
def test_a_geometry_that_is_none_is_refused(kind: ShapeKind, geometry: Any) -> None:
    with pytest.raises(Invalid):
        draft(kind, 1, geometry)


def test_what_is_not_there_is_not_found() -> None:
    for edit in (
        lambda: change_shape(EMPTY, 1, text="x"),
        lambda: remove_shape(EMPTY, 1),
        lambda: remove_annotation(EMPTY, 1),
        lambda: change_annotation(EMPTY, 1, status=AnnotationStatus.ACCEPTED),
        lambda: add_shapes(EMPTY, 1, [], Numbers()),
    ):
        with pytest.raises(NotFound):
            edit()
