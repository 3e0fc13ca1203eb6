"""The rows of runs: each step is one guarded UPDATE that also mirrors the job and records an event.

Who may be here at once: API threads, runners, several schedulers. What stops them is the WHERE of
each update: a row that has moved on does not match, so the first writer wins and the others are told.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    Row,
    Text,
    case,
    func,
    insert,
    select,
    text,
    type_coerce,
    update,
)

from safelight.domain.jobs import (
    KILLED,
    LIVE,
    PENDING,
    QUEUED,
    RUNNING,
    Declared,
    Ending,
    Exit,
    Failure,
    JobType,
    Progress,
    Resources,
    RunStatus,
    allowed_from,
)
from safelight.domain.terms import Retry, Terms, read_retry
from safelight.errors import AlreadyEnded, ClaimLost, Conflict, NotFound
from safelight.ids import uuid7
from safelight.store import jobs, schema
from safelight.store.db import Event, Read, Transaction

runs = schema.run

# Written out, not bound: SQLite uses an index on live runs only where the text of its condition stands.
IS_LIVE = text(f"run.{schema.LIVE_SQL}")
IS_PENDING = text("run.status = 'PENDING'")


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a job, as launched and as it stands. Times in microseconds UTC."""

    run_id: UUID
    job_id: UUID
    organization_id: UUID
    number: int
    status: RunStatus
    engine: str
    parameters: dict[str, Any]
    inputs: dict[str, Any]
    resources: Resources
    source: dict[str, Any]
    secrets: bytes | None
    snapshot: dict[str, Any] | None
    triggered_by: UUID
    created_at: int
    queued_at: int | None
    started_at: int | None
    finished_at: int | None
    handle: str | None
    seen_at: int | None
    stop_requested_at: int | None
    stop_requested_by: UUID | None
    stop_grace_s: float | None
    declared: Declared | None
    declared_at: int | None
    exit_code: int | None
    signal: int | None
    failure: Failure | None
    kept: bool
    result: dict[str, Any] | None
    progress: Progress | None
    log_lines: int
    log_bytes: int
    log_completed_at: int | None
    rank: int
    retry: Retry | None
    retries: int
    ready_at: int
    failure_key: str | None
    failure_line: int | None
    rejects: dict[str, Any] | None

    @property
    def terms(self) -> Terms:
        return Terms(-self.rank, self.retry)

    @property
    def is_final(self) -> bool:
        return self.status not in LIVE

    @property
    def has_runner(self) -> bool:
        """Whether somebody supervises it who reports its end and can be told to stop it."""
        return self.seen_at is not None

    @property
    def kill_at(self) -> int | None:
        """When a stop that was asked for becomes a kill."""
        if self.stop_requested_at is None or self.is_final:
            return None
        return self.stop_requested_at + round((self.stop_grace_s or 0) * 1_000_000)


@dataclass(frozen=True, slots=True)
class NewRun:
    """What a run is launched with. `secrets` are sealed already. `retries`: how often it was tried
    again before; `pause_s`: how long it is not claimed.
    """

    engine: str
    source: dict[str, Any]
    triggered_by: UUID
    parameters: dict[str, Any]
    inputs: dict[str, Any]
    resources: Resources
    secrets: bytes | None = None
    terms: Terms = field(default_factory=Terms)
    retries: int = 0
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Claim:
    """A scheduler's right to hand out one pending run, until its deadline passes."""

    run: Run
    token: UUID


def new_id() -> UUID:
    return uuid7()


def add(tx: Transaction, job: jobs.Job, number: int, new: NewRun, run_id: UUID) -> Run:
    """Add a pending run. Raises Conflict if the job has a live one (the unique index refuses)."""
    row = tx.first(
        insert(runs)
        .values(
            run_id=run_id,
            job_id=job.job_id,
            organization_id=job.organization_id,
            number=number,
            status=PENDING,
            engine=new.engine,
            parameters=new.parameters,
            inputs=new.inputs,
            resources=asdict(new.resources),
            source=new.source,
            secrets=new.secrets,
            triggered_by=new.triggered_by,
            created_at=tx.now,
            rank=-new.terms.priority,
            retry=new.terms.retry.to_json() if new.terms.retry else None,
            retries=new.retries,
            ready_at=tx.now + round(new.pause_s * 1_000_000),
            is_internal=job.type is JobType.INTERNAL,
        )
        .returning(*runs.c)
    )
    assert row is not None
    run = _run(row)
    _record(tx, run, "run_created", new.triggered_by, number=number)
    return run


def record_retry(tx: Transaction, run: Run, failed: Run, **facts: Any) -> None:
    """Record that `run` exists because `failed` did; or, on `failed` itself, why there is none."""
    kind = "run_not_retried" if run.run_id == failed.run_id else "run_retried"
    why = {"kind": failed.failure.kind, "message": failed.failure.message} if failed.failure else {}
    _record(tx, run, kind, failed.triggered_by, after=failed.number, failure=why, **facts)


def get(
    read: Read, run_id: UUID, organization_id: UUID | None = None, *, hold: bool = False
) -> Run:
    """A run, of this organization if one is given. Raises NotFound.

    `hold`: nobody else changes the row until the commit; what is decided from it still holds then.
    """
    query = select(runs).where(runs.c.run_id == run_id)
    if hold:
        query = query.with_for_update(key_share=True)
    if organization_id is not None:
        query = query.where(runs.c.organization_id == organization_id)
    row = read.first(query)
    if row is None:
        raise NotFound("There is no such run.", run_id=str(run_id))
    return _run(row)


def find_by_runner_token(read: Read, token_hash: bytes) -> Run | None:
    """The run whose runner carries the token of this SHA-256."""
    row = read.first(select(runs).where(runs.c.runner_token_hash == token_hash))
    return _run(row) if row else None


def of_job(read: Read, job_id: UUID) -> list[Run]:
    """All runs of a job, newest first."""
    rows = read.all(select(runs).where(runs.c.job_id == job_id).order_by(runs.c.number.desc()))
    return [_run(row) for row in rows]


def newest(read: Read, job_id: UUID) -> Run:
    """The newest run of a job. Raises NotFound."""
    row = read.first(
        select(runs).where(runs.c.job_id == job_id).order_by(runs.c.number.desc()).limit(1)
    )
    if row is None:
        raise NotFound("There is no such job.", job_id=str(job_id))
    return _run(row)


def numbered(read: Read, job_id: UUID, number: int) -> Run:
    """The run of a job that has this number. Raises NotFound."""
    row = read.first(select(runs).where(runs.c.job_id == job_id, runs.c.number == number))
    if row is None:
        raise NotFound(f"This job has no run {number}.", number=number)
    return _run(row)


# --- from pending to running ---------------------------------------------------------------------


def hold(tx: Transaction, run_id: UUID, *, until: int) -> Claim:
    """Claim a pending run that this transaction has locked."""
    token = uuid7()
    row = tx.first(
        update(runs)
        .where(runs.c.run_id == run_id)
        .values(claim_token=token, claimed_until=until)
        .returning(*runs.c)
    )
    assert row is not None, "it was pending, and has been locked since"
    return Claim(_run(row), token)


def arm(tx: Transaction, claim: Claim, runner_token_hash: bytes) -> None:
    """Let the runner that is about to be started in, before it exists. Raises ClaimLost."""
    row = tx.first(
        update(runs)
        .where(runs.c.run_id == claim.run.run_id, runs.c.claim_token == claim.token)
        .values(runner_token_hash=runner_token_hash)
        .returning(runs.c.run_id)
    )
    if row is None:
        raise ClaimLost("Another scheduler holds this run now.", run_id=str(claim.run.run_id))


def admit(tx: Transaction, run_id: UUID, runner_token_hash: bytes) -> None:
    """Let the runner in that a tracked run has where it executes: no scheduler claims such runs."""
    tx.execute(
        update(runs).where(runs.c.run_id == run_id).values(runner_token_hash=runner_token_hash)
    )


def hand_over(tx: Transaction, claim: Claim, handle: str) -> Run:
    """Give a claimed run to its engine; from here on the runner's token is the fence.

    A quick runner may have asked for the spec already; then only the handle is written.
    Raises ClaimLost or AlreadyEnded, and writes nothing.
    """
    row = tx.first(
        update(runs)
        .where(runs.c.run_id == claim.run.run_id, runs.c.claim_token == claim.token)
        .values(
            status=QUEUED, handle=handle, queued_at=tx.now, claim_token=None, claimed_until=None
        )
        .returning(*runs.c)
    )
    if row is not None:
        run = _stepped(tx, row)
        _record(tx, run, "run_queued", engine=run.engine)
        return run
    row = tx.first(
        update(runs)
        .where(runs.c.run_id == claim.run.run_id, runs.c.status == RUNNING, runs.c.handle.is_(None))
        .values(handle=handle)
        .returning(*runs.c)
    )
    if row is not None:
        return _run(row)
    run = get(tx, claim.run.run_id)
    if run.is_final:
        raise AlreadyEnded("The run has ended.", run_id=str(run.run_id))
    raise ClaimLost("Another scheduler holds this run now.", run_id=str(run.run_id))


def release(tx: Transaction, claim: Claim) -> None:
    """Drop a claim: the engine cannot take the run just now."""
    tx.execute(
        update(runs)
        .where(runs.c.run_id == claim.run.run_id, runs.c.claim_token == claim.token)
        .values(claim_token=None, claimed_until=None)
    )


def adopt(tx: Transaction, run_id: UUID, handle: str) -> None:
    """Give a running run the handle that its scheduler died before writing."""
    tx.execute(
        update(runs)
        .where(runs.c.run_id == run_id, runs.c.status == RUNNING, runs.c.handle.is_(None))
        .values(handle=handle)
    )


def give_back(tx: Transaction, run_id: UUID) -> Run:
    """Make a queued run pending again: its engine gave it up unstarted. Raises AlreadyEnded."""
    row = tx.first(
        _step(run_id, PENDING).values(
            status=PENDING, handle=None, queued_at=None, runner_token_hash=None
        )
    )
    run = _stepped(tx, row) if row else _refused(tx, run_id)
    _record(tx, run, "run_given_back")
    return run


def start(
    tx: Transaction, run_id: UUID, *, alive_until: int, by_runner: bool = True
) -> tuple[Run, bool]:
    """The step to RUNNING, by the run's own runner; True if this call made it.

    Asking again while it runs renews its life and changes nothing else. Not `by_runner`: a program
    elsewhere said something of itself, which promises no heartbeat. Raises AlreadyEnded.
    """
    row = tx.first(
        _step(run_id, RUNNING).values(
            status=RUNNING,
            started_at=tx.now,
            seen_at=tx.now if by_runner else None,
            alive_until=alive_until,
            claim_token=None,
            claimed_until=None,
        )
    )
    if row is not None:
        run = _stepped(tx, row)
        _record(tx, run, "run_started")
        return run, True
    if not by_runner:
        return _live(tx, run_id, alive_until=alive_until), False
    return renew(tx, run_id, alive_until=alive_until), False


def resume(tx: Transaction, run_id: UUID, *, paused_at: int) -> bool:
    """Record that a run whose operation was made to pause begins again, as the same run; False if there
    is nothing to begin again: it has ended, or what it was for is done.

    An operation may have begun before the record heard of it. Then nothing is recorded: it has yet to start.
    """
    run = get(tx, run_id, hold=True)
    if run.is_final or run.result is not None:
        return False
    if run.status is RUNNING:
        _record(tx, run, "run_resumed", paused_at=paused_at)
    return True


def go_on(tx: Transaction, run_id: UUID, *, why: str, checkpoint: str, times: int) -> None:
    """Record that a run whose operation was cut off goes on, as the same run, from that checkpoint (""
    for its beginning). `times`: how often so far; one that is cut off again before this is recorded has
    but the next. As in `resume`, one that has yet to start records nothing.
    """
    run = get(tx, run_id, hold=True)
    if run.status is RUNNING:
        _record(tx, run, "run_resumed", why=why, checkpoint=checkpoint, times=times)


# --- while it runs --------------------------------------------------------------------------------


def renew(tx: Transaction, run_id: UUID, *, alive_until: int) -> Run:
    """Note a sign of life of the runner. Raises AlreadyEnded."""
    return _live(tx, run_id, seen_at=tx.now, alive_until=alive_until)


def renew_all(tx: Transaction, run_ids: Collection[UUID], *, alive_until: int) -> dict[UUID, Run]:
    """Note a sign of life of several runners; those of the runs that are still live."""
    rows = tx.all(
        update(runs)
        .where(runs.c.run_id.in_(run_ids), runs.c.status.in_(LIVE))
        .values(seen_at=tx.now, alive_until=alive_until)
        .returning(*runs.c)
    )
    return {row.run_id: _run(row) for row in rows}


def progress(tx: Transaction, run_id: UUID, progress: Progress) -> Run:
    """Replace how far the run is, as it reports itself. Raises AlreadyEnded."""
    return _live(tx, run_id, progress=asdict(progress), progress_at=tx.now, progress_reported=True)


def printed_progress(tx: Transaction, run_id: UUID, progress: Progress) -> bool:
    """Replace how far the run is by what its log shows; False if it ended or reports itself."""
    row = tx.first(
        update(runs)
        .where(
            runs.c.run_id == run_id, runs.c.status.in_(LIVE), runs.c.progress_reported.is_(False)
        )
        .values(progress=asdict(progress), progress_at=tx.now)
        .returning(runs.c.run_id)
    )
    return row is not None


def result(tx: Transaction, run_id: UUID, result: dict[str, Any]) -> Run:
    """Merge into what came out of the run: keys given here replace earlier ones.

    Raises AlreadyEnded.
    """
    before = get(tx, run_id, hold=True).result or {}
    return _live(tx, run_id, result={**before, **result})


def rejects(tx: Transaction, run_id: UUID, rejects: dict[str, Any]) -> None:
    """Write down which records of its file the run did not take. Raises AlreadyEnded."""
    _live(tx, run_id, rejects=rejects)


def mended_by(tx: Transaction, run_id: UUID, job_id: UUID) -> None:
    """Note the job that imports again what this run, which has ended, rejected."""
    run = get(tx, run_id, hold=True)
    known = run.rejects or {}
    again = list(dict.fromkeys([*known.get("again", ()), str(job_id)]))
    tx.execute(
        update(runs).where(runs.c.run_id == run_id).values(rejects={**known, "again": again})
    )


def snapshot(tx: Transaction, run_id: UUID, snapshot: dict[str, Any]) -> None:
    """Keep what exactly ran; allowed after the end too, for a report that was late."""
    before = get(tx, run_id, hold=True).snapshot or {}
    tx.execute(update(runs).where(runs.c.run_id == run_id).values(snapshot={**before, **snapshot}))


def declare(tx: Transaction, run_id: UUID, declared: Declared) -> Run:
    """Record what the script says of its own end; the last word counts. Raises AlreadyEnded."""
    run = _live(tx, run_id, declared=declared, declared_at=tx.now)
    _record(tx, run, "run_declared", declared=declared)
    return run


def request_stop(tx: Transaction, run_id: UUID, by: UUID, *, grace_s: float) -> Run:
    """Record that a run shall stop. Asking again can only shorten the time. Raises AlreadyEnded."""
    before, asked_s = get(tx, run_id, hold=True), grace_s
    if before.stop_requested_at is not None:
        left_s = ((before.kill_at or tx.now) - tx.now) / 1_000_000
        if grace_s >= left_s:
            return _live(tx, run_id)
        grace_s = (tx.now - before.stop_requested_at) / 1_000_000 + grace_s
        run = _live(tx, run_id, stop_grace_s=grace_s)
    else:
        run = _live(
            tx, run_id, stop_requested_at=tx.now, stop_requested_by=by, stop_grace_s=grace_s
        )
    _record(tx, run, "run_stop_requested", by, grace_s=asked_s)
    return run


def check_live(read: Read, run_id: UUID) -> Run:
    """The run if it has not ended. Raises AlreadyEnded.

    Inside a write transaction it also holds the row, so that the run cannot end before the commit.
    """
    # Not its key, which never changes. Who adds lines to the log of the run holds that by a foreign key, and
    # then counts them in the row: with an UPDATE of ours in between, each would wait for the other.
    query = select(runs).where(runs.c.run_id == run_id)
    if isinstance(read, Transaction):
        query = query.with_for_update(key_share=True)
    row = read.first(query)
    if row is None:
        raise NotFound("There is no such run.", run_id=str(run_id))
    run = _run(row)
    if run.is_final:
        raise AlreadyEnded("The run has ended.", run_id=str(run_id), status=run.status)
    return run


# --- the end --------------------------------------------------------------------------------------


def end(tx: Transaction, run_id: UUID, ending: Ending, exit: Exit) -> Run:
    """End a live run. Raises AlreadyEnded, and writes nothing, if it ended before: first report wins."""
    values: dict[str, Any] = {
        "status": ending.status,
        "failure": _plain(ending.failure),
        "failure_key": ending.failure_key,
        "failure_line": ending.failure_line,
        "kept": ending.kept,
        "exit_code": exit.exit_code,
        "signal": exit.signal,
        # Where the clock was set back meanwhile, no run lasted less than nothing.
        "finished_at": case((runs.c.started_at > tx.now, runs.c.started_at), else_=tx.now),
        "claim_token": None,
        "claimed_until": None,
        # A run that never started has no log to wait for.
        "log_completed_at": case(
            (runs.c.started_at.is_(None), tx.now), else_=runs.c.log_completed_at
        ),
    }
    row = tx.first(_step(run_id, ending.status).values(**values))
    run = _stepped(tx, row) if row else _refused(tx, run_id)
    facts: dict[str, Any] = {"status": ending.status}
    if ending.failure is not None:
        failure = ending.failure
        facts["failure"] = {
            "kind": failure.kind,
            "message": failure.message,
            "cause": failure.cause,
        }
    by = run.stop_requested_by if ending.status is KILLED else None
    _record(tx, run, "run_ended", by, **facts)
    return run


def late_report(tx: Transaction, run: Run, status: RunStatus, exit: Exit) -> None:
    """Record what somebody reported of a run that had ended otherwise."""
    facts: dict[str, Any] = {
        "status": status,
        "exit_code": exit.exit_code,
        "signal": exit.signal,
    }
    _record(tx, run, "run_late_report", **facts)


def failure_line(tx: Transaction, run_id: UUID, line: int) -> None:
    """Note which line of the log says why the run failed; the log may have come after the end."""
    tx.execute(update(runs).where(runs.c.run_id == run_id).values(failure_line=line))


def log_totals(
    tx: Transaction, run_id: UUID, *, lines: int, size: int, completed: bool = False
) -> None:
    """Mirror the size of the shown log, and that it is whole once the runner's last byte is in."""
    values: dict[str, Any] = {"log_lines": lines, "log_bytes": size}
    if completed:
        values["log_completed_at"] = func.coalesce(runs.c.log_completed_at, tx.now)
    tx.execute(update(runs).where(runs.c.run_id == run_id).values(**values))


# --- what a scheduler asks ------------------------------------------------------------------------


def watched(read: Read, engines: Collection[str]) -> list[Run]:
    """Runs that these engines have in hand: live ones, and ended ones that may still be shipping."""
    query = select(runs).where(runs.c.handle.is_not(None), runs.c.engine.in_(engines))
    return [_run(row) for row in read.all(query)]


def orphaned(read: Read, engines: Collection[str], *, started_before: int) -> list[Run]:
    """Running runs whose scheduler died between starting them and writing their handle."""
    query = select(runs).where(
        IS_LIVE,
        runs.c.status == RUNNING,
        runs.c.handle.is_(None),
        runs.c.engine.in_(engines),
        runs.c.started_at < started_before,
    )
    return [_run(row) for row in read.all(query)]


def stopping(read: Read) -> list[Run]:
    """Live runs that were asked to stop."""
    query = select(runs).where(IS_LIVE, runs.c.stop_requested_at.is_not(None))
    return [_run(row) for row in read.all(query)]


def live(read: Read) -> list[Run]:
    """Every run that has not ended, oldest first."""
    query = select(runs).where(IS_LIVE).order_by(runs.c.created_at)
    return [_run(row) for row in read.all(query)]


def count_live(read: Read) -> int:
    """How many runs have not ended."""
    query = select(func.count()).select_from(runs).where(IS_LIVE)
    return int(read.scalar(query))


def unwatch(tx: Transaction, run_id: UUID) -> None:
    """Forget the handle of a run that needs no engine any more."""
    tx.execute(
        update(runs).where(runs.c.run_id == run_id, runs.c.status.not_in(LIVE)).values(handle=None)
    )


def signs_of_life(read: Read) -> dict[UUID, int]:
    """Of each running run something that its next sign of life changes: its deadline. That is a time of
    day, and whoever wants to know how long a run has been silent must not compare it with another one.
    """
    query = select(runs.c.run_id, runs.c.alive_until).where(
        IS_LIVE, runs.c.status == RUNNING, runs.c.alive_until.is_not(None)
    )
    return {row.run_id: row.alive_until for row in read.all(query)}


def overstaying(read: Read, *, declared_before: int) -> list[Run]:
    """Live runs that declared their end before then and are still there."""
    query = select(runs).where(IS_LIVE, runs.c.declared_at < declared_before)
    return [_run(row) for row in read.all(query)]


def progress_of_live(read: Read, organization_id: UUID) -> list[Row[Any]]:
    """How far each live run is: run_id, job_id, and the progress as JSON text."""
    query = select(
        runs.c.run_id, runs.c.job_id, type_coerce(runs.c.progress, Text).label("progress")
    ).where(
        IS_LIVE,
        runs.c.organization_id == organization_id,
        runs.c.progress.is_not(None),
    )
    return list(read.all(query))


# --- shared pieces --------------------------------------------------------------------------------


def _step(run_id: UUID, status: RunStatus) -> Any:
    """The guarded update: it matches only where the state machine lets the run go to `status`."""
    return (
        update(runs)
        .where(runs.c.run_id == run_id, runs.c.status.in_(allowed_from(status)))
        .returning(*runs.c)
    )


def _live(tx: Transaction, run_id: UUID, **values: Any) -> Run:
    """Change columns of a live run. Raises AlreadyEnded."""
    if not values:
        return check_live(tx, run_id)
    row = tx.first(
        update(runs)
        .where(runs.c.run_id == run_id, runs.c.status.in_(LIVE))
        .values(**values)
        .returning(*runs.c)
    )
    return _run(row) if row else _refused(tx, run_id)


def _refused(tx: Transaction, run_id: UUID) -> Run:
    check_live(tx, run_id)
    raise Conflict("The run is not where this step begins.", run_id=str(run_id))


def _stepped(tx: Transaction, row: Row[Any]) -> Run:
    run = _run(row)
    failure_kind = run.failure.kind if run.failure else None
    jobs.follow(
        tx,
        run.job_id,
        run.run_id,
        run.status,
        failure_kind=failure_kind,
        failure_key=run.failure_key,
    )
    return run


def _record(
    tx: Transaction, run: Run, kind: str, user_id: UUID | None = None, **facts: Any
) -> None:
    tx.record(Event(run.organization_id, kind, run.job_id, run.run_id, user_id, facts))


def _plain(failure: Failure | None) -> dict[str, Any] | None:
    return asdict(failure) if failure else None


_NAMES = tuple(Run.__dataclass_fields__)


def _run(row: Row[Any]) -> Run:
    values = row._mapping
    run = Run(**{name: values[name] for name in _NAMES})
    return replace(
        run,
        status=RunStatus(run.status),
        resources=Resources(**values["resources"]),
        retry=read_retry(values["retry"]),
        declared=Declared(run.declared) if run.declared else None,
        failure=msgspec.convert(run.failure, Failure) if run.failure else None,
        progress=Progress(**values["progress"]) if run.progress else None,
    )
