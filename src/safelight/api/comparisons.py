"""Two runs of a job side by side."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from safelight.actions import comparison
from safelight.actions.comparison import Comparison, LogDifference, Side
from safelight.api.asking import Ctx
from safelight.api.job_query import JobReader
from safelight.api.job_views import FailureLine, Json, answer
from safelight.api.samples import UsageView
from safelight.domain.comparison import Line
from safelight.domain.jobs import RunStatus
from safelight.store import jobs

router = APIRouter(tags=["jobs"])

MOST_TEXT = 2000  # bytes of a line are shown


class DifferenceView(BaseModel):
    """One value that is not the same; null: it is not there."""

    name: str
    before: Any
    after: Any


class SideView(BaseModel):
    """One of the two runs. `duration_s`: from start to end, null while it lacks either."""

    id: str
    number: int
    status: RunStatus
    duration_s: float | None
    failure: FailureLine | None
    summary: str | None
    peak: UsageView
    lines: int


class LogLineView(BaseModel):
    n: int
    text: str


class LogDifferenceView(BaseModel):
    """Where the logs part. Both lines null: none of the first `same` lines differs, and `whole` says
    whether there are more. One null: that log had ended. Times are no difference.
    """

    stream: str
    before: LogLineView | None
    after: LogLineView | None
    same: int
    whole: bool


class ComparisonView(BaseModel):
    """What is different of two runs; `before` is the one that is compared with. `sections` in seconds,
    `log` null: both have printed nothing.
    """

    before: SideView
    after: SideView
    parameters: list[DifferenceView]
    inputs: list[DifferenceView]
    resources: list[DifferenceView]
    source: list[DifferenceView]
    environment: list[DifferenceView]
    packages: list[DifferenceView]
    counts: list[DifferenceView]
    sections: list[DifferenceView]
    log: LogDifferenceView | None


RunNumber = Annotated[int | None, Query(ge=1, description="The number of a run.")]


@router.get("/jobs/{job}/compare", response_model=ComparisonView)
def compare_runs(
    job: str, actor: JobReader, context: Ctx, before: RunNumber = None, after: RunNumber = None
) -> Response:
    """Compare two runs of a job: what they were given, found, used and printed, and how they ended.
    Without numbers the newest with the one before it.
    """
    with context.db.read() as read:
        job_id = jobs.find_id(read, actor.organization_id, job)
    found = comparison.compare(context, actor.organization_id, job_id, before, after)
    return answer(_comparison(found))


def _comparison(found: Comparison) -> Json:
    return {
        "before": _side(found.before),
        "after": _side(found.after),
        **{place: [asdict(each) for each in given] for place, given in found.given.items()},
        "sections": [asdict(each) for each in found.sections],
        "log": _log(found.log) if found.log else None,
    }


def _side(side: Side) -> Json:
    run = side.run
    duration_s = None
    if run.started_at is not None and run.finished_at is not None:
        duration_s = (run.finished_at - run.started_at) / 1_000_000
    return {
        "id": run.run_id,
        "number": run.number,
        "status": run.status,
        "duration_s": duration_s,
        "failure": run.failure
        and {name: getattr(run.failure, name) for name in FailureLine.model_fields},
        "summary": (run.result or {}).get("summary"),
        "peak": asdict(side.peak),
        "lines": side.log.total_lines,
    }


def _log(found: LogDifference) -> Json:
    parting = found.parting
    return {
        "stream": found.stream,
        "before": _line(parting.before) if parting else None,
        "after": _line(parting.after) if parting else None,
        "same": found.lines,
        "whole": found.whole,
    }


def _line(line: Line | None) -> Json | None:
    if line is None:
        return None
    return {"n": line.number, "text": line.text[:MOST_TEXT].decode(errors="replace")}
