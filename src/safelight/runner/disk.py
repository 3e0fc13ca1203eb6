"""How much disk folders take, found out a little at a time."""

from __future__ import annotations

import os
import time
from typing import Callable, Iterator, Optional, Set, Tuple

# One look may take so long, whatever is in the folders.
A_LOOK_S = 0.02
_BETWEEN_CLOCKS = 64  # files
# After a walk comes a pause: at least so long, and so many times what the walk itself took.
_PAUSE_S, _PAUSES = 1.0, 20.0


class DiskMeter:
    """Walks the folders again and again, `look` by `look`, and rests after each walk: a folder with
    millions of files costs no more of a processor than a small one, its figure is only older.
    """

    def __init__(self, *paths: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.used: Optional[int] = None  # bytes, as the last whole walk found it
        self._paths = paths
        self._clock = clock
        self._walk: Optional[Iterator[int]] = None
        self._sum = 0
        self._taken_s = 0.0
        self._next_at = 0.0

    def look(self) -> int:
        """Go on a little; the bytes that are there at least, as far as this walk or the last one saw."""
        begun = self._clock()
        if self._walk is None:
            if begun < self._next_at or not self._paths:
                return self.used or 0
            self._walk, self._sum, self._taken_s = _sizes(self._paths), 0, 0.0
        is_whole = self._go_on(self._walk, begun + A_LOOK_S)
        self._taken_s += self._clock() - begun
        if is_whole:
            self.used, self._walk = self._sum, None
            self._next_at = self._clock() + max(_PAUSE_S, _PAUSES * self._taken_s)
            return self.used
        return max(self._sum, self.used or 0)

    def _go_on(self, walk: Iterator[int], until: float) -> bool:
        """Whether the walk is over."""
        for count, size in enumerate(walk, 1):
            self._sum += size
            if count % _BETWEEN_CLOCKS == 0 and self._clock() >= until:
                return False
        return True


def _sizes(paths: Tuple[str, ...]) -> Iterator[int]:
    """The bytes of each file below; of one with several names once. Links are not followed."""
    seen: Set[Tuple[int, int]] = set()
    folders = list(paths)
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    yield _size(entry, seen)
        except OSError:
            pass  # removed meanwhile, or not ours to read


def _size(entry: os.DirEntry[str], seen: Set[Tuple[int, int]]) -> int:
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError:
        return 0
    if found.st_nlink > 1 and not entry.is_dir(follow_symlinks=False):
        if (found.st_dev, found.st_ino) in seen:
            return 0
        seen.add((found.st_dev, found.st_ino))
    return found.st_blocks * 512
