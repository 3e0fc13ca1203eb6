"""How a run may step and how its end is judged."""

from __future__ import annotations

import pytest

from safelight.domain.jobs import (
    FAILED,
    FINAL,
    KILLED,
    LIVE,
    SUCCEEDED,
    TRANSITIONS,
    Declared,
    Exit,
    Failure,
    FailureKind,
    RunStatus,
    allowed_from,
    settle,
)

SUCCEED, FAIL = Declared.SUCCEED, Declared.FAIL


def test_every_status_is_live_or_final_and_final_ones_lead_nowhere() -> None:
    assert set(TRANSITIONS) == set(RunStatus) == LIVE | FINAL
    assert not LIVE & FINAL
    assert all(not TRANSITIONS[status] for status in FINAL)


def test_every_live_status_can_end_and_allowed_from_is_the_inverse() -> None:
    for status in LIVE:
        assert TRANSITIONS[status] & FINAL
    for before, after in TRANSITIONS.items():
        assert all(before in allowed_from(status) for status in after)


@pytest.mark.parametrize(
    ("exit_code", "signal", "declared", "asked", "ours", "stored", "expected"),
    [
        # What the process did wins over what it said.
        (0, None, None, False, False, False, SUCCEEDED),
        (0, None, SUCCEED, False, False, False, SUCCEEDED),
        (0, None, FAIL, False, False, False, FAILED),
        (3, None, SUCCEED, False, False, False, FAILED),
        (3, None, None, False, False, False, FAILED),
        (None, 9, SUCCEED, False, False, False, FAILED),
        # After a stop of ours, its end is ours; without the signal it is still its own.
        (None, 15, None, True, True, False, KILLED),
        (143, None, SUCCEED, True, True, False, KILLED),
        (3, None, None, True, False, False, FAILED),
        (0, None, None, True, True, False, SUCCEEDED),
        (0, None, SUCCEED, True, True, True, KILLED),
    ],
)
def test_the_end_of_a_run(
    exit_code: int | None,
    signal: int | None,
    declared: Declared | None,
    asked: bool,
    ours: bool,
    stored: bool,
    expected: RunStatus,
) -> None:
    ending = settle(
        Exit(exit_code, signal),
        stop_requested=asked,
        stop_signalled=ours,
        declared=declared,
        stored_something=stored,
    )
    assert ending.status is expected
    assert (ending.failure is not None) == (expected is FAILED)
    assert ending.kept == (stored and expected is KILLED)


def test_a_failure_seen_by_the_runner_is_kept_as_it_is() -> None:
    failure = Failure(FailureKind.OUT_OF_MEMORY, "Used 5 GiB of 4 GiB.", signal=9)
    ending = settle(
        Exit(None, 9, failure), stop_requested=False, stop_signalled=False, declared=None
    )
    assert ending.failure is failure


def test_the_message_of_a_script_error_ends_with_its_last_line() -> None:
    exit = Exit(exit_code=3, excerpt="Traceback\nValueError: no pictures\n")
    ending = settle(exit, stop_requested=False, stop_signalled=False, declared=None)
    assert ending.failure is not None
    assert ending.failure.message == "The script ended with exit code 3: ValueError: no pictures"
    assert ending.failure.kind is FailureKind.SCRIPT_ERROR


def test_a_signal_is_named() -> None:
    ending = settle(Exit(signal=9), stop_requested=False, stop_signalled=False, declared=None)
    assert ending.failure is not None
    assert ending.failure.message == "The script was ended by signal 9 (SIGKILL)."
