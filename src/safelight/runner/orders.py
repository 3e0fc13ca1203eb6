"""What the server wants of a run now: to be stopped, or given up. Told by one thread, obeyed by another."""

from __future__ import annotations

import os
from typing import Any, Dict, List, NamedTuple, Optional


class Stop(NamedTuple):
    grace_s: float  # between SIGTERM and SIGKILL


class Orders:
    def __init__(self, *, is_tracked: bool = False) -> None:
        """`is_tracked`: the server only watches; that it gives a run up is no reason to end it."""
        self.is_tracked = is_tracked
        self.signals: List[int] = []  # from the terminal, to be passed on
        self.stop: Optional[Stop] = None
        self._until: Optional[int] = None
        self.given_up = False
        self.wake, self._ring = os.pipe()  # `wake` is readable when something is new
        os.set_blocking(self._ring, False)
        os.set_blocking(self.wake, False)

    def take(self, wish: Optional[Dict[str, Any]]) -> None:
        """A stop request as the server writes it, or none. A shorter grace replaces a longer one.

        One that is known is not heard again: what is left of it the server counts by the time of day,
        which may be set, and we by a clock that may not.
        """
        if not wish:
            return
        until = wish.get("until")
        if until is None or until != self._until:
            self._until = until
            self.ask(0.0 if wish.get("kill") else float(wish.get("grace_s") or 0.0))

    def ask(self, grace_s: float) -> None:
        if self.stop is None or grace_s < self.stop.grace_s:
            self.stop = Stop(grace_s)
            self._wake()

    def give_up(self) -> None:
        """The server has no use for this run any more."""
        self.given_up = True
        if not self.is_tracked:
            self.ask(0.0)

    def pass_on(self, number: int, _: object = None) -> None:
        """A signal handler: whoever watches passes the signal on, between two of its steps."""
        self.signals.append(number)
        self._wake()

    def heard(self) -> None:
        """Make `wake` unreadable again, before looking at what is new."""
        try:
            os.read(self.wake, 4096)
        except BlockingIOError:
            pass

    def _wake(self) -> None:
        try:
            os.write(self._ring, b"!")
        except BlockingIOError:
            pass  # it rings already
