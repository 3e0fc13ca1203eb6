"""When a run is tried again, and who may let a run pass others."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from safelight.domain.jobs import FAILED, KILLED, SUCCEEDED, Ending, Failure, FailureKind
from safelight.domain.permissions import Actor
from safelight.domain.terms import (
    LONGEST_PAUSE_S,
    Retry,
    check_priority,
    next_try_s,
    read_retry,
)
from safelight.errors import Denied, Invalid

POLICY = Retry((FailureKind.LOST, FailureKind.OUT_OF_MEMORY), times=3, backoff_s=10)
NOBODY = UUID(int=0)


def failed(kind: FailureKind) -> Ending:
    return Ending(FAILED, Failure(kind, "It failed."))


@pytest.mark.parametrize(
    ("policy", "retries", "ending", "stop_requested", "expected"),
    [
        (POLICY, 0, failed(FailureKind.LOST), False, 10),
        (POLICY, 1, failed(FailureKind.OUT_OF_MEMORY), False, 20),
        (POLICY, 2, failed(FailureKind.LOST), False, 40),
        (POLICY, 3, failed(FailureKind.LOST), False, None),
        (POLICY, 0, failed(FailureKind.TIMEOUT), False, None),
        (POLICY, 0, failed(FailureKind.LOST), True, None),
        (POLICY, 0, Ending(KILLED), False, None),
        (POLICY, 0, Ending(KILLED, kept=True), False, None),
        (POLICY, 0, Ending(SUCCEEDED), False, None),
        (None, 0, failed(FailureKind.LOST), False, None),
        (
            Retry((FailureKind.LOST,), 20, 3600),
            19,
            failed(FailureKind.LOST),
            False,
            LONGEST_PAUSE_S,
        ),
    ],
)
def test_only_the_failures_named_are_tried_again_each_after_twice_the_pause(
    policy: Retry | None, retries: int, ending: Ending, stop_requested: bool, expected: float | None
) -> None:
    assert next_try_s(policy, retries, ending, stop_requested=stop_requested) == expected


def test_a_policy_reads_back_as_it_was_written() -> None:
    assert read_retry(POLICY.to_json()) == POLICY
    assert read_retry(None) is None
    assert read_retry({"kinds": ["lost", "lost"], "times": 1}) == Retry((FailureKind.LOST,), 1)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"kinds": ["lost"]},
        {"kinds": [], "times": 1},
        {"kinds": ["bad_luck"], "times": 1},
        {"kinds": "lost", "times": 1},
        {"kinds": ["lost"], "times": 0},
        {"kinds": ["lost"], "times": 21},
        {"kinds": ["lost"], "times": True},
        {"kinds": ["lost"], "times": 1.5},
        {"kinds": ["lost"], "times": 1, "backoff_s": -1},
        {"kinds": ["lost"], "times": 1, "backoff_s": float("nan")},
        {"kinds": ["lost"], "times": 1, "backoff_s": 1e9},
        {"kinds": ["lost"], "times": 1, "backoff_s": "soon"},
        {"kinds": ["lost"], "times": 1, "until": "it works"},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=r"retry|failure"):
        read_retry(given)


@pytest.mark.parametrize(
    ("role", "priority", "error"),
    [
        ("member", 0, None),
        ("member", -100, None),
        ("member", 1, Denied),
        ("admin", 100, None),
        ("owner", 100, None),
        ("viewer", 1, Denied),
        ("admin", 101, Invalid),
        ("member", -101, Invalid),
    ],
)
def test_everybody_may_stand_back_and_admins_let_pass(
    role: str, priority: int, error: type[Exception] | None
) -> None:
    by = Actor(NOBODY, "x", NOBODY, role)
    if error is None:
        assert check_priority(by, priority) == priority
    else:
        with pytest.raises(error):
            check_priority(by, priority)
