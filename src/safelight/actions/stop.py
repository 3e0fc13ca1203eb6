"""Asking a run to stop: at once if it has not started, else by its runner, and by its engine at last."""

from __future__ import annotations

from uuid import UUID

from safelight.actions import settle
from safelight.actions.access import Actor
from safelight.domain.jobs import RUNNING
from safelight.domain.permissions import require
from safelight.errors import Invalid
from safelight.store import runs
from safelight.store.db import Database
from safelight.store.runs import Run

GRACE_S = 30.0
LONGEST_GRACE_S = 3600.0


def request(db: Database, run_id: UUID, by: Actor, grace_s: float = GRACE_S) -> Run:
    """Ask a run to stop; 0 seconds of grace kill now. Of a finished run it changes nothing.

    A run that waits is ended here; a running one hears it at its runner's next heartbeat.
    Raises NotFound, Denied.
    """
    if not 0 <= grace_s <= LONGEST_GRACE_S:
        raise Invalid(f"grace_s must be from 0 to {LONGEST_GRACE_S:.0f} seconds.", field="grace_s")
    with db.transaction() as tx:
        # Held: it can neither start nor end between the look and the request.
        run = runs.get(tx, run_id, by.organization_id, hold=True)
        require(by, "stop_own" if run.triggered_by == by.user_id else "manage_jobs")
        if run.is_final:
            return run
        run = runs.request_stop(tx, run_id, by.user_id, grace_s=grace_s)
        if run.status is RUNNING and (run.has_runner or run.engine != settle.EXTERNAL):
            return run  # its runner will tell the end
        return settle.stop_in(tx, run)


def request_all(db: Database, *, grace_s: float) -> None:
    """Ask every live run of this installation to stop: the server that they belong to ends."""
    with db.transaction() as tx:
        for live in runs.live(tx):
            run = runs.get(tx, live.run_id, hold=True)
            if run.is_final:
                continue  # it ended between the two looks
            asked = runs.request_stop(tx, run.run_id, run.triggered_by, grace_s=grace_s)
            if asked.status is not RUNNING:
                settle.stop_in(tx, asked)
