"""A split is a partition with exact numbers, the same for the same seed, and fair to labels."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.domain.splitting import Signatures, assign, sizes

ratios = st.lists(st.integers(1, 9), min_size=2, max_size=4).map(
    lambda weights: [weight / sum(weights) for weight in weights]
)
pictures = st.lists(st.frozensets(st.integers(0, 4), max_size=3), max_size=60)


def signatures(labels: list[frozenset[int]]) -> Signatures:
    found = Signatures()
    for one in labels:
        found.add(tuple(sorted(one)))
    return found


@pytest.mark.parametrize(
    ("shares", "total", "expected"),
    [
        ([0.8, 0.2], 10, [8, 2]),
        ([0.1, 0.2, 0.7], 10, [1, 2, 7]),
        ([1 / 3, 1 / 3, 1 / 3], 10, [4, 3, 3]),
        ([0.5, 0.5], 1, [1, 0]),
        ([0.7, 0.15, 0.15], 7, [5, 1, 1]),
        ([0.99, 0.01], 0, [0, 0]),
    ],
)
def test_sizes_are_rounded_so_that_they_add_up(
    shares: list[float], total: int, expected: list[int]
) -> None:
    assert sizes(shares, total) == expected


@given(ratios, st.integers(0, 10_000))
def test_no_size_is_a_whole_picture_off(shares: list[float], total: int) -> None:
    found = sizes(shares, total)
    assert sum(found) == total
    for share, size in zip(shares, found, strict=True):
        assert abs(Fraction(share) * total - size) < 1 + Fraction(1, 1_000_000)


@given(pictures, ratios, st.integers(0, 3))
def test_every_picture_is_in_one_part_and_the_parts_have_their_sizes(
    labels: list[frozenset[int]], shares: list[float], seed: int
) -> None:
    parts = assign(signatures(labels), shares, seed)
    assert len(parts) == len(labels)
    counted = Counter(parts)
    assert [counted[part] for part in range(len(shares))] == sizes(shares, len(labels))


@given(pictures, ratios, st.integers(0, 3))
def test_the_same_seed_gives_the_same_parts(
    labels: list[frozenset[int]], shares: list[float], seed: int
) -> None:
    assert assign(signatures(labels), shares, seed) == assign(signatures(labels), shares, seed)


def test_another_seed_gives_other_parts() -> None:
    labels = [frozenset[int]()] * 100
    assert assign(signatures(labels), [0.5, 0.5], 0) != assign(signatures(labels), [0.5, 0.5], 1)


@given(
    st.lists(st.integers(0, 4), max_size=80).map(lambda keys: [frozenset({key}) for key in keys]),
    ratios,
    st.integers(0, 3),
)
def test_a_single_label_is_as_frequent_in_a_part_as_in_the_whole(
    labels: list[frozenset[int]], shares: list[float], seed: int
) -> None:
    """To a picture and the rounding of each part's size, which only the last labels have to bear."""
    parts = assign(signatures(labels), shares, seed)
    total = Counter(key for one in labels for key in one)
    rarest = min(total, key=lambda key: (total[key], key), default=None)
    if rarest is None:
        return
    found = Counter(part for part, one in zip(parts, labels, strict=True) if rarest in one)
    for part, share in enumerate(shares):
        assert abs(found[part] - share * total[rarest]) <= len(shares)


def test_rare_labels_reach_every_part() -> None:
    """Of 1,000 pictures 10 have a rare label beside the common ones: a plain split often misses them."""
    labels = [frozenset({0, 1 + at % 3} | ({9} if at % 100 == 0 else set())) for at in range(1000)]
    parts = assign(signatures(labels), [0.8, 0.1, 0.1], seed=1)
    rare = Counter(part for part, one in zip(parts, labels, strict=True) if 9 in one)
    assert [rare[part] for part in range(3)] == [8, 1, 1]
    for key in (1, 2, 3):
        found = Counter(part for part, one in zip(parts, labels, strict=True) if key in one)
        assert abs(found[1] - 33.3) < 2
        assert abs(found[2] - 33.3) < 2
