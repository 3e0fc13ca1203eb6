"""What is usual is said of enough runs, without the quickest and slowest of them."""

from __future__ import annotations

import pytest

from safelight.domain.jobs import JobType
from safelight.domain.usual import REMEMBERED, Usual, is_longer, remembered, usual, work


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([], None),
        ([5, 6], None),
        ([9, 5, 7], Usual(5, 9, 3)),
        ([100, *range(1, 10)], Usual(2, 9, 10)),
        ([*range(20)], Usual(2, 17, 20)),
    ],
)
def test_the_usual_range(seconds: list[float], expected: Usual | None) -> None:
    assert usual(seconds) == expected


def test_only_the_newest_times_are_remembered() -> None:
    seconds: list[float] = []
    for number in range(REMEMBERED + 5):
        seconds = remembered(seconds, number)
    assert seconds == [*range(5, REMEMBERED + 5)]


def test_longer_than_usual_is_half_as_long_again_and_more_than_a_moment() -> None:
    known = Usual(60, 120, 5)
    assert not is_longer(known, 190)
    assert is_longer(known, 190.1)
    assert not is_longer(Usual(0.1, 0.2, 5), 9)  # nobody worries about seconds
    assert not is_longer(None, 1e9)


def test_kinds_of_work_are_told_apart() -> None:
    kinds = [
        work(JobType.PROCESSING, "processing", "p", "DATASET_VERSION", {"package": "a"}),
        work(JobType.PROCESSING, "processing", "p", "DATALAKE", {"package": "a"}),
        work(JobType.PROCESSING, "processing", "q", "DATALAKE", {"package": "a"}),
        work(JobType.TRAINING, "training", None, "EXPERIMENT", {"package": "a"}),
        work(JobType.TRAINING, "training", None, "EXPERIMENT", {"package": "b"}),
        work(JobType.TRAINING, "training", None, "EXPERIMENT", {"image": "i", "tag": "1"}),
        work(JobType.INTERNAL, "fork", None, "DATASET_VERSION", {"internal": "fork"}),
        work(JobType.INTERNAL, "import_coco", None, "DATASET_VERSION", {"internal": "x"}),
    ]
    assert len(set(kinds)) == len(kinds)
    new_code = work(JobType.PROCESSING, "processing", "p", "DATALAKE", {"package": "b"})
    assert new_code == kinds[1]  # a new version of a processing does the same work
