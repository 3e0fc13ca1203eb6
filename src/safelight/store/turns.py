"""One writer at a time, in the order in which they asked, none of them kept waiting for too long."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class TooLate(Exception):
    """The turn did not come in time; whoever waited has left the queue."""


class Turns:
    """A queue of threads. A turn is passed from hand to hand, so nobody who comes later gets between.

    Each waits so long from when it asked, and what is left of that is for what it does with its turn:
    were it counted from the turn on, the last of many behind a locked file would wait for all of them.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._mutex = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    @contextmanager
    def take(self, patience_s: float) -> Iterator[float]:
        """Wait for a turn; gives the seconds left of the patience. Raises TooLate."""
        until = self._clock() + patience_s
        self._acquire(until)
        try:
            left_s = until - self._clock()
            if left_s <= 0:
                raise TooLate
            yield left_s
        finally:
            self._pass_on()

    def _acquire(self, until: float) -> None:
        with self._mutex:
            if not self._taken:
                self._taken = True
                return
            turn = threading.Lock()
            turn.acquire()  # whoever passes the turn on releases it
            self._waiting.append(turn)
        if turn.acquire(timeout=max(0.0, until - self._clock())):
            return
        with self._mutex:
            if turn in self._waiting:
                self._waiting.remove(turn)
                raise TooLate
        # It came at the last moment: `take` sees whether anything is left, and passes it on if not.

    def _pass_on(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
