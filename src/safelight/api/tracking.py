"""Jobs that run elsewhere: adding one. Everything after that is said by its runner (`runner.py`)."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, Field

from safelight.actions import external
from safelight.api.asking import Ctx, Launcher
from safelight.api.job_views import answer
from safelight.domain.jobs import JobType, TargetType

router = APIRouter(tags=["jobs"])


class TrackBody(BaseModel):
    """What runs elsewhere. `program`: what people would type to run it again; `target`: an id, or a
    name as DATASET/VERSION.
    """

    name: str = Field(max_length=200)
    program: str = Field("", max_length=2000)
    type: JobType = JobType.PROCESSING
    target: str | None = None
    target_type: TargetType = TargetType.DATASET_VERSION
    parameters: dict[str, Any] = Field(default_factory=dict)


class TrackedView(BaseModel):
    """`runner_token` opens `/api/v1/runner/...` for this run: log, heartbeat, progress and end."""

    job_id: UUID
    run_id: UUID
    runner_token: str


@router.post("/jobs/track", status_code=201, response_model=TrackedView)
def track_job(
    body: TrackBody,
    actor: Launcher,
    context: Ctx,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Add a job that runs elsewhere and is running from now on. Whoever runs it brings its log and
    heartbeats to `/api/v1/runner/...` and says there how it ended; without a word for 15 minutes it
    is lost. The same `Idempotency-Key` again answers the same job.
    """
    tracked = external.track(
        context, actor, external.Wish(**dict(body), idempotency_key=idempotency_key)
    )
    view = {
        "job_id": tracked.job.job_id,
        "run_id": tracked.run.run_id,
        "runner_token": tracked.runner_token,
    }
    return answer(view, 201)
