"""What the record of jobs should be, told again in plain Python: dictionaries, no SQL, none of our code.

Only the words of `domain/jobs.py` are shared: statuses and kinds of failure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from safelight.domain.jobs import (
    FAILED,
    KILLED,
    LIVE,
    PENDING,
    QUEUED,
    RUNNING,
    SUCCEEDED,
    Declared,
    Exit,
    FailureKind,
    RunStatus,
)

SECOND = 1_000_000
CLAIM_S, LEASE_S, UNANSWERED_S, ATTENTIVE_S = 30, 90, 60, 60
RETRIED = (FailureKind.SCRIPT_ERROR, FailureKind.LOST)
TIMES, BACKOFF_S = 2, 40
STREAMS = ("stdout", "stderr")
NOT_KNOWN = UUID(int=0)  # a run that follows another gets its id from the store


@dataclass
class Stream:
    """`written` by the script; the first `taken` bytes of it are the server's."""

    written: bytes = b""
    taken: int = 0


@dataclass
class Run:
    run_id: UUID
    number: int
    ready_at: int
    retries: int = 0
    status: RunStatus = PENDING
    kind: FailureKind | None = None
    claims: int = 0  # how often it was claimed; only the last claim counts
    claimed_until: int = -1
    holds_claim: bool = False
    has_handle: bool = False
    has_started: bool = False
    seen_at: int | None = None
    kill_at: int | None = None
    declared: Declared | None = None
    streams: dict[str, Stream] = field(default_factory=lambda: {n: Stream() for n in STREAMS})
    script_ended: bool = False
    log_length_known: bool = False

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def log_is_whole(self) -> bool:
        """Nothing is waited for of a run that never started."""
        if not self.is_live and not self.has_started:
            return True
        return self.log_length_known and all(
            each.taken == len(each.written) for each in self.streams.values()
        )


@dataclass
class Job:
    job_id: UUID
    key: str | None
    is_retried: bool
    runs: list[Run]

    @property
    def newest(self) -> Run:
        return self.runs[-1]


@dataclass
class Record:
    """All jobs. `now` in microseconds; the caller moves it."""

    now: int
    jobs: list[Job] = field(default_factory=list)

    @property
    def runs(self) -> list[Run]:
        return [run for job in self.jobs for run in job.runs]

    def job_of(self, run: Run) -> Job:
        return next(job for job in self.jobs if run in job.runs)

    def with_key(self, key: str | None) -> Job | None:
        return next((job for job in self.jobs if key is not None and job.key == key), None)

    # --- from pending to running ---

    def next_claim(self) -> Run | None:
        """The run that a scheduler gets: of those that are ready and nobody holds, the first."""
        free = [
            run
            for run in self.runs
            if run.status is PENDING
            and run.ready_at <= self.now
            and (not run.holds_claim or run.claimed_until < self.now)
        ]
        return min(free, key=lambda run: (run.ready_at, run.run_id), default=None)

    def claim(self, run: Run) -> int:
        run.claims += 1
        run.holds_claim, run.claimed_until = True, self.now + CLAIM_S * SECOND
        return run.claims

    def hand_over(self, run: Run, claim: int) -> bool:
        """Whether who has that claim may write the handle."""
        if run.holds_claim and run.claims == claim:
            run.status, run.has_handle, run.holds_claim = QUEUED, True, False
            return True
        if run.status is RUNNING and not run.has_handle:
            run.has_handle = True  # its runner was quicker
            return True
        return False

    def start(self, run: Run) -> bool:
        if not run.is_live:
            return False
        run.status, run.has_started, run.holds_claim = RUNNING, True, False
        run.seen_at = self.now
        return True

    # --- ends ---

    def settle(self, run: Run, exit: Exit, *, ours: bool) -> Run | None:
        """End a run; the next try that follows from it, still without an id of its own."""
        if not run.is_live:
            return None
        run.status, run.kind = judged(run, exit, ours=ours)
        run.holds_claim = False
        job = self.job_of(run)
        is_tried_again = (
            run.status is FAILED
            and run.kind in RETRIED
            and run.kill_at is None
            and job.is_retried
            and run.retries < TIMES
        )
        if not is_tried_again:
            return None
        ready_at = self.now + BACKOFF_S * SECOND * 2**run.retries
        follower = Run(NOT_KNOWN, run.number + 1, ready_at, run.retries + 1)
        job.runs.append(follower)
        return follower

    def stop(self, run: Run, grace_s: float) -> None:
        if not run.is_live:
            return
        kill_at = self.now + round(grace_s * SECOND)
        run.kill_at = kill_at if run.kill_at is None else min(run.kill_at, kill_at)
        if run.status is not RUNNING:
            run.status, run.holds_claim = KILLED, False

    def run_again(self, job: Job) -> Run | None:
        """The run that somebody adds by hand; None while the newest one is live."""
        newest = job.newest
        if newest.status is PENDING and newest.retries and newest.ready_at > self.now:
            self.stop(newest, 0)
        if newest.is_live:
            return None
        job.runs.append(Run(NOT_KNOWN, newest.number + 1, self.now))
        return job.newest


def judged(run: Run, exit: Exit, *, ours: bool) -> tuple[RunStatus, FailureKind | None]:
    """The table of docs/jobs.md: what the process did wins over what it said."""
    failed = exit.failure.kind if exit.failure else None
    if ours and run.kill_at is None and run.declared is not None:
        failed, is_good, ours = None, True, False  # it stayed after its end and was sent away
    else:
        is_good = exit.exit_code == 0
    if not run.has_started and failed is None:
        failed = FailureKind.ENGINE_ERROR
    if failed is not None or not is_good:
        return (KILLED, None) if ours else (FAILED, failed or FailureKind.SCRIPT_ERROR)
    if run.declared is Declared.FAIL:
        return FAILED, FailureKind.SCRIPT_ERROR
    return SUCCEEDED, None


@dataclass
class Listener:
    """Who counts silence by its own looks: a sign that changes, or a pause, begins the count anew."""

    looked_at: float
    since: dict[UUID, tuple[object, float]] = field(default_factory=dict)

    def silent_for(self, signs: dict[UUID, object], at: float) -> dict[UUID, float]:
        was_away, self.looked_at = at - self.looked_at > ATTENTIVE_S, at
        before = {} if was_away else self.since
        self.since = {
            who: before[who] if who in before and before[who][0] == sign else (sign, at)
            for who, sign in signs.items()
        }
        return {who: at - began for who, (_, began) in self.since.items()}
