"""A mask's outline says exactly what the mask says."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.domain.geometry import ring_area
from safelight.domain.outlines import Corner, is_hole, outlines

masks = st.integers(1, 6).flatmap(
    lambda height: st.tuples(
        st.just(height),
        st.lists(st.lists(st.booleans(), min_size=height, max_size=height), max_size=6),
    )
)


def lengths(columns: list[list[bool]]) -> list[int]:
    """COCO's run lengths of a mask."""
    runs, inside = [0], False
    for pixel in (pixel for column in columns for pixel in column):
        if pixel is not inside:
            runs.append(0)
            inside = pixel
        runs[-1] += 1
    return runs


def is_inside(rings: list[list[Corner]], x: float, y: float) -> bool:
    """By the even-odd rule: how many vertical sides are left of the point."""
    crossed = sum(
        before[0] == after[0]
        and before[0] < x
        and min(before[1], after[1]) < y < max(before[1], after[1])
        for ring in rings
        for before, after in pairwise([*ring, ring[0]])
    )
    return crossed % 2 == 1


@given(masks)
def test_the_rings_hold_exactly_the_pixels_of_the_mask(
    mask: tuple[int, list[list[bool]]],
) -> None:
    height, columns = mask
    rings = outlines(lengths(columns), height)
    assert [
        [is_inside(rings, x + 0.5, y + 0.5) for y in range(height)] for x in range(len(columns))
    ] == columns
    area = sum((-1 if is_hole(ring) else 1) * ring_area(ring) for ring in rings)
    assert area == sum(map(sum, columns))


@given(masks)
def test_rings_have_right_angles_only_and_no_corner_too_many(
    mask: tuple[int, list[list[bool]]],
) -> None:
    height, columns = mask
    for ring in outlines(lengths(columns), height):
        assert len(ring) >= 4
        for before, corner, after in zip(
            [ring[-1], *ring], ring, [*ring[1:], ring[0]], strict=False
        ):
            assert (before[0] == corner[0]) != (before[1] == corner[1])
            assert (before[0] == corner[0]) == (corner[1] == after[1])


@pytest.mark.parametrize(
    ("runs", "height", "rings"),
    [
        ([0, 4], 2, [[(0, 0), (2, 0), (2, 2), (0, 2)]]),
        ([3, 1, 5], 3, [[(1, 0), (2, 0), (2, 1), (1, 1)]]),
        ([], 3, []),
        ([9], 3, []),
        # Two pixels that touch at a corner are two rings.
        ([0, 1, 2, 1], 2, [[(0, 0), (1, 0), (1, 1), (0, 1)], [(1, 1), (2, 1), (2, 2), (1, 2)]]),
        # A run of length 0 between two inside runs does not part them.
        ([0, 2, 0, 2], 4, [[(0, 0), (1, 0), (1, 4), (0, 4)]]),
    ],
)
def test_outlines_of_small_masks(
    runs: list[int], height: int, rings: list[list[tuple[int, int]]]
) -> None:
    found = outlines(runs, height)
    assert sorted(sorted(ring) for ring in found) == sorted(sorted(ring) for ring in rings)


def test_a_hole_goes_the_other_way() -> None:
    rings = outlines([0, 4, 1, 4], 3)
    assert sorted(map(is_hole, rings)) == [False, True]
