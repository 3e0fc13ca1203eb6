"""One sentence on why a run has not started."""

from __future__ import annotations

from dataclasses import dataclass

from safelight.domain.jobs import PENDING, QUEUED, RunStatus


@dataclass(frozen=True, slots=True)
class Queue:
    """How the places of a lane stand. `slots` None: the engine has a queue of its own."""

    engine: str
    slots: int | None
    in_hand: int
    is_internal: bool = False
    holders: tuple[str, ...] = ()  # names of the jobs that have the places, as far as one may know


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many runs an organization may have going on, and has."""

    limit: int
    in_hand: int
    holders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NextTry:
    """A run that is another try, and is not begun before its time (`at`, as people read it)."""

    at: str
    number: int
    times: int


def why_waiting(
    status: RunStatus,
    queue: Queue,
    ahead: int,
    *,
    allowance: Allowance | None = None,
    next_try: NextTry | None = None,
) -> str | None:
    """The sentence for a run with `ahead` runs in front of it; None if it does not wait."""
    if status is QUEUED:
        return f"Handed to the {queue.engine} engine, which is starting it."
    if status is not PENDING:
        return None
    if queue.engine == "external":
        return "Waiting for the program that runs elsewhere to begin."
    if next_try is not None:
        return f"Tries again at {next_try.at} ({next_try.number} of {next_try.times})."
    if allowance is not None and allowance.in_hand >= allowance.limit:
        return _waiting_for_allowance(allowance, ahead)
    if queue.slots is None:
        return f"Waiting to be handed to the {queue.engine} engine."
    if queue.in_hand + ahead < queue.slots:
        return "Starting in a moment."
    noun = "internal operations" if queue.is_internal else "scripts"
    places = "the place" if queue.slots == 1 else f"one of {queue.slots} places"
    holders = _holders(queue.holders, queue.in_hand, "it" if queue.slots == 1 else "them")
    return f"Waiting for {places} for {noun}: {holders}, {_front(ahead)}."


def _waiting_for_allowance(allowance: Allowance, ahead: int) -> str:
    runs = "run" if allowance.limit == 1 else "runs"
    holders = _holders(allowance.holders, allowance.in_hand, "it" if runs == "run" else "them")
    limit = f"{allowance.limit} {runs} that your organization may have at once"
    if runs == "run":
        return f"Waiting for the {limit}: {holders}, {_front(ahead)}."
    return f"Waiting for one of the {limit}: {holders}, {_front(ahead)}."


_NAMED = 2


def _holders(names: tuple[str, ...], in_hand: int, what: str) -> str:
    """Who has the places: some by name, the rest counted."""
    rest = in_hand - len(names[:_NAMED])
    if not names:
        return f"1 run holds {what}" if in_hand == 1 else f"{in_hand} runs hold {what}"
    words = [*names[:_NAMED], *([f"{rest} more"] if rest > 0 else [])]
    listed = " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]
    return f"{listed} {'holds' if in_hand == 1 else 'hold'} {what}"


def _front(ahead: int) -> str:
    if ahead == 0:
        return "it is next"
    return f"{ahead} more {'waits' if ahead == 1 else 'wait'} before it"
