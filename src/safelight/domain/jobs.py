"""What a job and a run are, which steps a run may take, and how its end is judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID


class JobType(StrEnum):
    PROCESSING = "PROCESSING"
    TRAINING = "TRAINING"
    INTERNAL = "INTERNAL"


class TargetType(StrEnum):
    """The kinds of object that a job can affect."""

    DATASET_VERSION = "DATASET_VERSION"
    DATALAKE = "DATALAKE"
    MODEL_VERSION = "MODEL_VERSION"
    EXPERIMENT = "EXPERIMENT"


@dataclass(frozen=True, slots=True)
class Target:
    """The object that a job affects, as it was at launch. `path` is its page below the organization,
    as `/dataset/{dataset_id}/version/{version_id}`.
    """

    type: TargetType
    id: UUID
    name: str
    path: str


class RunStatus(StrEnum):
    PENDING = "PENDING"  # accepted; the scheduler moves it on
    QUEUED = "QUEUED"  # handed to an engine, which has not started it
    RUNNING = "RUNNING"  # its runner asked for the spec
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    KILLED = "KILLED"  # stopped on request


PENDING, QUEUED, RUNNING = RunStatus.PENDING, RunStatus.QUEUED, RunStatus.RUNNING
SUCCEEDED, FAILED, KILLED = RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.KILLED

LIVE = frozenset({PENDING, QUEUED, RUNNING})
FINAL = frozenset({SUCCEEDED, FAILED, KILLED})

TRANSITIONS: dict[RunStatus, frozenset[RunStatus]] = {
    PENDING: frozenset({QUEUED, RUNNING, FAILED, KILLED}),
    QUEUED: frozenset({PENDING, RUNNING, FAILED, KILLED}),  # back: its engine gave it up unstarted
    RUNNING: frozenset({SUCCEEDED, FAILED, KILLED}),
    SUCCEEDED: frozenset(),
    FAILED: frozenset(),
    KILLED: frozenset(),
}


def allowed_from(status: RunStatus) -> frozenset[RunStatus]:
    """The statuses a run may have just before `status`."""
    return frozenset(before for before, after in TRANSITIONS.items() if status in after)


class FailureKind(StrEnum):
    SCRIPT_ERROR = "script_error"
    OUT_OF_MEMORY = "out_of_memory"
    TIMEOUT = "timeout"
    SETUP_ERROR = "setup_error"  # image or packages
    ENGINE_ERROR = "engine_error"
    LOST = "lost"
    INVALID_INPUT = "invalid_input"
    DISK_FULL = "disk_full"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run failed. `message` is one sentence for the list; `excerpt` the last lines that tell.

    `cause`: the rule of `domain/causes.py` that knows it, with its `fix` in a sentence and, where it can
    be said so, as changes for a re-run: {"parameters": {"batch_size": 8}}. `evidence`: the line of the
    log that tells.
    """

    kind: FailureKind
    message: str
    exit_code: int | None = None
    signal: int | None = None
    excerpt: str = ""
    cause: str = ""
    fix: str = ""
    proposal: dict[str, dict[str, Any]] = field(default_factory=dict)
    evidence: str = ""


class Declared(StrEnum):
    """What a script said of itself over the wire."""

    SUCCEED = "succeed"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Exit:
    """How the process of a run ended. One of `exit_code` and `signal` is set unless `failure` says
    why neither is known. `failure` is what the runner or engine saw: limits, set-up, supervision.
    """

    exit_code: int | None = None
    signal: int | None = None
    failure: Failure | None = None
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """The judgement: final status, and why if it failed. `failure_key` is equal for equal failures,
    `failure_line` the line of the log that tells.
    """

    status: RunStatus
    failure: Failure | None = None
    kept: bool = False  # stopped early, and what it had stored counts
    failure_key: str | None = None
    failure_line: int | None = None


def settle(
    exit: Exit,
    *,
    stop_requested: bool,
    stop_signalled: bool,
    declared: Declared | None,
    stored_something: bool = False,
    is_done: bool = False,
) -> Ending:
    """The end of a run whose process has ended. What the process did wins over what it said.

    `stop_signalled`: our own stop ended the process, so its exit code or signal is ours. `is_done`: an
    operation of ours had made its change true, so the run did what it was for, whatever ended it then.
    """
    if is_done:
        return Ending(SUCCEEDED)
    if exit.failure is not None:
        return Ending(KILLED) if stop_signalled else Ending(FAILED, exit.failure)
    if exit.exit_code != 0:
        return Ending(KILLED) if stop_signalled else Ending(FAILED, _script_error(exit))
    if declared is Declared.FAIL:
        message = "The script reported failure, although its process ended with code 0."
        return Ending(
            FAILED, Failure(FailureKind.SCRIPT_ERROR, message, exit_code=0, excerpt=exit.excerpt)
        )
    if stop_requested and stored_something:
        return Ending(KILLED, kept=True)
    return Ending(SUCCEEDED)


def _script_error(exit: Exit) -> Failure:
    if exit.signal is not None:
        message = f"The script was ended by signal {exit.signal}{_signal_name(exit.signal)}."
    else:
        message = f"The script ended with exit code {exit.exit_code}."
    last = exit.excerpt.rstrip().rsplit("\n", 1)[-1].strip()
    if last:
        message = f"{message[:-1]}: {last[:200]}"
    return Failure(FailureKind.SCRIPT_ERROR, message, exit.exit_code, exit.signal, exit.excerpt)


_SIGNALS = {6: "SIGABRT", 9: "SIGKILL", 11: "SIGSEGV", 15: "SIGTERM", 7: "SIGBUS", 4: "SIGILL"}


def _signal_name(signal: int) -> str:
    return f" ({_SIGNALS[signal]})" if signal in _SIGNALS else ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `total` None: unknown. `phase` is what it does now."""

    done: float
    total: float | None = None
    unit: str = ""
    phase: str = ""
    rate: float | None = None  # units per second
    eta_s: float | None = None


@dataclass(frozen=True, slots=True)
class Resources:
    """Limits of a run; None: none. Memory and disk in bytes."""

    cpu: float | None = None
    memory: int | None = None
    gpu: int = 0
    timeout_s: float | None = None
    disk: int | None = None  # of its work folder and its temporary one


JsonObject = dict[str, Any]
