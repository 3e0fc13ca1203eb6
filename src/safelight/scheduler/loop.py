"""The thread that repeats the scheduler's steps: at once when woken, each at its own pace otherwise."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

import structlog

from safelight.actions.context import Context
from safelight.engines.base import Engine
from safelight.scheduler.counting import Counting
from safelight.scheduler.dispatch import Dispatch
from safelight.scheduler.rescue import Rescue
from safelight.scheduler.sweep import Sweep
from safelight.scheduler.watch import Watch
from safelight.store import runs

WATCH_EVERY_S = 0.5
RESCUE_EVERY_S = 5.0
SWEEP_EVERY_S = 5.0
LOOK_EVERY_S = 0.05  # while draining

log = structlog.get_logger()


class Scheduler:
    """One thread for all steps, so that an engine is used by one caller at a time; beside it, one that counts."""

    def __init__(self, context: Context, engines: Mapping[str, Engine]) -> None:
        self._context = context
        self._dispatch = Dispatch(context, engines)
        self._watch = Watch(context, engines)
        self._rescue = Rescue(context, engines)
        self._sweep = Sweep(context)
        self._counting = Counting(context)
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._repeat, name="scheduler", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._counting.start()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        """End the thread; runs go on without it. Safe to call twice, or before `start`."""
        self._ends.set()
        self._context.wake.set()
        self._counting.stop()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def drain(self, *, timeout_s: float) -> bool:
        """Wait until no run is live, taking the engines' word for ends; False after `timeout_s`.

        For shutdown, when runners cannot reach the server any more.
        """
        self._watch.is_draining = True
        deadline = time.monotonic() + timeout_s
        while True:
            self._context.wake.set()
            with self._context.db.read() as read:
                if not runs.count_live(read):
                    return True
            if time.monotonic() > deadline:
                return False
            time.sleep(LOOK_EVERY_S)

    def _repeat(self) -> None:
        watch_at = rescue_at = sweep_at = time.monotonic()
        while not self._ends.is_set():
            # Cleared before looking: what is launched after the look wakes the next wait at once.
            self._context.wake.clear()
            _try(self._dispatch.step)
            _try(self._watch.pass_on_stops)
            now = time.monotonic()
            if now >= watch_at or self._watch.is_draining:
                _try(self._watch.step)
                watch_at = now + WATCH_EVERY_S
            if now >= rescue_at:
                _try(self._rescue.step)
                rescue_at = now + RESCUE_EVERY_S
            if now >= sweep_at:
                has_more = _try(self._sweep.step)
                sweep_at = now + (0.0 if has_more else SWEEP_EVERY_S)
            if self._ends.is_set():
                return
            self._context.wake.wait(max(0.0, min(watch_at, rescue_at) - time.monotonic()))


def _try(step: Callable[[], object]) -> object:
    """A step that fails, as when the database is away, is tried again at the next turn."""
    try:
        return step()
    except Exception:
        log.exception("scheduler step failed")
        return None
