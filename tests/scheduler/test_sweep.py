"""What runs that have ended left behind is taken back; what lives, and what is pointed to, stays."""

from __future__ import annotations

from sqlalchemy import func, select

from safelight.actions import settle
from safelight.actions.context import Context
from safelight.actions.taking_back import AT_ONCE
from safelight.domain.jobs import Exit
from safelight.engines.local import run_folder
from safelight.scheduler.sweep import Sweep
from safelight.store import checkpoints, documents, schema
from safelight.store.checkpoints import Checkpoint
from safelight.store.documents import NewDocument
from safelight.store.runs import Run


def write(context: Context, run: Run, batches: int) -> None:
    """As many checkpoints of two documents each, and a scratch file."""
    with context.db.transaction() as tx:
        for number in range(batches):
            new = [NewDocument(b"{}", {}, 0)] * 2
            keys = documents.add_many(tx, run.organization_id, new)
            checkpoints.add(tx, run.run_id, Checkpoint(number, document_keys=keys))
    work = run_folder(context.settings.data, run.run_id) / "work"
    work.mkdir(parents=True)
    (work / "scratch").touch()


def left(context: Context) -> tuple[int, int]:
    """Documents and checkpoints."""
    with context.db.read() as read:
        tables = (schema.document, schema.checkpoint)
        found = [read.scalar(select(func.count()).select_from(table)) for table in tables]
    return found[0], found[1]


def test_what_a_run_left_that_ended_is_taken_back_step_by_step(context: Context, run: Run) -> None:
    batches = 2 * AT_ONCE + 1
    write(context, run, batches)
    sweep = Sweep(context)
    assert not sweep.step()
    assert left(context) == (2 * batches, batches)
    settle.settle(context.db, run.run_id, Exit(signal=9))
    assert sweep.step()
    assert left(context) == (2 * (AT_ONCE + 1), AT_ONCE + 1)
    assert sweep.step()
    assert not sweep.step()
    assert left(context) == (0, 0)
    assert not (run_folder(context.settings.data, run.run_id) / "work").exists()


def test_a_run_that_lives_keeps_what_it_has_written(context: Context, run: Run) -> None:
    write(context, run, 3)
    assert not Sweep(context).step()
    assert left(context) == (6, 3)
    assert (run_folder(context.settings.data, run.run_id) / "work" / "scratch").exists()
