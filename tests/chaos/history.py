"""Judges a record after whatever has happened to it: a pure check of events, runs, jobs and logs.

It shares no code with what it judges but the table of transitions, and names every law that it finds
broken in one sentence.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from safelight.domain.jobs import (
    FINAL,
    KILLED,
    LIVE,
    PENDING,
    RUNNING,
    SUCCEEDED,
    TRANSITIONS,
    RunStatus,
)

# Where an event says that a run stands; `run_ended` says it in its facts.
STEPS = {
    "run_created": "PENDING",
    "run_queued": "QUEUED",
    "run_given_back": "PENDING",
    "run_started": "RUNNING",
}
CUT = "[Safelight] The log has reached its limit"
_RECORD = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z (\w+) ([FP]) (.*)", re.DOTALL)


@dataclass(frozen=True)
class Event:
    number: int
    kind: str
    job_id: UUID | None
    run_id: UUID | None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    job_id: UUID
    latest_run_id: UUID
    status: str


@dataclass(frozen=True)
class Run:
    """`records`: its durable log, as many bytes as its index acknowledges."""

    run_id: UUID
    job_id: UUID
    number: int
    status: str
    records: bytes = b""
    log_lines: int = 0
    log_is_whole: bool = True


@dataclass(frozen=True)
class History:
    """One organization at rest. `accepted`: jobs whose launch was answered with success.

    `written`: what a run's script wrote into a stream, kept by the script itself in a file beside.
    `followed`: the event numbers that a reader saw who always asked for what follows the last one.
    """

    events: Sequence[Event]
    event_seq: int
    jobs: Sequence[Job]
    runs: Sequence[Run]
    accepted: frozenset[UUID] = frozenset()
    written: Mapping[tuple[UUID, str], bytes] = field(default_factory=dict)
    followed: Sequence[int] = ()


def problems(history: History) -> list[str]:
    """Every broken law, in one sentence each; none if the record can be trusted."""
    return [
        *_numbers(history),
        *_accepted(history),
        *_transitions(history),
        *_resumes(history),
        *_one_live_run(history),
        *_stops(history),
        *_mirrors(history),
        *_logs(history),
    ]


def _numbers(history: History) -> Iterator[str]:
    numbers = [event.number for event in history.events]
    if numbers != list(range(1, history.event_seq + 1)):
        yield f"events 1 to {history.event_seq} should be there once each, in order: {numbers}"
    # Were a number committed after a greater one, this reader would have missed it.
    if history.followed and list(history.followed) != numbers[: len(history.followed)]:
        missed = sorted(set(numbers) - set(history.followed))
        yield f"a reader who followed the events did not see each once and in order: {missed}"


def _accepted(history: History) -> Iterator[str]:
    there = {job.job_id for job in history.jobs}
    runs = {run.job_id for run in history.runs}
    for job_id in history.accepted:
        if job_id not in there or job_id not in runs:
            yield f"job {job_id} was accepted and is lost"


def _steps(events: Sequence[Event]) -> Iterator[tuple[Event, RunStatus]]:
    for event in events:
        said = event.facts.get("status") if event.kind == "run_ended" else STEPS.get(event.kind)
        if said is not None:
            yield event, RunStatus(said)


def _transitions(history: History) -> Iterator[str]:
    at: dict[UUID, RunStatus] = {}
    for event, status in _steps(history.events):
        run_id = event.run_id
        assert run_id is not None
        before = at.get(run_id)
        if before is None and status is not PENDING:
            yield f"run {run_id} begins with {status} (event {event.number})"
        elif before is not None and before in FINAL:
            yield f"run {run_id} was {before} and changed to {status} (event {event.number})"
        elif before is not None and status not in TRANSITIONS[before]:
            yield f"run {run_id} went from {before} to {status} (event {event.number})"
        at[run_id] = status
    for run in history.runs:
        if at.get(run.run_id) != run.status:
            yield f"run {run.run_id} is {run.status}, its events say {at.get(run.run_id)}"
        if run.status in LIVE:
            yield f"run {run.run_id} is still {run.status}"


def _resumes(history: History) -> Iterator[str]:
    """What begins again after an upgrade was running when it was made to pause."""
    at: dict[UUID | None, RunStatus] = {}
    for event in history.events:
        if event.kind == "run_resumed" and at.get(event.run_id) is not RUNNING:
            yield f"run {event.run_id} begins again and is {at.get(event.run_id)}"
        at.update((step.run_id, status) for step, status in _steps([event]))


def _one_live_run(history: History) -> Iterator[str]:
    live: dict[UUID, set[UUID]] = defaultdict(set)
    for event, status in _steps(history.events):
        assert event.job_id is not None
        assert event.run_id is not None
        if status in LIVE:
            live[event.job_id].add(event.run_id)
        else:
            live[event.job_id].discard(event.run_id)
        if len(live[event.job_id]) > 1:
            yield f"job {event.job_id} has two live runs at event {event.number}"


def _stops(history: History) -> Iterator[str]:
    """A stop ends in KILLED, or the run had its own end first: that of a script is in its output."""
    ended = {event.run_id: event for event in history.events if event.kind == "run_ended"}
    for event in history.events:
        if event.kind != "run_stop_requested":
            continue
        run_id, end = event.run_id, ended.get(event.run_id)
        assert run_id is not None
        if end is None:
            yield f"run {run_id} was asked to stop and did not end"
        elif end.number < event.number:
            yield f"run {run_id} was asked to stop after its end (event {event.number})"
        elif end.facts["status"] == SUCCEEDED and not _says_end(history, run_id):
            yield f"run {run_id} was stopped before its script's end and is called {SUCCEEDED}"
        elif end.facts["status"] not in (KILLED, SUCCEEDED) and "failure" not in end.facts:
            yield f"run {run_id} was asked to stop and ended {end.facts['status']} without a reason"


def _says_end(history: History, run_id: UUID) -> bool:
    written = history.written.get((run_id, "stdout"))
    return written is None or ended(written)


def _mirrors(history: History) -> Iterator[str]:
    newest: dict[UUID, Run] = {}
    for run in sorted(history.runs, key=lambda run: run.number):
        newest[run.job_id] = run
    for job in history.jobs:
        last = newest.get(job.job_id)
        if last is None or (job.latest_run_id, job.status) != (last.run_id, last.status):
            yield f"job {job.job_id} says {job.status}, its newest run {last and last.status}"


# --- logs -----------------------------------------------------------------------------------------


def _logs(history: History) -> Iterator[str]:
    for run in history.runs:
        if not run.log_is_whole:
            yield f"the log of run {run.run_id} is not whole"
        if run.records.count(b"\n") != run.log_lines:
            yield f"run {run.run_id} counts {run.log_lines} lines, its log has another number"
        for stream in ("stdout", "stderr"):
            written = history.written.get((run.run_id, stream))
            if written is not None:
                name = f"{stream} of run {run.run_id}"
                is_cut = CUT.encode() in run.records
                yield from _stream(name, written, text_of(run.records, stream), is_cut=is_cut)
                if run.status == SUCCEEDED and not ended(written):
                    yield f"run {run.run_id} succeeded and its {stream} has no end"


def text_of(records: bytes, stream: str) -> bytes:
    """What the log says that a stream was; its pieces joined."""
    parts = []
    for record in records.split(b"\n"):
        found = _RECORD.fullmatch(record)
        if found and found[1].decode() == stream:
            parts.append(found[3] + (b"\n" if found[2] == b"F" else b""))
    return b"".join(parts)


def _stream(name: str, written: bytes, logged: bytes, *, is_cut: bool) -> Iterator[str]:
    yield from (f"{name}: {each}" for each in stream_problems(written))
    whole = written if written.endswith(b"\n") or not written else written + b"\n"
    if is_cut and whole.startswith(logged.partition(CUT.encode())[0]):
        return  # the quota is the run's, so the sentence may stand in the other stream
    if whole != logged:
        place = next(
            (n for n, (a, b) in enumerate(zip(whole, logged, strict=False)) if a != b),
            min(len(whole), len(logged)),
        )
        yield (
            f"{name}: the log has {len(logged)} bytes, the script wrote {len(whole)}; from byte "
            f"{place} on {logged[place : place + 60]!r} instead of {whole[place : place + 60]!r}"
        )


# --- the streams that scripts of these tests write ---------------------------------------------------


def line(number: int, text: str) -> str:
    """A line that says which it is and what it holds, so that none can be lost, doubled or moved."""
    said = f"{number} {text}"
    return f"{said} {zlib.crc32(said.encode()):08x}\n"


def stream_problems(written: bytes) -> list[str]:
    """What is wrong with a self-describing stream; its last line may be unfinished."""
    *lines, _rest = written.decode().split("\n")
    for number, said in enumerate(lines, start=1):
        if said == f"end {number - 1}" and number == len(lines):
            continue
        text, _, check = said.rpartition(" ")
        if not text.startswith(f"{number} "):
            return [f"line {number} says {said[:60]!r}"]
        if check != f"{zlib.crc32(text.encode()):08x}":
            return [f"line {number} is damaged: {said[:60]!r}"]
    return []


def ended(written: bytes) -> bool:
    """Whether the script came to its own end."""
    return written.rstrip(b"\n").rpartition(b"\n")[2].startswith(b"end ")
