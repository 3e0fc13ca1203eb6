"""What the runner did to the child and why, on disk before it is done, so that a successor knows."""

from __future__ import annotations

from typing import Optional

from .failure import Report
from .folder import VERDICT, RunFolder


class Verdict:
    """`failure`: the reason found by the runner. `stop_signalled`: a stop of ours reached the child.
    `is_final`: the run is over although no child has ended (it never started, or nobody can say).
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        note = folder.read(VERDICT) or {}
        self.failure: Optional[Report] = note.get("failure")
        self.stop_signalled: bool = note.get("stop_signalled", False)
        self.is_final: bool = note.get("is_final", False)

    def fail(self, failure: Report, *, is_final: bool = False) -> None:
        """The first reason stays."""
        self.failure = self.failure or failure
        self.is_final = self.is_final or is_final
        self._write()

    def stop(self, *, is_final: bool = False) -> None:
        self.stop_signalled = True
        self.is_final = self.is_final or is_final
        self._write()

    def _write(self) -> None:
        note = {
            "failure": self.failure,
            "stop_signalled": self.stop_signalled,
            "is_final": self.is_final,
        }
        try:
            self._folder.write(VERDICT, note)
        except FileNotFoundError:
            pass  # the folder was removed under us: there is no successor, and the child must end
