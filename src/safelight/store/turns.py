"""One writer at a time, in order, none of them kept waiting for too long."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Passing a turn to a thread that sleeps costs the time it takes to wake up, in which nobody writes. So
# who is awake may go first, but the queue moves on at least this often.
FAIR_S = 0.02


class TooLate(Exception):
    """The turn did not come in time; whoever waited has left the queue."""


class Turns:
    """A queue of threads for what only one of them may do.

    Each waits so long from when it asked, and what is left of that is for what it does with its turn:
    were it counted from the turn on, the last of many behind a locked file would wait for all of them.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._mutex = threading.Lock()  # for what follows; never held while waiting
        self._taken = False
        self._waiting: deque[_Place] = deque()
        self._moved = clock()  # when the first of the queue had its turn

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
            place = _Place()
            self._waiting.append(place)
        while True:
            woken = place.bell.acquire(timeout=max(0.0, until - self._clock()))
            with self._mutex:
                if place.has_turn or self._take_free(place):
                    return  # maybe at the last moment: `take` sees whether anything is left
                if not woken:
                    self._waiting.remove(place)
                    raise TooLate

    def _take_free(self, place: _Place) -> bool:
        """Take the turn if nobody has it and this is the first place."""
        if self._taken or self._waiting[0] is not place:
            return False
        self._taken = True
        self._move()
        return True

    def _pass_on(self) -> None:
        with self._mutex:
            if not self._waiting:
                self._taken = False
                return
            if self._clock() - self._moved >= FAIR_S:
                first = self._move()
                first.has_turn = True
            else:
                self._taken = False
                first = self._waiting[0]
            first.ring()

    def _move(self) -> _Place:
        self._moved = self._clock()
        return self._waiting.popleft()


class _Place:
    """Of one thread in the queue."""

    def __init__(self) -> None:
        self.has_turn = False
        self.bell = threading.Lock()
        self.bell.acquire()

    def ring(self) -> None:
        if self.bell.locked():  # else it was rung before, and its thread is about to look
            self.bell.release()
