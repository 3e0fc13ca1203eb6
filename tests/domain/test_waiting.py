"""The sentence on why a run waits."""

from __future__ import annotations

import pytest

from safelight.domain.jobs import PENDING, QUEUED, RUNNING, RunStatus
from safelight.domain.waiting import Queue, why_waiting


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
