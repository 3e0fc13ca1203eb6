"""Boxes and areas of polygons in any of their three forms."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.domain.geometry import polygon_area, polygon_bounds, ring_area, rings
from safelight.errors import Invalid

SQUARE = [[0, 0], [2, 0], [2, 2], [0, 2]]


@pytest.mark.parametrize(
    "polygon", [SQUARE, [SQUARE], [[0, 0, 2, 0, 2, 2, 0, 2]]], ids=["pairs", "rings", "flat"]
)
def test_the_three_forms_of_a_polygon_are_one(polygon: Any) -> None:
    assert rings(polygon) == [SQUARE]
    assert polygon_bounds(polygon) == [0, 0, 2, 2]
    assert polygon_area(polygon) == 4


@pytest.mark.parametrize("polygon", ["x", 3, None, [1, 2], [[1, 2, 3]], [["a", "b"]], [[True, 1]]])
def test_what_is_no_polygon_is_refused(polygon: Any) -> None:
    with pytest.raises(Invalid):
        rings(polygon)


def test_nothing_has_no_box_and_no_area() -> None:
    assert polygon_bounds([]) is None
    assert polygon_area([]) == 0


coordinates = st.integers(-1000, 1000)
triangles = st.lists(st.tuples(coordinates, coordinates).map(list), min_size=3, max_size=3)


@given(triangles, coordinates, coordinates)
def test_an_area_does_not_move_turn_or_exceed_its_box(
    ring: list[list[int]], right: int, down: int
) -> None:
    area = ring_area(ring)
    assert ring_area(ring[::-1]) == area
    assert ring_area(ring[1:] + ring[:1]) == area
    assert ring_area([[x + right, y + down] for x, y in ring]) == area
    box = polygon_bounds([ring])
    assert box is not None
    assert area <= box[2] * box[3]
