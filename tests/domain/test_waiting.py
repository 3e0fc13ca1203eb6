"""The sentence on why a run waits."""

from __future__ import annotations

import pytest

from safelight.domain.jobs import PENDING, QUEUED, RUNNING, RunStatus
from safelight.domain.waiting import Allowance, NextTry, Queue, why_waiting


@pytest.mark.parametrize(
    ("status", "queue", "ahead", "expected"),
    [
        (RUNNING, Queue("local", 2, 1), 0, None),
        (QUEUED, Queue("local", 2, 1), 0, "Handed to the local engine, which is starting it."),
        (PENDING, Queue("local", 2, 1), 0, "Starting in a moment."),
        (
            PENDING,
            Queue("local", 2, 2),
            0,
            "Waiting for one of 2 places for scripts: 2 runs hold them, it is next.",
        ),
        (
            PENDING,
            Queue("local", 2, 2, is_internal=True),
            1,
            "Waiting for one of 2 places for internal operations: 2 runs hold them, 1 more waits before it.",
        ),
        (
            PENDING,
            Queue("local", 1, 1),
            3,
            "Waiting for the place for scripts: 1 run holds it, 3 more wait before it.",
        ),
        (PENDING, Queue("ray", None, 9), 5, "Waiting to be handed to the ray engine."),
        (
            PENDING,
            Queue("external", None, 0),
            0,
            "Waiting for the program that runs elsewhere to begin.",
        ),
    ],
)
def test_why_a_run_waits(status: RunStatus, queue: Queue, ahead: int, expected: str | None) -> None:
    assert why_waiting(status, queue, ahead) == expected


@pytest.mark.parametrize(
    ("names", "in_hand", "expected"),
    [
        (("Train",), 1, "Train holds it"),
        (("Train", "Rotate"), 2, "Train and Rotate hold them"),
        (("Train", "Rotate", "Fork"), 3, "Train, Rotate and 1 more hold them"),
        (("Train",), 4, "Train and 3 more hold them"),
    ],
)
def test_who_holds_the_places_is_said_by_name_as_far_as_it_is_known(
    names: tuple[str, ...], in_hand: int, expected: str
) -> None:
    queue = Queue("local", in_hand, in_hand, holders=names)
    sentence = why_waiting(PENDING, queue, 0)
    assert sentence is not None
    assert sentence.endswith(f"for scripts: {expected}, it is next.")


@pytest.mark.parametrize(
    ("allowance", "expected"),
    [
        (
            Allowance(2, 2, ("Train", "Rotate")),
            "one of the 2 runs that your organization may have at once: Train and Rotate hold them",
        ),
        (
            Allowance(1, 1, ("Train",)),
            "the 1 run that your organization may have at once: Train holds it",
        ),
        (
            Allowance(2, 3),
            "one of the 2 runs that your organization may have at once: 3 runs hold them",
        ),
    ],
)
def test_the_limit_of_the_organization_is_named_where_it_is_what_holds(
    allowance: Allowance, expected: str
) -> None:
    found = why_waiting(PENDING, Queue("ray", None, 2), 1, allowance=allowance)
    assert found == f"Waiting for {expected}, 1 more waits before it."


def test_a_limit_with_room_holds_nobody() -> None:
    found = why_waiting(PENDING, Queue("ray", None, 2), 1, allowance=Allowance(3, 2))
    assert found == "Waiting to be handed to the ray engine."


def test_another_try_says_its_time_whatever_else_holds_it() -> None:
    found = why_waiting(
        PENDING,
        Queue("local", 1, 1),
        3,
        allowance=Allowance(1, 1),
        next_try=NextTry("12:03:00 UTC", 2, 3),
    )
    assert found == "Tries again at 12:03:00 UTC (2 of 3)."
