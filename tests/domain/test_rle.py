from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.domain import rle

# As rleToString of maskApi.c writes them.
KNOWN = [
    ([0, 4], "04"),
    ([6, 1, 40, 4, 5, 4, 5, 4, 21], "61X13mN000`0"),
    ([100, 200, 3000, 5, 100, 7], "T3X6hm2mI\\UM2"),
]


@pytest.mark.parametrize(("lengths", "text"), KNOWN)
def test_the_compressed_form_reads_as_its_runs(lengths: list[int], text: str) -> None:
    assert rle.runs(text) == lengths


@given(st.lists(st.integers(0, 12), max_size=14), st.integers(1, 7))
def test_area_and_bounds_are_those_of_the_pixels(lengths: list[int], height: int) -> None:
    inside = [at for at, value in enumerate(_pixels(lengths)) if value]
    xs, ys = [at // height for at in inside], [at % height for at in inside]
    box = [min(xs), min(ys), max(xs) - min(xs) + 1, max(ys) - min(ys) + 1] if inside else [0] * 4
    assert rle.area(lengths) == len(inside)
    found = rle.bounds(lengths, height)
    assert found[0::2] == box[0::2]
    assert found[1::2] == box[1::2]


def _pixels(lengths: list[int]) -> list[int]:
    return [position % 2 for position, length in enumerate(lengths) for _ in range(length)]


@pytest.mark.parametrize(("lengths", "text"), KNOWN)
def test_runs_are_compressed_as_pycocotools_does(lengths: list[int], text: str) -> None:
    assert rle.compress(lengths) == text


@given(st.lists(st.integers(0, 10**9), max_size=30))
def test_what_is_compressed_reads_back(lengths: list[int]) -> None:
    assert rle.runs(rle.compress(lengths)) == lengths
