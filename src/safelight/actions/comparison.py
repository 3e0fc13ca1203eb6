"""Two runs of a job side by side: what they were given, found, used, printed, and how they ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from safelight.actions import logexport, logview
from safelight.actions.context import Context
from safelight.actions.logexport import Part
from safelight.actions.logview import View
from safelight.domain import comparison
from safelight.domain.comparison import Difference, Line, Parting
from safelight.domain.logs import STAMP_LENGTH
from safelight.store import jobs, runs, samples
from safelight.store.db import Read
from safelight.store.runs import Run
from safelight.store.samples import Usage

# The set-up's lines tell of downloads and caches, which are never twice the same; what matters of
# them is among the packages.
STREAMS = ("stdout", "stderr")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs. `sections`: name and duration in seconds of what has ended."""

    run: Run
    log: View
    peak: Usage
    sections: list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class LogDifference:
    """The first line of a stream that the two print otherwise, or that none of `lines` does. `whole`:
    those are all that there are.
    """

    stream: str
    parting: Parting | None
    lines: int
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is different; `before` is the run that one compares with."""

    before: Side
    after: Side
    given: dict[str, list[Difference]] = field(default_factory=dict)
    sections: list[Difference] = field(default_factory=list)
    log: LogDifference | None = None


def compare(
    context: Context, organization_id: UUID, job_id: UUID, before: int | None, after: int | None
) -> Comparison:
    """Compare the runs of these numbers; None: `after` the newest, `before` the one before it.

    Raises NotFound for a number that the job does not have.
    """
    with context.db.read() as read:
        jobs.get(read, organization_id, job_id)
        after = runs.newest(read, job_id).number if after is None else after
        before = after - 1 if before is None else before
        old, new = (_side(read, runs.numbered(read, job_id, each)) for each in (before, after))
    # The logs are read outside the transaction: that takes as long as they are.
    return Comparison(
        old,
        new,
        _given(old.run, new.run),
        comparison.differences(_durations(old), _durations(new)),
        _log_difference(context, old.log, new.log),
    )


def _side(read: Read, run: Run) -> Side:
    log = logview.view(read, run)
    ended = [
        (each.name, (each.ended_at - each.started_at) / 1_000_000)
        for each in log.sections
        if each.ended_at is not None
    ]
    return Side(run, log, samples.peak_of(read, run.run_id), ended)


def _given(before: Run, after: Run) -> dict[str, list[Difference]]:
    old, new = dict(before.snapshot or {}), dict(after.snapshot or {})
    packages = comparison.package_differences(old.pop("packages", ()), new.pop("packages", ()))
    # Who supervised it (pid, host time) is told by the timeline, and no two are alike.
    old.pop("runner", None), new.pop("runner", None)
    return {
        "parameters": comparison.differences(before.parameters, after.parameters),
        "inputs": comparison.differences(before.inputs, after.inputs),
        "resources": comparison.differences(asdict(before.resources), asdict(after.resources)),
        "source": comparison.differences(before.source, after.source),
        "environment": comparison.differences(old, new),
        "packages": packages,
        "counts": comparison.differences(_counts(before), _counts(after)),
    }


def _counts(run: Run) -> dict[str, Any]:
    return dict((run.result or {}).get("counts") or {})


def _durations(side: Side) -> dict[str, float]:
    """Seconds by section; what comes again is added up."""
    found: dict[str, float] = {}
    for name, seconds in side.sections:
        found[name] = found.get(name, 0) + seconds
    return found


# --- logs -----------------------------------------------------------------------------------------


def _log_difference(context: Context, before: View, after: View) -> LogDifference | None:
    """Each stream on its own: how the two mix is chance. The earliest in the newer log is told."""
    found = [_stream_difference(context, stream, before, after) for stream in STREAMS]
    parted = [each for each in found if each.parting is not None]
    if parted:
        return min(parted, key=_place)
    lines = sum(each.lines for each in found)
    return LogDifference("", None, lines, all(each.whole for each in found)) if lines else None


def _place(difference: LogDifference) -> int:
    assert difference.parting is not None
    line = difference.parting.after or difference.parting.before
    return line.number if line else 0


def _stream_difference(context: Context, stream: str, before: View, after: View) -> LogDifference:
    old, new = (_lines(context, view, stream) for view in (before, after))
    found = comparison.parting(old, new, comparison.MOST_LINES)
    if isinstance(found, Parting):
        return LogDifference(stream, found, found.same)
    return LogDifference(stream, None, found, found < comparison.MOST_LINES)


def _lines(context: Context, view: View, stream: str) -> Iterator[Line]:
    text = STAMP_LENGTH + len(f" {stream} F ")
    for block in logexport.blocks(context, view, Part(stream=stream)):
        for number, record in block:
            yield Line(number, record[text:])
