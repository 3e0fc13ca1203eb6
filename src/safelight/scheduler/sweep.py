"""Takes back what operations wrote whose runs have ended: they were killed before they could do it themselves.
And removes files that nobody needs any more.
"""

from __future__ import annotations

import shutil

from safelight.actions.context import Context
from safelight.actions.left_lying import LeftLying
from safelight.actions.taking_back import take_some_back
from safelight.engines.local import run_folder
from safelight.store import checkpoints


class Sweep:
    """An operation that lives still, although its run has ended, finds that out in its last step at the
    latest; what it writes until then is taken back at a later turn.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lying = LeftLying(context)

    def step(self) -> bool:
        """One short step for each such run; whether there is more to do. Files that lie about are not urgent."""
        self._lying.step()
        with self._context.db.read() as read:
            ended = checkpoints.left_over(read)
        is_over = True
        for run_id in ended:
            work = run_folder(self._context.settings.data, run_id) / "work"
            shutil.rmtree(work, ignore_errors=True)
            is_over &= take_some_back(self._context, run_id)
        return not is_over
