"""What counts as a difference between two runs, and what does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from safelight.domain.comparison import (
    Difference,
    Line,
    Parting,
    differences,
    package_differences,
    parting,
)
from safelight.ids import uuid7


def lines(*texts: str) -> Iterator[Line]:
    return (Line(number, text.encode()) for number, text in enumerate(texts, 1))


def test_values_that_changed_came_or_went_are_differences() -> None:
    before = {"angle": 30, "gone": "x", "same": [1]}
    after = {"new": None, "same": [1], "angle": 45, "added": 0}
    assert differences(before, after) == [
        Difference("angle", 30, 45),
        Difference("added", None, 0),
        Difference("gone", "x", None),
    ]


def test_a_number_that_became_a_truth_value_is_a_difference() -> None:
    assert differences({"augment": 1}, {"augment": True}) == [Difference("augment", 1, True)]
    assert differences({"angle": 1}, {"angle": 1.0}) == []


def test_packages_are_compared_by_their_one_name() -> None:
    before = ["numpy==2.1.0", "Foo_Bar==1.0", "own @ https://example.com/own-1.whl", "gone==3"]
    after = ["numpy==2.2.0", "foo-bar==1.0", "own @ https://example.com/own-2.whl", "new==1"]
    assert package_differences(before, after) == [
        Difference("gone", "3", None),
        Difference("new", None, "1"),
        Difference("numpy", "2.1.0", "2.2.0"),
        Difference("own", "https://example.com/own-1.whl", "https://example.com/own-2.whl"),
    ]


def test_the_first_line_that_differs_is_found_with_its_numbers() -> None:
    found = parting(lines("one", "two", "three"), lines("one", "2", "three"))
    assert found == Parting(Line(2, b"two"), Line(2, b"2"), same=1)


def test_a_log_that_goes_on_differs_where_the_other_ends() -> None:
    assert parting(lines("one"), lines("one", "two")) == Parting(None, Line(2, b"two"), same=1)
    assert parting(lines("one", "two"), lines("one")) == Parting(Line(2, b"two"), None, same=1)


def test_equal_logs_say_how_many_lines_are_equal() -> None:
    assert parting(lines("one", "two"), lines("one", "two")) == 2
    assert parting(lines(), lines()) == 0


def test_only_so_many_lines_are_held_against_each_other() -> None:
    assert parting(lines("a", "b", "x"), lines("a", "b", "y"), most=2) == 2
    assert parting(lines("a", "b"), lines("a", "b", "c"), most=2) == 2


def test_the_folder_of_a_run_is_no_difference() -> None:
    text = '  File "house/runs/{}/script/main.py", line {}'
    old, new = uuid7(), uuid7()
    assert parting(lines(text.format(old, 3)), lines(text.format(new, 3))) == 1
    assert isinstance(parting(lines(text.format(old, 3)), lines(text.format(new, 4))), Parting)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2026-11-23 01:02:03,123 INFO start", "2026-11-24 17:12:09,001 INFO start"),
        ("2026-11-23T01:02:03.5Z start", "2026-11-24T01:02:04+01:00 start"),
        ("[01:02:03] start", "[9:12:44.25] start"),
        ("begun on 2026-11-23", "begun on 2026-11-24"),
    ],
)
def test_times_are_no_difference(before: str, after: str) -> None:
    assert parting(lines(before), lines(after)) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("loss 0.123", "loss 0.124"),
        ("2026-11-23 01:02:03 start", "2026-11-23 01:02:03 stop"),
        ("ratio 16:9", "ratio 4:3"),
        ("2026-11-23 01:02:03 loss 1", "2026-11-23 01:02:04 loss 2"),
    ],
)
def test_other_numbers_and_words_are_differences(before: str, after: str) -> None:
    assert isinstance(parting(lines(before), lines(after)), Parting)
