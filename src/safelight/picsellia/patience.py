"""Waiting a moment for quick operations, so that clients that poll see their end at the first look."""

from __future__ import annotations

import time
from uuid import UUID

from safelight.actions.context import Context
from safelight.store import runs
from safelight.store.runs import Run

PATIENCE_S = 2.0
LOOK_EVERY_S = 0.03


def wait(context: Context, run_id: UUID, patience_s: float = PATIENCE_S) -> Run:
    """The run once it has ended, or as it stands after `patience_s`."""
    deadline = time.monotonic() + patience_s
    while True:
        with context.db.read() as read:
            run = runs.get(read, run_id)
        if run.is_final or time.monotonic() > deadline or context.hub.closing.is_set():
            return run
        time.sleep(LOOK_EVERY_S)
