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


def why_waiting(status: RunStatus, queue: Queue, ahead: int) -> str | None:
    """The sentence for a run with `ahead` runs in front of it; None if it does not wait."""
    if status is QUEUED:
        return f"Handed to the {queue.engine} engine, which is starting it."
    if status is not PENDING:
        return None
    if queue.engine == "external":
        return "Waiting for the program that runs elsewhere to begin."
    if queue.slots is None:
        return f"Waiting to be handed to the {queue.engine} engine."
    if queue.in_hand + ahead < queue.slots:
        return "Starting in a moment."
    noun = "internal operations" if queue.is_internal else "scripts"
    holders = "1 run holds it" if queue.slots == 1 else f"{queue.in_hand} runs hold them"
    places = "the place" if queue.slots == 1 else f"one of {queue.slots} places"
    front = (
        "it is next"
        if ahead == 0
        else f"{ahead} more {'waits' if ahead == 1 else 'wait'} before it"
    )
    return f"Waiting for {places} for {noun}: {holders}, {front}."
