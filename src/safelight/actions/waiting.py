"""Tells for each waiting run what holds it: its lane's places and its position there."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from safelight.config import Settings
from safelight.domain.jobs import JobType, RunStatus
from safelight.domain.waiting import Queue, why_waiting
from safelight.store import runs
from safelight.store.db import Read

INTERNAL_SLOTS = 2
SCRIPTS = (JobType.PROCESSING, JobType.TRAINING)
INTERNALS = (JobType.INTERNAL,)


def lane_slots(settings: Settings, types: tuple[JobType, ...]) -> int:
    """How many runs of these types the local engine holds at once. Internal operations have places of
    their own, so a machine full of trainings still imports.
    """
    return INTERNAL_SLOTS if types == INTERNALS else settings.local_slots


def waiting_sentences(
    read: Read, settings: Settings, waiting: Iterable[tuple[UUID, RunStatus, str, JobType]]
) -> dict[UUID, str]:
    """The sentence of each (run id, status, engine, job type) that waits."""
    found = {}
    lanes: dict[tuple[str, tuple[JobType, ...]], tuple[Queue, list[UUID]]] = {}
    for run_id, status, engine, job_type in waiting:
        types = INTERNALS if job_type is JobType.INTERNAL else SCRIPTS
        if (engine, types) not in lanes:
            lanes[engine, types] = _lane(read, settings, engine, types)
        queue, order = lanes[engine, types]
        ahead = order.index(run_id) if run_id in order else len(order)
        sentence = why_waiting(status, queue, ahead)
        if sentence is not None:
            found[run_id] = sentence
    return found


def _lane(
    read: Read, settings: Settings, engine: str, types: tuple[JobType, ...]
) -> tuple[Queue, list[UUID]]:
    slots = lane_slots(settings, types) if engine == "local" else None
    in_hand = runs.in_hand(read, types, engine=engine)
    queue = Queue(engine, slots, in_hand, is_internal=types == INTERNALS)
    return queue, runs.pending_order(read, types, engine=engine)
