"""Time that passes while a rescuer looks at its own pace, as it does in a server that is awake."""

from __future__ import annotations

from safelight.scheduler.loop import RESCUE_EVERY_S
from safelight.scheduler.rescue import Rescue
from tests.conftest import FakeClock


def listen(rescue: Rescue, clock: FakeClock, seconds: float) -> None:
    """Look now, then every few seconds, the last time when they are over."""
    rescue.step()
    while seconds > 0:
        turn = min(RESCUE_EVERY_S, seconds)
        clock.advance(turn)
        rescue.step()
        seconds -= turn
