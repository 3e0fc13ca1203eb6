"""What a run used while it ran: processors, memory, GPU and disk over time."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel

from safelight.api.asking import Ctx
from safelight.api.job_query import JobReader
from safelight.api.job_views import ResourcesView, answer
from safelight.domain.logs import stamp
from safelight.store import runs, samples

router = APIRouter(tags=["runs"])


class UsageView(BaseModel):
    """CPU in cores, memory and disk in bytes, GPU as a share of one; null: not measured."""

    cpu: float | None
    memory: int | None
    gpu: float | None
    disk: int | None


class SampleView(UsageView):
    at: str


class SamplesView(BaseModel):
    """`samples`: one for every 5 s of the last two hours, oldest first. `peak`: since the start."""

    samples: list[SampleView]
    peak: UsageView
    limits: ResourcesView


@router.get("/runs/{run_id}/samples", response_model=SamplesView)
def list_samples(run_id: UUID, actor: JobReader, context: Ctx) -> Response:
    """What a run used over time, the most of it, and what it was allowed."""
    with context.db.read() as read:
        run = runs.get(read, run_id, actor.organization_id)
        found = samples.of_run(read, run_id)
        peak = samples.peak_of(read, run_id)
    return answer(
        {
            "samples": [{"at": stamp(each.at), **asdict(each.usage)} for each in found],
            "peak": asdict(peak),
            "limits": asdict(run.resources),
        }
    )
