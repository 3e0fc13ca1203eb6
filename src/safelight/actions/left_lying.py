"""Removes files that nobody needs: thumbnails of deleted data, and what uploads were writing that were killed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from safelight.actions import thumbnails
from safelight.actions.context import Context
from safelight.store import data

AT_ONCE = 200
UNTOUCHED_S = 24 * 3600  # who still writes a file, or has just made it, has touched it since
PAUSE_S = 3600


class LeftLying:
    """A walk through the folders, a few files in each step, that begins anew an hour after its end.

    Buckets have rules of their own for what was never completed.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._files = self._walk()
        self._begins_at_s = 0.0

    def step(self) -> None:
        now_s = time.time()  # the clock that files have their times of
        if now_s < self._begins_at_s:
            return
        found = list(islice(self._files, AT_ONCE))
        old = [each for each in found if _is_untouched(each, now_s)]
        for each in self._unneeded(old):
            each.unlink(missing_ok=True)
        if len(found) < AT_ONCE:
            self._files, self._begins_at_s = self._walk(), now_s + PAUSE_S

    def _walk(self) -> Iterator[Path]:
        yield from self._context.blobs.unfinished()
        yield from thumbnails.every(self._context)

    def _unneeded(self, files: Sequence[Path]) -> Iterator[Path]:
        """Data that enters while this looks finds its old thumbnail gone at worst, and makes it anew."""
        of_what = {each: thumbnails.of_what(each) for each in files}
        with self._context.db.read() as read:
            there = data.known(read, [one for one in of_what.values() if one is not None])
        return (each for each in files if of_what[each] is None or of_what[each] not in there)


def _is_untouched(path: Path, now_s: float) -> bool:
    try:
        return now_s - path.stat().st_mtime > UNTOUCHED_S
    except OSError:
        return False  # somebody else was quicker
