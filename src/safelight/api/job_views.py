"""How jobs and runs look in /api/v1: models for the description, and builders for the hot paths.

The builders make plain values for orjson: validating 50 rows again would cost more than finding them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import orjson
from fastapi import Response
from pydantic import BaseModel

from safelight.actions import expecting
from safelight.actions.context import Context
from safelight.actions.runview import RunFacts
from safelight.actions.settle import EXTERNAL
from safelight.actions.waiting import waiting_sentences
from safelight.api.views import Named
from safelight.domain.jobs import LIVE, PENDING, QUEUED, RUNNING, FailureKind, JobType, RunStatus
from safelight.domain.logs import stamp
from safelight.domain.terms import BACKOFF_S
from safelight.domain.usual import Usual, is_longer
from safelight.store import users
from safelight.store.db import Read
from safelight.store.events import Recorded
from safelight.store.joblist import ListRow
from safelight.store.runs import Run

SECOND = 1_000_000  # microseconds
SILENT_S = 15.0  # without a heartbeat for so long, people are told

Json = dict[str, Any]


class TargetView(BaseModel):
    """The object that a job affects, as it was at launch."""

    type: str
    id: UUID
    name: str
    path: str


class ProgressView(BaseModel):
    """`total` null: unknown. `rate` in units per second."""

    done: float
    total: float | None
    unit: str
    phase: str
    rate: float | None
    eta_s: float | None


class FailureLine(BaseModel):
    """Why a run failed, in one line. `cause`: the rule that knows it ("": none), `fix`: what to try."""

    kind: str
    message: str
    cause: str
    fix: str


class FailureView(FailureLine):
    """Why a run failed, with the last lines that tell.

    `proposal`: changes for a re-run that may help, as {"parameters": {"batch_size": 8}}. `evidence`: the
    line of the log that tells, and `line`, its number where the log has it. `key` is equal for equal
    failures.
    """

    exit_code: int | None
    signal: int | None
    excerpt: str | None
    proposal: dict[str, dict[str, Any]]
    evidence: str
    line: int | None
    key: str | None


class UsualView(BaseModel):
    """What `runs` past runs of the kind took. After `longer_after_s` a run takes longer than usual."""

    low_s: float
    high_s: float
    runs: int
    longer_after_s: float


class JobRow(BaseModel):
    """A job in a list; everything about its newest run."""

    id: UUID
    type: JobType
    operation: str
    name: str
    status: RunStatus
    target: TargetView | None
    triggered_at: str
    triggered_by: Named
    started_at: str | None
    finished_at: str | None
    run_id: UUID
    run_number: int
    runs: int
    progress: ProgressView | None
    failure: FailureLine | None
    summary: str | None
    waiting: str | None
    stop_requested_at: str | None
    no_heartbeat_since: str | None
    kept: bool
    usual: UsualView | None
    is_longer_than_usual: bool
    engine: str
    archived: bool


class ResourcesView(BaseModel):
    """Limits; null: none. Memory and disk in bytes."""

    cpu: float | None = None
    memory: int | None = None
    gpu: int | None = None
    timeout_s: float | None = None
    disk: int | None = None


class RetryView(BaseModel):
    """Which failures are tried again, how often at most, after which first pause; each is twice the
    one before.
    """

    kinds: list[FailureKind]
    times: int
    backoff_s: float = BACKOFF_S


class StopView(BaseModel):
    """A stop that was asked for; at `kill_at` it becomes a kill."""

    requested_at: str
    by: Named | None
    grace_s: float
    kill_at: str | None


class LogView(BaseModel):
    """`complete`: every byte that the run printed is there."""

    lines: int
    bytes: int
    complete: bool
    source: str


class EventView(BaseModel):
    """One fact of the record."""

    number: int
    at: str
    kind: str
    user: Named | None
    facts: dict[str, Any]


class RejectsView(BaseModel):
    """The records of its file that a run did not take: the download `rejects.jsonl` has them, one in a
    line. `again`: the jobs that imported them again.
    """

    total: int
    size: int
    again: list[UUID]


class RunView(BaseModel):
    """One execution of a job. `retries`: how often it was tried again before, 0 for what somebody
    launched; `ready_at`: it does not begin before then.
    """

    id: UUID
    job_id: UUID
    number: int
    status: RunStatus
    engine: str
    parameters: dict[str, Any]
    inputs: dict[str, Any]
    resources: ResourcesView
    source: dict[str, Any]
    snapshot: dict[str, Any] | None
    triggered_by: Named
    created_at: str
    queued_at: str | None
    started_at: str | None
    finished_at: str | None
    progress: ProgressView | None
    failure: FailureView | None
    exit_code: int | None
    signal: int | None
    declared: str | None
    kept: bool
    result: dict[str, Any] | None
    rejects: RejectsView | None
    waiting: str | None
    priority: int
    retry: RetryView | None
    retries: int
    ready_at: str
    stop: StopView | None
    no_heartbeat_since: str | None
    usual: UsualView | None
    is_longer_than_usual: bool
    log: LogView


class RunDetail(RunView):
    """A run with its timeline."""

    events: list[EventView]


class JobDetail(JobRow):
    """A job with its runs, newest first."""

    job_runs: list[RunView]
    processing: Named | None
    rerunnable: bool


class CountsView(BaseModel):
    """Numbers from `exact_below` on mean "at least so many"; `capped`: there is such a limit."""

    types: dict[str, int]
    statuses: dict[str, int]
    capped: bool
    exact_below: int | None


def answer(value: Any, status: int = 200) -> Response:
    """A JSON response without another validation."""
    return Response(orjson.dumps(value), status, media_type="application/json")


# --- rows of lists --------------------------------------------------------------------------------


def job_rows(context: Context, read: Read, rows: Iterable[ListRow]) -> list[Json]:
    """The list's rows as JSON values."""
    rows = list(rows)
    waiting = waiting_sentences(
        read,
        context.settings,
        (
            (row.run_id, RunStatus(row.status), row.engine, JobType(row.type))
            for row in rows
            if row.status in _WAITING
        ),
    )
    live = [row.run_id for row in rows if row.status in LIVE]
    times = expecting.usual_times(read, live)
    return [
        _job_row(row, waiting, read.now) | _expected(row, times.get(row.run_id), read.now)
        for row in rows
    ]


_WAITING = frozenset({PENDING.value, QUEUED.value})


def _job_row(row: ListRow, waiting: Mapping[UUID, str], now: int) -> Json:
    target = None
    if row.target_id is not None:
        target = {
            "type": row.target_type,
            "id": row.target_id,
            "name": row.target_name,
            "path": row.target_path or "",
        }
    return {
        "id": row.job_id,
        "type": row.type,
        "operation": row.operation,
        "name": row.name,
        "status": row.status,
        "target": target,
        "triggered_at": stamp(row.triggered_at),
        "triggered_by": {"id": row.triggered_by, "name": row.user_name},
        "started_at": _time(row.started_at),
        "finished_at": _time(row.finished_at),
        "run_id": row.run_id,
        "run_number": row.number,
        "runs": row.number,
        "progress": orjson.Fragment(row.progress) if row.progress else None,
        "failure": _line(orjson.loads(row.failure)) if row.failure else None,
        "summary": orjson.loads(row.result).get("summary") if row.result else None,
        "waiting": waiting.get(row.run_id),
        "stop_requested_at": _time(row.stop_requested_at),
        "no_heartbeat_since": _silent(row.status, row.seen_at, now),
        "kept": bool(row.kept),
        "engine": row.engine,
        "archived": bool(row.archived),
    }


def _time(at: int | None) -> str | None:
    return None if at is None else stamp(at)


def _line(failure: Json) -> Json:
    return {name: failure.get(name, "") for name in ("kind", "message", "cause", "fix")}


def _expected(run: ListRow | Run, known: Usual | None, now: int) -> Json:
    """What is usual of a live run, and whether it takes longer."""
    took_s = (now - run.started_at) / SECOND if run.started_at is not None else 0.0
    usual = None
    if known is not None:
        usual = {**asdict(known), "longer_after_s": known.longer_after_s}
    return {"usual": usual, "is_longer_than_usual": is_longer(known, took_s)}


def _silent(status: str, seen_at: int | None, now: int) -> str | None:
    """Since when nothing was heard of a running run, once that is worth a word."""
    if status != RUNNING or seen_at is None:
        return None
    return stamp(seen_at) if now - seen_at > SILENT_S * SECOND else None


# --- runs -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class People:
    """Names of users, asked for once per answer."""

    names: Mapping[UUID, str]

    @classmethod
    def of(cls, read: Read, user_ids: Iterable[UUID | None]) -> People:
        return cls(users.names(read, {user_id for user_id in user_ids if user_id is not None}))

    def ref(self, user_id: UUID | None) -> Json | None:
        if user_id is None:
            return None
        return {"id": user_id, "name": self.names.get(user_id, "")}


def run_view(facts: RunFacts, people: People, *, now: int) -> Json:
    """A run as JSON values."""
    run, log = facts.run, facts.log
    return {
        "id": run.run_id,
        "job_id": run.job_id,
        "number": run.number,
        "status": run.status,
        "engine": run.engine,
        "parameters": run.parameters,
        "inputs": run.inputs,
        "resources": asdict(run.resources),
        "source": run.source,
        "snapshot": run.snapshot,
        "triggered_by": people.ref(run.triggered_by),
        "created_at": stamp(run.created_at),
        "queued_at": _time(run.queued_at),
        "started_at": _time(run.started_at),
        "finished_at": _time(run.finished_at),
        "progress": asdict(run.progress) if run.progress else None,
        "failure": _failure(run),
        "exit_code": run.exit_code,
        "signal": run.signal,
        "declared": run.declared,
        "kept": run.kept,
        "result": run.result,
        "rejects": _rejects(run),
        "waiting": facts.waiting,
        "priority": run.terms.priority,
        "retry": run.retry.to_json() if run.retry else None,
        "retries": run.retries,
        "ready_at": stamp(run.ready_at),
        "stop": _stop(run, people),
        "no_heartbeat_since": _silent(run.status, run.seen_at, now),
        **_expected(run, facts.usual, now),
        "log": {
            "lines": log.total_lines,
            "bytes": log.source.size,
            "complete": log.is_complete,
            "source": log.source.source,
        },
    }


def _rejects(run: Run) -> Json | None:
    if run.rejects is None:
        return None
    return {name: run.rejects[name] for name in ("total", "size", "again")}


def _failure(run: Run) -> Json | None:
    if run.failure is None:
        return None
    return {**asdict(run.failure), "line": run.failure_line, "key": run.failure_key}


def _stop(run: Run, people: People) -> Json | None:
    if run.stop_requested_at is None:
        return None
    return {
        "requested_at": stamp(run.stop_requested_at),
        "by": people.ref(run.stop_requested_by),
        "grace_s": run.stop_grace_s or 0,
        "kill_at": _time(run.kill_at),
    }


def event_views(events: Iterable[Recorded], people: People) -> list[Json]:
    """A timeline as JSON values."""
    return [
        {
            "number": event.number,
            "at": stamp(event.at),
            "kind": event.kind,
            "user": people.ref(event.user_id),
            "facts": event.facts,
        }
        for event in events
    ]


def is_rerunnable(run: Run) -> bool:
    """Whether the newest run of a job may be followed by another."""
    return run.status not in LIVE and run.engine != EXTERNAL
