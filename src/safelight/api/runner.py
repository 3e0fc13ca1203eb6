"""What runners ask: their spec, and where to bring log, heartbeat, snapshot and end."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from safelight.actions import runner
from safelight.api.asking import Ctx, bearer_token
from safelight.domain.jobs import Exit, Failure, FailureKind
from safelight.errors import TooLarge
from safelight.store.runs import Run
from safelight.store.samples import Sample, Usage

router = APIRouter(tags=["runner"])

MOST_BYTES = 16 << 20  # of one log request


def _run(request: Request, context: Ctx) -> Run:
    return runner.run_of(context, bearer_token(request))


CurrentRun = Annotated[Run, Depends(_run)]


def _open_run(run: CurrentRun) -> Run:
    runner.check_open(run)
    return run


OpenRun = Annotated[Run, Depends(_open_run)]


async def _body(request: Request) -> bytes:
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > MOST_BYTES:
            raise TooLarge(f"Send at most {MOST_BYTES} bytes of log at once.", limit=MOST_BYTES)
        pieces.append(piece)
    return b"".join(pieces)


Body = Annotated[bytes, Depends(_body)]


class StartBody(BaseModel):
    """Who supervises the run now."""

    runner: dict[str, Any] = Field(default_factory=dict)


class SampleBody(BaseModel):
    """CPU in cores, memory and disk in bytes, GPU as a share of one."""

    cpu: float | None = None
    memory: int | None = None
    gpu: float | None = None
    disk: int | None = None


class HeartbeatBody(BaseModel):
    """`at`: the runner's clock, microseconds since 1970 UTC."""

    at: int
    sample: SampleBody | None = None


class StopOrder(BaseModel):
    """End the process within `grace_s`; `kill`: now. `until` names the order: as long as it is the same,
    whoever was told counts what is left, by a clock that nobody sets.
    """

    grace_s: float
    kill: bool
    until: int | None


class HeartbeatAnswer(BaseModel):
    """`final`: the run is over in the record, whatever the process does."""

    stop: StopOrder | None
    final: bool


class Acknowledged(BaseModel):
    """All bytes before this offset of the stream are durable."""

    acknowledged: int


class FailureBody(BaseModel):
    """What the runner saw: a limit, the set-up, its supervision."""

    kind: str
    message: str
    exit_code: int | None = None
    signal: int | None = None
    excerpt: str | None = None


class ExitBody(BaseModel):
    """How the process ended, and at which offset each stream of its log ends."""

    exit_code: int | None = None
    signal: int | None = None
    stop_signalled: bool = False
    failure: FailureBody | None = None
    excerpt: str | None = None
    offsets: dict[str, int] = Field(default_factory=dict)
    at: int | None = None


class ExitAnswer(BaseModel):
    """The status that the run has now."""

    status: str


@router.post("/runner/start", response_class=Response)
def start_run(request: Request, run: CurrentRun, context: Ctx, body: StartBody) -> Response:
    """The run's spec. Asking for it *is* the step to RUNNING; a run that has ended answers 409
    `already_ended`. Asking again while it runs answers again.
    """
    spec = runner.start(context, run, str(request.base_url).rstrip("/"), body.runner)
    return Response(orjson.dumps(spec), media_type="application/json")


@router.post("/runner/log", response_model=Acknowledged)
def append_log(
    run: OpenRun,
    context: Ctx,
    body: Body,
    stream: Literal["stdout", "stderr", "setup"],
    offset: Annotated[int, Query(ge=0)],
    at: Annotated[int, Query(ge=0)],
) -> Acknowledged:
    """Raw bytes of a stream from `offset`, read at `at` (microseconds). What was taken before is
    dropped; a gap answers 409 with the acknowledged offset.
    """
    return Acknowledged(acknowledged=runner.take_log(context, run, stream, offset, body, at))


@router.post("/runner/heartbeat", response_model=HeartbeatAnswer)
def heartbeat(run: OpenRun, context: Ctx, body: HeartbeatBody) -> HeartbeatAnswer:
    """A sign of life, with a sample of what the run uses; the answer carries stop requests."""
    sample = Sample(body.at, Usage(**body.sample.model_dump())) if body.sample else None
    return HeartbeatAnswer(**runner.heartbeat(context, run, sample))


@router.post("/runner/snapshot", response_model=dict[str, Any])
def keep_snapshot(run: OpenRun, context: Ctx, body: dict[str, Any]) -> dict[str, Any]:
    """What exactly runs: interpreter, resolved packages, environment."""
    runner.keep_snapshot(context, run.run_id, body)
    return {}


@router.post("/runner/exit", response_model=ExitAnswer)
def end_run(run: OpenRun, context: Ctx, body: ExitBody) -> ExitAnswer:
    """How the process ended. The first report of an end counts; a later one is kept as an event."""
    exit = Exit(body.exit_code, body.signal, _failure(body.failure), body.excerpt or "")
    report = runner.Report(exit, body.stop_signalled, body.offsets)
    return ExitAnswer(status=runner.report(context, run, report).status)


def _failure(body: FailureBody | None) -> Failure | None:
    if body is None:
        return None
    known = body.kind in FailureKind.__members__.values()
    kind = FailureKind(body.kind) if known else FailureKind.ENGINE_ERROR
    return Failure(kind, body.message, body.exit_code, body.signal, body.excerpt or "")
