"""Waiting longer after each failure."""

from __future__ import annotations

FIRST_S, MOST_S = 0.05, 2.0


class Backoff:
    def __init__(self) -> None:
        self._next_s = FIRST_S

    def next(self) -> float:
        """Seconds to wait now."""
        now, self._next_s = self._next_s, min(self._next_s * 2, MOST_S)
        return now

    def reset(self) -> None:
        self._next_s = FIRST_S
