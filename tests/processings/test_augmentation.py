"""The geometry of the shipped augmentation."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight import Classification, Keypoints, Line, Mask, Point, Polygon, Rectangle
from safelight.processings.augmentation.geometry import (
    XY,
    Shape,
    clipped,
    moved,
    zoom,
)

SIZE = (400, 300)


def stay(points: list[XY]) -> list[XY]:
    return points


def mirrored(points: list[XY]) -> list[XY]:
    return [(SIZE[0] - x, y) for x, y in points]


def shifted(dx: float, dy: float = 0) -> object:
    return lambda points: [(x + dx, y + dy) for x, y in points]


EVERY_KIND: list[Shape] = [
    Rectangle("coin", 10, 20, 30, 40),
    Polygon.of("coin", [(10, 10), (50, 10), (30, 60)]),
    Line("edge", ((1, 1), (9, 9), (20, 5))),
    Point("spot", 7, 8),
    Keypoints("hand", ((5, 5, 2), (0, 0, 0), (9, 9, 1))),
    Classification("silver"),
]


def test_shapes_that_do_not_move_stay_as_they_are() -> None:
    assert moved(EVERY_KIND, stay, SIZE, 0.3) == EVERY_KIND


def test_mirroring_twice_changes_nothing() -> None:
    once = moved(EVERY_KIND, mirrored, SIZE, 0.3)
    assert once[0] == Rectangle("coin", 360, 20, 30, 40)
    assert moved(once, mirrored, SIZE, 0.3) == EVERY_KIND


def test_a_mask_is_left_out_as_it_cannot_be_moved() -> None:
    assert moved([Mask("coin", {"counts": "x"})], stay, SIZE, 0.3) == []


@pytest.mark.parametrize(
    ("dx", "expected"),
    [
        (0, Rectangle("coin", 10, 20, 100, 40)),
        (-60, Rectangle("coin", 0, 20, 50, 40)),  # half of it is left
        (-90, None),  # a fifth is left
        (-200, None),
    ],
)
def test_a_box_is_cut_at_the_frame_and_left_out_when_too_little_stays(
    dx: float, expected: Rectangle | None
) -> None:
    result = moved([Rectangle("coin", 10, 20, 100, 40)], shifted(dx), SIZE, 0.3)  # type: ignore[arg-type]
    assert result == ([] if expected is None else [expected])


def test_the_box_of_a_round_thing_does_not_grow_when_it_is_turned() -> None:
    turn = math.radians(45)

    def turned(points: list[XY]) -> list[XY]:
        sin, cos = math.sin(turn), math.cos(turn)
        return [
            (200 + cos * (x - 200) - sin * (y - 150), 150 + sin * (x - 200) + cos * (y - 150))
            for x, y in points
        ]

    (box,) = moved([Rectangle("coin", 180, 130, 40, 40)], turned, SIZE, 0.3)
    assert isinstance(box, Rectangle)
    assert (box.w, box.h) == pytest.approx((40, 40), abs=0.01)


def test_a_polygon_is_cut_along_the_frame() -> None:
    square = Polygon.of("field", [(-50, 50), (50, 50), (50, 150), (-50, 150)])
    (cut,) = moved([square], stay, SIZE, 0.3)
    assert isinstance(cut, Polygon)
    assert sorted(cut.rings[0]) == [(0, 50), (0, 150), (50, 50), (50, 150)]


def test_keypoints_outside_become_absent_and_the_rest_stays() -> None:
    hand = Keypoints("hand", ((5, 5, 2), (395, 5, 2)))
    assert moved([hand], shifted(10), SIZE, 0.3) == [  # type: ignore[arg-type]
        Keypoints("hand", ((15, 5, 2), (0, 0, 0)))
    ]


points = st.tuples(st.floats(-800, 800), st.floats(-800, 800))


@given(ring=st.lists(points, min_size=3, max_size=8))
def test_a_cut_ring_lies_in_the_frame_and_a_ring_inside_is_not_changed(ring: list[XY]) -> None:
    cut = clipped(ring, SIZE)
    assert all(0 <= x <= SIZE[0] and 0 <= y <= SIZE[1] for x, y in cut)
    assert clipped(cut, SIZE) == cut


@given(angle=st.floats(-180, 180), width=st.integers(1, 4000), height=st.integers(1, 4000))
def test_a_zoomed_picture_covers_its_frame_at_any_angle(
    angle: float, width: int, height: int
) -> None:
    turn = math.radians(-angle)
    grown = zoom(angle, (width, height)) * (1 + 1e-9)
    for x, y in ((width / 2, height / 2), (width / 2, -height / 2)):
        at = (x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn))
        assert abs(at[0]) <= width / 2 * grown
        assert abs(at[1]) <= height / 2 * grown
