"""Positions of ids are those of a dictionary that is filled as they are seen, and repeated numbers are found."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.formats import positions, repeats
from safelight.formats.positions import Positions

ids = st.one_of(
    st.integers(0, 40), st.integers(-5, 5), st.integers(-(2**63), 2**63 - 1), st.just(1 << 20)
)


@given(st.lists(st.lists(ids, max_size=6), max_size=8))
def test_ids_get_positions_in_the_order_in_which_they_are_seen(batches: list[list[int]]) -> None:
    found, expected = Positions(), dict[int, int]()
    for batch in batches:
        here = [expected.setdefault(id, len(expected)) for id in batch]
        assert found.at(batch) == here
        assert [found.give(id) for id in batch] == here
        assert len(found) == len(expected)


@pytest.mark.parametrize("wide", [-1, 1 << 20, 1 << 62])
def test_one_id_of_a_wide_range_changes_no_position(wide: int) -> None:
    found = Positions()
    narrow = list(range(0, 1000, 10))
    before = found.at(narrow)
    assert found.give(wide) == len(narrow)
    assert found.at(narrow) == before == list(range(len(narrow)))
    assert found.at([5, wide]) == [len(narrow) + 1, len(narrow)]


def test_the_range_may_be_the_wider_the_more_ids_there_are() -> None:
    found = Positions()
    step = positions.NARROW - 1
    many = list(range(0, 200_000 * step, step))
    assert found.at(many) == list(range(len(many)))
    assert found._known is None
    assert found.at([many[-1], many[0]]) == [len(many) - 1, 0]


@given(st.lists(st.one_of(st.integers(-9, 9), st.integers(-(2**63), 2**63 - 1))), st.integers(1, 9))
def test_repeated_numbers_are_found_whatever_share_of_them_is_looked_at(
    numbers: list[int], at_once: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repeats, "_AT_ONCE", at_once)
        found = repeats.repeated(numbers)
    assert found == {number for number, count in Counter(numbers).items() if count > 1}
