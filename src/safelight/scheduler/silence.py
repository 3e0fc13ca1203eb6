"""How long others have been silent while somebody was there to hear them. Knows no store and no time of day."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from uuid import UUID

# Whoever looks so rarely was not listening in between: its machine slept, it was stopped, or the
# database did not answer, and then nobody else could say anything either.
ATTENTIVE_S = 60.0

# The sleep of the machine counts here, so that waking up shows as a pause. Where the system has no such
# clock (it is Linux's), its sleep goes unseen and counts for nothing, which is nobody's loss.
_UPTIME = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def uptime() -> float:
    """Seconds by a clock that nobody sets."""
    return time.clock_gettime(_UPTIME)


class Silence:
    """Measures by watching signs change, not by the times that are written in them.

    A deadline in a row is a time of day, and that clock may be set forward (all would be lost at once)
    or back (the dead would live for as long). So the observer's own clock counts from the moment at
    which it first saw a sign, as clients of leases in other systems do, and from the beginning again
    after a pause in which it did not look.
    """

    def __init__(self, clock: Callable[[], float] = uptime) -> None:
        self._clock = clock
        self._looked = clock()
        self._since: dict[UUID, tuple[Hashable, float]] = {}

    def of(self, signs: Mapping[UUID, Hashable]) -> dict[UUID, float]:
        """Seconds without a new sign, of each who is here now. To be called at every look."""
        now = self._clock()
        known = self._since if now - self._looked <= ATTENTIVE_S else {}
        self._looked = now
        self._since = {
            who: seen if (seen := known.get(who)) and seen[0] == sign else (sign, now)
            for who, sign in signs.items()
        }
        return {who: now - since for who, (_sign, since) in self._since.items()}
