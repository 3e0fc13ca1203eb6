"""An engine whose runs do what a test says: the double at the one seam of the scheduler."""

from __future__ import annotations

from dataclasses import dataclass, field

from safelight.domain.jobs import Exit
from safelight.engines.base import Work
from safelight.errors import Unavailable


@dataclass
class ScriptedEngine:
    """`ends` says how a run has ended, by handle; `stops` keeps what was asked."""

    name: str = "local"
    started: list[Work] = field(default_factory=list)
    ends: dict[str, Exit] = field(default_factory=dict)
    stops: list[tuple[str, float]] = field(default_factory=list)
    is_full: bool = False
    breaks: str = ""

    def start(self, work: Work) -> str:
        if self.is_full:
            raise Unavailable("No room.")
        if self.breaks:
            raise RuntimeError(self.breaks)
        self.started.append(work)
        return str(work.run_id)

    def poll(self, handle: str) -> Exit | None:
        return self.ends.get(handle)

    def stop(self, handle: str, *, grace_s: float) -> None:
        self.stops.append((handle, grace_s))
