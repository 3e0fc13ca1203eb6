"""What an engine is: three verbs that may be repeated without harm. Knows no store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from uuid import UUID

from safelight.domain.jobs import Exit


@dataclass(frozen=True, slots=True)
class Work:
    """What an engine must know of a run; the rest is in the spec that its runner asks for."""

    run_id: UUID
    runner_token: str = field(repr=False)
    kind: Literal["process", "internal"] = "process"
    limits: Mapping[str, Any] = field(default_factory=dict)  # of an internal one: it has no spec


class Engine(Protocol):
    """A place that can execute runs. A handle is plain text and outlives this process."""

    @property
    def name(self) -> str: ...

    def start(self, work: Work) -> str:
        """Start the run, or find what an earlier call started; its handle.

        Raises Unavailable, and nothing has started, if the engine cannot start anything just now.
        """
        ...

    def poll(self, handle: str) -> Exit | None:
        """How the run ended, as far as the engine can tell; None while it runs. Never blocks.

        What the runner itself reports wins over this.
        """
        ...

    def stop(self, handle: str, *, grace_s: float) -> None:
        """Ask the run to end, and make it end after the grace. Never blocks."""
        ...
