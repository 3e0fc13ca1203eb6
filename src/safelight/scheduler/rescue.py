"""Ends what nobody else will: runs whose runner is silent for too long, that declared their end and
stayed, or that were killed and never said so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

import structlog

from safelight.actions import diagnosing, settle
from safelight.actions.context import Context
from safelight.domain.jobs import Exit, Failure, FailureKind
from safelight.engines.base import Engine
from safelight.scheduler.silence import Silence, uptime
from safelight.scheduler.watch import OVERSTAY_S
from safelight.store import runs
from safelight.store.runs import Run

SECOND = 1_000_000  # microseconds

OVERSTAY_GRACE_S = 10.0
UNANSWERED_S = 60.0  # after the moment at which a stop became a kill

log = structlog.get_logger()


class Rescue:
    """Counts silence from its own start on: while no server was there, no runner could be heard.

    And after every pause from its end on: whoever slept, was stopped or had no database gives each
    runner the whole time again.
    """

    def __init__(
        self,
        context: Context,
        engines: Mapping[str, Engine],
        clock: Callable[[], float] = uptime,
    ) -> None:
        self._context = context
        self._engines = engines
        self._heartbeats = Silence(clock)
        self._stops = Silence(clock)

    def step(self) -> None:
        """End each run that is lost, stays after its declared end, or did not answer a kill."""
        with self._context.db.read() as read:
            signs = runs.signs_of_life(read)
            overstaying = runs.overstaying(read, declared_before=read.now - _micros(OVERSTAY_S))
            killed = [run for run in runs.stopping(read) if (run.kill_at or 0) <= read.now]
        for run_id, silent_s in self._heartbeats.of(signs).items():
            if silent_s >= self._context.settings.lost_after_s:
                self._lose(run_id)
        for run in overstaying:
            self._send_away(run)
        unanswered = self._stops.of({run.run_id: (run.kill_at, run.seen_at) for run in killed})
        for run_id, silent_s in unanswered.items():
            if silent_s >= UNANSWERED_S:
                self._end_unanswered(run_id)

    def _lose(self, run_id: UUID) -> None:
        minutes = self._context.settings.lost_after_s / 60
        message = f"Nothing was heard of this run for {minutes:.0f} minutes."
        failure = Failure(FailureKind.LOST, message)
        settle.settle(self._context.db, run_id, Exit(failure=failure))

    def _send_away(self, run: Run) -> None:
        if run.engine == settle.EXTERNAL:
            if run.has_runner:
                return  # the answers to its heartbeats send it away
            tail = diagnosing.tail(self._context, run)
            settle.settle(self._context.db, run.run_id, Exit(exit_code=0), tail=tail)
        elif run.engine in self._engines and run.handle is not None:
            self._engines[run.engine].stop(run.handle, grace_s=OVERSTAY_GRACE_S)

    def _end_unanswered(self, run_id: UUID) -> None:
        message = "The run was told to stop and did not answer."
        failure = Failure(FailureKind.ENGINE_ERROR, message)
        settle.settle(self._context.db, run_id, Exit(failure=failure), stop_signalled=True)


def _micros(seconds: float) -> int:
    return round(seconds * SECOND)
