"""Runs that execute elsewhere and are only tracked: what is heard of them is their sign of life."""

from __future__ import annotations

from safelight.actions.context import Context
from safelight.actions.settle import EXTERNAL
from safelight.errors import AlreadyEnded
from safelight.store import runs
from safelight.store.runs import Run


def hear(context: Context, run: Run) -> None:
    """A call came from the run: it runs, and lives. Of a run with a runner of ours this says nothing.

    Raises AlreadyEnded.
    """
    if run.is_final:
        raise AlreadyEnded("The run has ended.", run_id=str(run.run_id), status=run.status)
    if run.engine != EXTERNAL:
        return
    with context.db.transaction() as tx:
        alive_until = tx.now + round(context.settings.lost_after_s * 1_000_000)
        runs.start(tx, run.run_id, alive_until=alive_until)
