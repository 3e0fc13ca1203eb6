"""Why a run failed, as the runner saw it: a kind of `domain.jobs.FailureKind` and one sentence."""

from __future__ import annotations

from typing import Any, Dict, Optional

Report = Dict[str, Any]


def report(
    kind: str,
    message: str,
    *,
    exit_code: Optional[int] = None,
    signal: Optional[int] = None,
    excerpt: str = "",
) -> Report:
    return {
        "kind": kind,
        "message": message,
        "exit_code": exit_code,
        "signal": signal,
        "excerpt": excerpt,
    }


FULL_WORDS = ("No space left on device", "Disk quota exceeded")  # as the system says it


class SetupFailed(Exception):
    """The script could not be started; nothing of it has run."""

    def __init__(self, message: str, excerpt: str = "", kind: str = "setup_error") -> None:
        super().__init__(message)
        self.message = message
        self.excerpt = excerpt
        self.kind = kind

    @property
    def report(self) -> Report:
        return report(self.kind, self.message, excerpt=self.excerpt)


class Stopped(Exception):
    """Somebody stopped the run before its script had started."""


def memory_text(count: float) -> str:
    if count >= 1024**3:
        return f"{count / 1024**3:.3g} GiB"
    return f"{count / 1024**2:.4g} MiB"


def duration_text(seconds: float) -> str:
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"
