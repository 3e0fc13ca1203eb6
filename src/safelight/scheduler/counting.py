"""Counts what versions hold, for their statistics and their lists by label: a thread of its own, at rest for as long
as it works, so that others have the machine.
"""

from __future__ import annotations

import threading
import time

import structlog

from safelight.actions.context import Context
from safelight.store import statistics

LOOK_EVERY_S = 1.0

log = structlog.get_logger()


class Counting:
    """Several servers may count at once: what one has counted the other leaves."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._repeat, name="counting", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the step that it is in. Safe to call twice, or before `start`."""
        self._ends.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def step(self) -> bool:
        """One block of the version with the least to count; whether there is more to do."""
        with self._context.db.read() as read:
            waiting = statistics.waiting(read)
        return any(statistics.count(self._context.db, version_key) for version_key in waiting)

    def _repeat(self) -> None:
        while not self._ends.is_set():
            began = time.monotonic()
            try:
                has_more = self.step()
            except Exception:
                log.exception("counting failed")
                has_more = False
            took = time.monotonic() - began
            self._ends.wait(took if has_more else LOOK_EVERY_S)
