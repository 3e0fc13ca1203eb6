"""Asks engines how their runs stand: delivers stops, adopts runs after a restart, and takes the engine's
word for an end that the runner does not report itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog

from safelight.actions import diagnosing, masking, settle
from safelight.actions.context import Context
from safelight.domain.jobs import Exit
from safelight.engines.base import Engine
from safelight.scheduler.dispatch import CLAIM_S, work_of
from safelight.store import runs
from safelight.store.runs import Run

SECOND = 1_000_000  # microseconds

PATIENCE_S = 2.0  # after the engine's word, for the runner's own report, which says more
SHIPPING_S = 60.0  # the same while its heartbeats show that it is still sending log lines
HEARTBEAT_S = 5.0  # a runner seen so recently is alive
LEFT_OVER_S = 5.0  # a process that outlives its run's end by so much is ended
OVERSTAY_S = 60.0  # after a declared end, until we end the process
KEEP_WATCHING_S = 24 * 3600.0  # an ended run whose log is not whole

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Word:
    """When the engine first said that a run has ended, by the watch's own clock."""

    at: float
    exit: Exit


class Watch:
    """Keeps nothing that a restart would lose: what it remembers only spares repetition."""

    def __init__(
        self,
        context: Context,
        engines: Mapping[str, Engine],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._context = context
        self._engines = engines
        self._clock = clock
        self._words: dict[UUID, _Word] = {}
        self._told: dict[UUID, int] = {}  # the deadline of the stop that was passed on
        self.is_draining = False  # nobody can report any more: take the engine's word at once

    def step(self) -> None:
        """Look at every run that an engine has in hand."""
        self._adopt()
        with self._context.db.read() as read:
            watched = runs.watched(read, self._engines.keys())
        for run in watched:
            try:
                self._look(run)
            except Exception:  # one engine that fails must not hide the others' runs
                log.exception("cannot watch a run", run=str(run.run_id), engine=run.engine)
        known = {run.run_id for run in watched}
        self._words = {run_id: each for run_id, each in self._words.items() if run_id in known}
        self._told = {run_id: each for run_id, each in self._told.items() if run_id in known}

    def pass_on_stops(self) -> None:
        """Tell the engines of runs that were asked to stop; their runners hear it sooner this way."""
        with self._context.db.read() as read:
            asked = runs.stopping(read)
        for run in asked:
            if run.engine in self._engines and run.handle is not None:
                self._pass_on(run)

    def _pass_on(self, run: Run) -> None:
        deadline = run.kill_at or 0
        if self._told.get(run.run_id) == deadline or run.handle is None:
            return
        left_s = max(0, deadline - self._context.db.clock()) / SECOND
        self._engines[run.engine].stop(run.handle, grace_s=left_s)
        self._told[run.run_id] = deadline

    def _look(self, run: Run) -> None:
        assert run.handle is not None
        exit = self._engines[run.engine].poll(run.handle)
        if run.is_final:
            self._look_after(run, exit)
            return
        if exit is None:
            self._words.pop(run.run_id, None)
            return
        now = self._clock()
        word = self._words.setdefault(run.run_id, _Word(now, exit))
        if self._is_enough(run, now - word.at):
            exit = masking.masked(self._context, run, exit)
            settle.settle(
                self._context.db,
                run.run_id,
                exit,
                stop_signalled=_is_ours(run, exit, self._context.db.clock()),
                tail=diagnosing.tail(self._context, run),
            )

    def _is_enough(self, run: Run, waited_s: float) -> bool:
        if self.is_draining or waited_s >= SHIPPING_S:
            return True
        silent_s = (self._context.db.clock() - (run.seen_at or 0)) / SECOND
        return waited_s >= PATIENCE_S and silent_s >= HEARTBEAT_S

    def _look_after(self, run: Run, exit: Exit | None) -> None:
        """An ended run: end what is left of it, and wait until its log is whole."""
        assert run.handle is not None
        ended_s = (self._context.db.clock() - (run.finished_at or 0)) / SECOND
        if exit is None:
            if ended_s >= LEFT_OVER_S or run.started_at is None:
                self._engines[run.engine].stop(run.handle, grace_s=0)
            if ended_s < KEEP_WATCHING_S:
                return
        if run.log_completed_at is not None or ended_s >= KEEP_WATCHING_S:
            with self._context.db.transaction() as tx:
                runs.unwatch(tx, run.run_id)

    def _adopt(self) -> None:
        """Find the handles that a scheduler died before writing: starting again finds what it started."""
        with self._context.db.read() as read:
            before = read.now - CLAIM_S * SECOND
            orphaned = runs.orphaned(read, self._engines.keys(), started_before=before)
        for run in orphaned:
            try:
                handle = self._engines[run.engine].start(work_of(self._context, run))
            except Exception:
                log.exception("cannot adopt a run", run=str(run.run_id), engine=run.engine)
                continue
            with self._context.db.transaction() as tx:
                runs.adopt(tx, run.run_id, handle)


def _is_ours(run: Run, exit: Exit, now: int) -> bool:
    """Whether a stop of ours ended the process, as far as an engine can tell: it was asked to stop, or
    stayed after its declared end, and did not go by itself.
    """
    stays = run.declared_at is not None and now - run.declared_at >= OVERSTAY_S * SECOND
    return (run.stop_requested_at is not None or stays) and exit.exit_code != 0
