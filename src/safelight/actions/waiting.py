"""Tells for each waiting run what holds it: its lane's places, its organization's limit, its next try."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from safelight.config import Settings
from safelight.domain.jobs import PENDING, JobType, RunStatus
from safelight.domain.waiting import Allowance, NextTry, Queue, why_waiting
from safelight.store import limits, queue
from safelight.store.db import Read
from safelight.store.limits import Holder
from safelight.store.queue import Waiting

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
    asked = list(waiting)
    queues = _Queues(read, settings)
    known = queue.waiting(read, [run_id for run_id, status, _, _ in asked if status is PENDING])
    found = {}
    for run_id, status, engine, job_type in asked:
        types = INTERNALS if job_type is JobType.INTERNAL else SCRIPTS
        sentence = queues.sentence(run_id, status, engine, types, known.get(run_id))
        if sentence is not None:
            found[run_id] = sentence
    return found


@dataclass(slots=True)
class _Queues:
    """What several sentences need, asked for once."""

    read: Read
    settings: Settings
    orders: dict[tuple[str, tuple[JobType, ...]], list[UUID]] = field(default_factory=dict)
    holders: dict[UUID, list[Holder]] = field(default_factory=dict)
    limits: dict[UUID, int | None] = field(default_factory=dict)

    def sentence(
        self,
        run_id: UUID,
        status: RunStatus,
        engine: str,
        types: tuple[JobType, ...],
        known: Waiting | None,
    ) -> str | None:
        if known is None:  # it does not wait for a place
            return why_waiting(status, Queue(engine, None, 0), 0)
        order = self._order(engine, types)
        return why_waiting(
            status,
            self._queue(engine, types, known.organization_id),
            order.index(run_id) if run_id in order else len(order),
            allowance=self._allowance(known.organization_id),
            next_try=self._next_try(known),
        )

    def _order(self, engine: str, types: tuple[JobType, ...]) -> list[UUID]:
        if (engine, types) not in self.orders:
            self.orders[engine, types] = queue.pending_order(self.read, types, engine=engine)
        return self.orders[engine, types]

    def _held(self, organization_id: UUID) -> list[Holder]:
        if organization_id not in self.holders:
            self.holders[organization_id] = limits.holders(self.read, organization_id)
        return self.holders[organization_id]

    def _queue(self, engine: str, types: tuple[JobType, ...], organization_id: UUID) -> Queue:
        """Of the runs of other organizations people learn the number, not the names."""
        is_internal = types == INTERNALS
        names = tuple(
            each.name
            for each in self._held(organization_id)
            if (each.engine, each.is_internal) == (engine, is_internal)
        )
        slots = lane_slots(self.settings, types) if engine == "local" else None
        in_hand = queue.in_hand(self.read, types, engine=engine)
        return Queue(engine, slots, in_hand, is_internal, names)

    def _allowance(self, organization_id: UUID) -> Allowance | None:
        if organization_id not in self.limits:
            self.limits[organization_id] = limits.get(self.read, organization_id)
        limit = self.limits[organization_id]
        if limit is None:
            return None
        held = self._held(organization_id)
        return Allowance(limit, len(held), tuple(each.name for each in held))

    def _next_try(self, known: Waiting) -> NextTry | None:
        if known.retry is None or known.ready_at <= self.read.now:
            return None
        at = time.strftime("%H:%M:%S UTC", time.gmtime(known.ready_at / 1_000_000))
        return NextTry(at, known.retries, known.retry.times)
