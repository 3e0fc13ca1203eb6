"""How long work usually takes, from how long the same kind of work took before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from safelight.domain.jobs import JobType

REMEMBERED = 20  # newest successful runs of a kind
_FEWEST = 3  # of less one cannot say what is usual
_LONGER = 1.5  # times the usual
_SLACK_S = 10.0  # nobody worries about a few seconds


@dataclass(frozen=True, slots=True)
class Usual:
    """What `runs` of the kind took, without the quickest and the slowest few. Beyond `longer_after_s`
    a run is taking longer than usual.
    """

    low_s: float
    high_s: float
    runs: int

    @property
    def longer_after_s(self) -> float:
        return self.high_s * _LONGER + _SLACK_S


def work(
    type: JobType | str,
    operation: str,
    processing_id: object,
    target_type: str | None,
    source: Mapping[str, Any],
) -> str:
    """The kind of work: what took long once will do so again. A training is its script, as that says
    more than anything else; new code begins anew.
    """
    if type == JobType.PROCESSING:
        return f"processing {processing_id} {target_type}"
    if type == JobType.TRAINING:
        return f"training {source.get('package') or [source.get('image'), source.get('tag')]}"
    return f"{operation} {target_type}"


def remembered(seconds: Sequence[float], took_s: float) -> list[float]:
    """The times with one more, oldest first, and no more than are needed."""
    return [*seconds, round(took_s, 3)][-REMEMBERED:]


def usual(seconds: Sequence[float]) -> Usual | None:
    """The range of four fifths of the times; None of too few."""
    if len(seconds) < _FEWEST:
        return None
    ordered = sorted(seconds)
    aside = len(ordered) // 10
    return Usual(ordered[aside], ordered[-1 - aside], len(ordered))


def is_longer(known: Usual | None, elapsed_s: float) -> bool:
    """Whether a run that has been going on for so long is taking longer than usual."""
    return known is not None and elapsed_s > known.longer_after_s
