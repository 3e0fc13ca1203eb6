"""Rows of a part of a picture become the runs of the whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from safelight.formats.mask_rows import runs_of_rows


@given(st.data())
def test_rows_of_a_part_become_runs_of_the_whole(data: st.DataObject) -> None:
    width, height = data.draw(st.integers(0, 5)), data.draw(st.integers(1, 5))
    left, top = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 3))
    size = left + width + data.draw(st.integers(0, 3)), top + height + data.draw(st.integers(0, 3))
    rows = data.draw(st.binary(min_size=width * height, max_size=width * height))
    inside = {
        (left + at % width, top + at // width) for at, value in enumerate(rows) if value and width
    }
    columns = [(x, y) in inside for x in range(size[0]) for y in range(size[1])]
    runs = runs_of_rows(rows, width, left, top, size)
    assert [at % 2 for at, run in enumerate(runs) for _ in range(run)] == columns
    assert all(runs[1:])
