"""Takes back what a run has written and nobody can see: documents, and files with their bytes."""

from __future__ import annotations

from uuid import UUID

from safelight.actions.context import Context
from safelight.store import checkpoints

AT_ONCE = 4  # checkpoints: a transaction that holds nobody up


def take_back(context: Context, run_id: UUID) -> None:
    """All of it, in short steps."""
    while not take_some_back(context, run_id):
        pass


def take_some_back(context: Context, run_id: UUID) -> bool:
    """One step, newest first, so that what is left is a beginning of the same work; True if it was the
    last. Bytes go first: cut off in between, the step is done again.
    """
    with context.db.read() as read:
        some = checkpoints.newest(read, run_id, AT_ONCE)
    context.blobs.remove(name for each in some for name in each.object_names)
    with context.db.transaction() as tx:
        checkpoints.remove(tx, run_id, some)
    return len(some) < AT_ONCE
