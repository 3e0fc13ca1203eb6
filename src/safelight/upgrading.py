"""Brings a database to this version's schema under running jobs: which of them pause, and how they go on.

Scripts speak to the server only, and wait for it as they do through any restart. Operations of ours have
the database open themselves, with the code of the version that started them: they leave before the schema
changes, and begin again as the same run. What they had staged was written by that other version, so it is
taken back and done anew; what is visible is made true in their last step alone, so nothing is done twice.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from safelight.actions.context import Context
from safelight.actions.taking_back import take_back
from safelight.engines import pausing
from safelight.engines.local import run_folder
from safelight.runner.folder import RunFolder
from safelight.store import migrations, runs
from safelight.store.db import Database


def upgrade(db: Database, data: Path) -> None:
    """Migrate, when no operation is in the way. Raises Conflict, and has changed nothing, if the
    database belongs to a newer version or an operation cannot be ended.
    """
    if migrations.pending(db):
        pausing.pause_all(data, _say)
        migrations.upgrade(db)


def resume(context: Context) -> None:
    """Let the operations that were paused begin again. To be called at every start, before anybody looks
    at their runs: whoever paused them may have died before it came to this.
    """
    with context.db.read() as read:
        internal = [run.run_id for run in runs.live(read) if "internal" in run.source]
    for run_id in internal:
        folder = RunFolder(str(run_folder(context.settings.data, run_id)))
        paused_at = pausing.paused_at(folder)
        if paused_at is None:
            continue
        # First the record, then the folder: should we die in between, all of this is done again and
        # the record says it twice. The other way round it might never say it.
        with context.db.transaction() as tx:
            begins = runs.resume(tx, run_id, paused_at=paused_at)
        if begins:
            # Of one that had to be killed: another version wrote it.
            take_back(context, run_id)
            shutil.rmtree(folder.work, ignore_errors=True)
            pausing.begin_again(folder)


def _say(sentence: str) -> None:
    print(sentence, flush=True)
