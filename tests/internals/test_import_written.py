"""What was written of pictures is kept as a dict would keep it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.domain.annotations import Numbers
from safelight.internals.import_written import Written, WrittenOf

entries = st.tuples(
    st.none() | st.integers(1, 2**62),
    st.builds(Numbers, st.integers(1, 2**31), st.integers(1, 2**31)),
)


@settings(deadline=None)
@given(steps=st.lists(st.tuples(st.integers(0, 40), entries)))
def test_it_says_of_each_picture_what_was_noted_last(steps: list[tuple[int, Written]]) -> None:
    kept, wanted = WrittenOf(), dict[int, Written]()
    for image, written in steps:
        kept[image] = wanted[image] = written
    assert len(kept) == len(wanted)
    assert {image: kept[image] for image in range(50) if image in kept} == wanted
    with pytest.raises(KeyError):
        kept[50]
