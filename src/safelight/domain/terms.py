"""On which terms a run is launched: how it ranks among those that wait, and when it is tried again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from safelight.domain.jobs import FAILED, Ending, FailureKind
from safelight.domain.permissions import Ability, Actor, may
from safelight.errors import Denied, Invalid

LOWEST, HIGHEST = -100, 100
MOST_TIMES = 20
BACKOFF_S = 30.0
LONGEST_PAUSE_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Retry:
    """A run that fails for one of `kinds` is tried again, `times` at most, each time after a pause
    twice as long as the one before.
    """

    kinds: tuple[FailureKind, ...]
    times: int
    backoff_s: float = BACKOFF_S

    def to_json(self) -> dict[str, Any]:
        return {"kinds": list(self.kinds), "times": self.times, "backoff_s": self.backoff_s}


@dataclass(frozen=True, slots=True)
class Terms:
    """`priority`: of the runs that wait, those with the highest are claimed first."""

    priority: int = 0
    retry: Retry | None = None


def next_try_s(
    retry: Retry | None, retries: int, ending: Ending, *, stop_requested: bool
) -> float | None:
    """Seconds until a run that ended so is tried again; None: it is not. `retries`: how often it was.

    Whoever asked for a stop wants it over, however it ended.
    """
    if retry is None or stop_requested or ending.status is not FAILED or ending.failure is None:
        return None
    if ending.failure.kind not in retry.kinds or retries >= retry.times:
        return None
    return min(retry.backoff_s * 2.0**retries, LONGEST_PAUSE_S)


def read_retry(given: Mapping[str, Any] | None) -> Retry | None:
    """`{"kinds": [...], "times": n, "backoff_s": x}`; None: no retry. Raises Invalid naming the field."""
    if given is None:
        return None
    unknown = given.keys() - {"kinds", "times", "backoff_s"}
    if unknown:
        raise Invalid(f"retry.{min(unknown)} is not one of kinds, times, backoff_s.", field="retry")
    return Retry(_kinds(given.get("kinds")), _times(given.get("times")), _backoff_s(given))


def _kinds(told: Any) -> tuple[FailureKind, ...]:
    known = ", ".join(FailureKind)
    if not isinstance(told, list | tuple) or not told:
        raise Invalid(f"retry.kinds names the failures to retry: {known}.", field="retry.kinds")
    for kind in told:
        if kind not in FailureKind.__members__.values():
            raise Invalid(f"There is no failure {kind!r}: {known}.", field="retry.kinds")
    return tuple(dict.fromkeys(FailureKind(kind) for kind in told))


def _times(told: Any) -> int:
    if type(told) is not int or not 1 <= told <= MOST_TIMES:
        raise Invalid(f"retry.times is from 1 to {MOST_TIMES}, not {told!r}.", field="retry.times")
    return told


def _backoff_s(given: Mapping[str, Any]) -> float:
    told = given.get("backoff_s", BACKOFF_S)
    is_number = isinstance(told, int | float) and not isinstance(told, bool) and math.isfinite(told)
    if not is_number or not 0 <= told <= LONGEST_PAUSE_S:
        message = f"retry.backoff_s is from 0 to {LONGEST_PAUSE_S:.0f} seconds, not {told!r}."
        raise Invalid(message, field="retry.backoff_s")
    return float(told)


def check_priority(by: Actor, priority: int) -> int:
    """The priority, if `by` may give it: everybody may stand back, but to pass others is to take their
    place, which is for those who manage their jobs. Raises Invalid, Denied.
    """
    if not LOWEST <= priority <= HIGHEST:
        message = f"priority is from {LOWEST} to {HIGHEST}, not {priority}."
        raise Invalid(message, field="priority")
    if priority > most_priority(by):
        message = f"The role {by.role} may give priorities from {LOWEST} to 0."
        raise Denied(message, ability=Ability.MANAGE_JOBS.value, role=by.role)
    return priority


def most_priority(by: Actor) -> int:
    """The highest priority that `by` may give."""
    return HIGHEST if may(by, Ability.MANAGE_JOBS) else 0


def read_terms(by: Actor, given: Mapping[str, Any], usual: Retry | None = None) -> Terms:
    """The terms that `by` asks for: `priority`, and `retry`, where None is none and left out is the usual
    one. Raises Invalid, Denied.
    """
    retry = read_retry(given["retry"]) if "retry" in given else usual
    return Terms(check_priority(by, given.get("priority") or 0), retry)
