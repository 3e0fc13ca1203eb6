"""Users, scheduler, runners, rescuer and time do what they may, in any order: the record is the model's."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from safelight.actions import logs, rerun, runner, settle, stop
from safelight.actions.launch import launch
from safelight.actions.runner import Report
from safelight.domain.jobs import (
    PENDING,
    QUEUED,
    RUNNING,
    Declared,
    Exit,
    Failure,
    FailureKind,
    JobType,
)
from safelight.domain.permissions import Actor
from safelight.domain.terms import Retry, Terms
from safelight.errors import AlreadyEnded, ClaimLost, Conflict, LiveRun
from safelight.ids import uuid7
from safelight.scheduler.rescue import Rescue
from safelight.store import jobs, queue, runs
from safelight.store import logs as store_logs
from safelight.store.db import Database, sqlite_url
from safelight.store.logs import CAPTURED
from tests.chaos.history import problems, text_of
from tests.chaos.reading import read_history
from tests.conftest import FakeClock
from tests.factories import add_house
from tests.jobs import context_on, order
from tests.postgres import PostgresServer
from tests.scheduler.fake import ScriptedEngine
from tests.store import model
from tests.store.model import SECOND, STREAMS, Listener, Record

SHORT = settings(
    max_examples=20, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
LONG = settings(SHORT, max_examples=300, stateful_step_count=80)

EXITS = st.sampled_from([
    Exit(exit_code=0), Exit(exit_code=3), Exit(signal=9),
    Exit(failure=Failure(FailureKind.TIMEOUT, "It took too long."), signal=15),
])  # fmt: skip
MOST_JOBS = 4
KEYS = st.sampled_from([None, "a", "b"])
T = TypeVar("T")
WORDS = {"part": b"a", "line": b"bc\n", "blank": b"\n", "long": b"d" * 70_000}
SHIFTS = st.sampled_from([0, 0, 0, -1, -3, -100, 1, 100])
SIZES = st.sampled_from([1, 3, 100, 200_000])
NUMBERS = st.integers(0, 99)


def has_runs(machine: Machine) -> bool:
    return bool(machine.record.jobs)


def has_begun(machine: Machine) -> bool:
    return bool(machine.begun)


class Machine(RuleBasedStateMachine):
    """Each rule does one thing to the store and to the model, and compares what came of it."""

    new_url: Callable[[], str]  # of a fresh, migrated database
    clean_url: str | None = None  # of one in which everything is at rest

    @initialize(
        launches=st.lists(st.tuples(KEYS, st.booleans(), st.booleans()), min_size=1, max_size=3)
    )
    def begin(self, launches: list[tuple[str | None, bool, bool]]) -> None:
        self.clock = FakeClock()
        self.folder = TemporaryDirectory()
        kind = type(self)
        self.url, kind.clean_url = kind.clean_url or kind.new_url(), None
        self.db = Database(self.url, clock=self.clock)
        self.context = context_on(self.db, Path(self.folder.name), lost_after_s=model.LEASE_S)
        self.house = add_house(self.db, name=uuid7().hex)
        self.user = Actor(self.house.member, "m", self.house.organization_id, "member")
        self.record = Record(self.clock.now)
        self.claims: list[tuple[runs.Claim, model.Run, int]] = []
        self.ends: dict[UUID, object] = {}
        self.shipped: model.Run | None = None
        self._listen()
        for key, is_retried, gets_going in launches:
            self.a_user_launches(key, is_retried)
            if gets_going:
                self.a_run_gets_going()

    def _listen(self) -> None:
        up = self.clock.uptime()
        self.rescue = Rescue(self.context, {"local": ScriptedEngine()}, self.clock.uptime)
        self.heartbeats, self.kills = Listener(up), Listener(up)

    def teardown(self) -> None:
        if not hasattr(self, "db"):
            return
        try:
            self._come_to_rest()
            self.the_record_is_that_of_the_model()
            for run in self.record.runs:
                self._check_log(run)
            house = self.house.organization_id
            data = self.context.settings.data
            assert problems(read_history(self.db, data, organization_id=house)) == []
            type(self).clean_url = self.url
        finally:
            self.db.close()
            self.folder.cleanup()

    def _come_to_rest(self) -> None:
        for run in self.record.runs:
            if run.has_started:
                self._tell_end(run, Exit(exit_code=0), ours=False)
                for name in STREAMS:
                    self._ship(run, name, 0, len(run.streams[name].written))
        while live := [run for run in self.record.runs if run.is_live]:
            for run in live:
                stop.request(self.db, run.run_id, self.user)
                self.record.stop(run, stop.GRACE_S)

    @property
    def queued(self) -> list[model.Run]:
        return [run for run in self.record.runs if run.status is QUEUED]

    @property
    def begun(self) -> list[model.Run]:
        return [run for run in self.record.runs if run.has_started]

    # --- users ---

    @precondition(lambda self: len(self.record.jobs) < MOST_JOBS)
    @rule(key=KEYS, is_retried=st.booleans())
    def a_user_launches(self, key: str | None, is_retried: bool) -> None:
        retry = Retry(model.RETRIED, model.TIMES, model.BACKOFF_S) if is_retried else None
        wanted = order(self.house, idempotency_key=key, terms=Terms(retry=retry))
        with self.db.transaction() as tx:
            job, run = launch(tx, wanted)
        known = self.record.with_key(key)
        if known is not None:
            assert (job.job_id, run.run_id) == (known.job_id, known.newest.run_id)
            return
        first = model.Run(run.run_id, 1, self.clock.now)
        self.record.jobs.append(model.Job(job.job_id, key, is_retried, [first]))

    @precondition(has_runs)
    @rule(which=NUMBERS, grace_s=st.sampled_from([0.0, 30.0]))
    def a_user_stops(self, which: int, grace_s: float) -> None:
        run = one_of(self.record.runs, which)
        stop.request(self.db, run.run_id, self.user, grace_s)
        self.record.stop(run, grace_s)

    @precondition(has_runs)
    @rule(which=NUMBERS)
    def a_user_runs_a_job_again(self, which: int) -> None:
        job = one_of(self.record.jobs, which)
        expected = self.record.run_again(job)
        try:
            run = rerun.rerun(self.db, job.job_id, self.user)
        except LiveRun:
            assert expected is None
        else:
            assert expected is not None
            assert run.number == expected.number
            expected.run_id = run.run_id

    # --- the scheduler ---

    @rule()
    def a_scheduler_claims(self) -> None:
        expected = self.record.next_claim()
        with self.db.transaction() as tx:
            until = tx.now + model.CLAIM_S * SECOND
            claim = queue.claim(tx, tuple(JobType), engine="local", until=until)
        assert (claim and claim.run.run_id) == (expected and expected.run_id)
        if claim is not None and expected is not None:
            self.claims.append((claim, expected, self.record.claim(expected)))

    @precondition(lambda self: self.claims)
    @rule(which=NUMBERS)
    def a_scheduler_hands_over(self, which: int) -> None:
        claim, run, number = one_of(self.claims, which)
        expected = self.record.hand_over(run, number)
        try:
            with self.db.transaction() as tx:
                runs.hand_over(tx, claim, "handle")
        except (ClaimLost, AlreadyEnded):
            assert not expected
        else:
            assert expected

    @precondition(lambda self: self.queued)
    @rule(which=NUMBERS)
    def an_engine_gives_a_run_back(self, which: int) -> None:
        run = one_of(self.queued, which)
        with self.db.transaction() as tx:
            runs.give_back(tx, run.run_id)
        run.status, run.has_handle = PENDING, False

    @precondition(has_runs)
    @rule(which=NUMBERS, exit=EXITS, ours=st.booleans())
    def an_engine_tells_an_end(self, which: int, exit: Exit, ours: bool) -> None:
        run = one_of(self.record.runs, which)
        settle.settle(self.db, run.run_id, exit, stop_signalled=ours)
        self._settled(run, exit, ours=ours)

    @rule(looks=st.integers(1, 6), every_s=st.sampled_from([5, 31, 61]))
    def a_rescuer_watches(self, looks: int, every_s: int) -> None:
        for _ in range(looks):
            self._pass(every_s)
            self.rescue.step()
            self._expect_rescues()

    def _expect_rescues(self) -> None:
        up, now = self.clock.uptime(), self.record.now
        running = [run for run in self.record.runs if run.status is RUNNING]
        killed = [
            run for run in self.record.runs if run.is_live and (run.kill_at or now + 1) <= now
        ]
        silent = self.heartbeats.silent_for({run.run_id: run.seen_at for run in running}, up)
        deaf = self.kills.silent_for({run.run_id: (run.kill_at, run.seen_at) for run in killed}, up)
        lost = Exit(failure=Failure(FailureKind.LOST, ""))
        for run in running:
            if silent[run.run_id] >= model.LEASE_S:
                self._settled(run, lost, ours=False)
        for run in killed:
            if deaf[run.run_id] >= model.UNANSWERED_S:
                self._settled(run, lost, ours=True)

    @rule()
    def the_server_is_started_anew(self) -> None:
        self._listen()

    @rule()
    def a_run_gets_going(self) -> None:
        """All steps to RUNNING at once, so that what comes after them is reached often."""
        before = len(self.claims)
        self.a_scheduler_claims()
        if len(self.claims) > before:
            self.a_scheduler_hands_over(before)
            self.a_runner_asks_for_the_spec(self.record.runs.index(self.claims[before][1]))

    # --- a runner, also one whose run was ended or replaced ---

    @precondition(has_runs)
    @rule(which=NUMBERS)
    def a_runner_asks_for_the_spec(self, which: int) -> None:
        run = one_of(self.record.runs, which)
        expected = self.record.start(run)
        try:
            with self.db.transaction() as tx:
                runs.start(tx, run.run_id, alive_until=tx.now + model.LEASE_S * SECOND)
        except AlreadyEnded:
            assert not expected
        else:
            assert expected

    @precondition(has_begun)
    @rule(which=NUMBERS)
    def a_runner_beats(self, which: int) -> None:
        run = one_of(self.begun, which)
        answer = runner.heartbeat(self.context, self._stored(run), None)
        assert answer["final"] == (not run.is_live)
        if run.is_live:
            run.seen_at = self.clock.now
            if run.declared is None:
                assert (answer["stop"] is not None) == (run.kill_at is not None)

    @precondition(has_begun)
    @rule(which=NUMBERS, declared=st.sampled_from(Declared))
    def a_script_declares(self, which: int, declared: Declared) -> None:
        run = one_of(self.begun, which)
        settle.declare(self.db, run.run_id, declared)
        if run.is_live:
            run.declared = declared

    @precondition(has_begun)
    @rule(
        which=NUMBERS,
        name=st.sampled_from(STREAMS),
        words=st.lists(st.sampled_from(list(WORDS)), max_size=4),
        chunks=st.lists(st.tuples(SHIFTS, SIZES), max_size=4),
    )
    def a_script_speaks(
        self, which: int, name: str, words: list[str], chunks: list[tuple[int, int]]
    ) -> None:
        """And its runner ships some of it: what comes next, with a gap, or what it has sent before."""
        run = one_of(self.begun, which)
        stream = run.streams[name]
        if not run.script_ended:
            stream.written += b"".join(WORDS[word] for word in words)
        for shift, size in chunks:
            self._ship(run, name, max(0, stream.taken + shift), size)

    def _ship(self, run: model.Run, name: str, offset: int, size: int) -> None:
        self.shipped, stream = run, run.streams[name]
        data = stream.written[offset : offset + size]
        try:
            acknowledged = logs.append(
                self.context, run.run_id, name, offset, data, at=self.clock.now
            )
            is_refused = False
        except Conflict as refusal:
            acknowledged, is_refused = refusal.facts["acknowledged"], True
        assert is_refused == (offset > stream.taken)
        if not is_refused:
            stream.taken = max(stream.taken, offset + len(data))
        assert acknowledged == stream.taken

    @precondition(has_begun)
    @rule(which=NUMBERS, exit=EXITS, ours=st.booleans())
    def a_runner_tells_the_end(self, which: int, exit: Exit, ours: bool) -> None:
        self._tell_end(one_of(self.begun, which), exit, ours=ours)

    def _tell_end(self, run: model.Run, exit: Exit, *, ours: bool) -> None:
        self.shipped, run.script_ended, run.log_length_known = run, True, True
        offsets = {name: len(stream.written) for name, stream in run.streams.items()}
        runner.report(self.context, self._stored(run), Report(exit, ours, offsets))
        self._settled(run, exit, ours=ours)

    # --- time ---

    @rule(seconds=st.sampled_from([1, 31, 1000]))
    def time_passes(self, seconds: int) -> None:
        self._pass(seconds)

    @rule(seconds=st.sampled_from([-3600, 3600]))
    def somebody_sets_the_clock(self, seconds: int) -> None:
        self.clock.set_by(seconds)
        self.record.now = self.clock.now

    def _pass(self, seconds: int) -> None:
        self.clock.advance(seconds)
        self.record.now = self.clock.now

    # --- what must hold after every step ---

    @invariant()
    def the_record_is_that_of_the_model(self) -> None:
        if not hasattr(self, "db"):
            return
        with self.db.read() as read:
            for job in self.record.jobs:
                row = jobs.get(read, self.house.organization_id, job.job_id)
                assert (row.status, row.latest_run_id) == (job.newest.status, job.newest.run_id)
                stored = runs.of_job(read, job.job_id)[::-1]
                assert [run.run_id for run in stored] == [run.run_id for run in job.runs]
                for said, run in zip(stored, job.runs, strict=True):
                    self._check_run(said, run)
                assert sum(run.is_live for run in job.runs) <= 1

    def _check_run(self, said: runs.Run, run: model.Run) -> None:
        kind = said.failure and said.failure.kind
        assert (said.number, said.status, kind) == (run.number, run.status, run.kind)
        assert (said.finished_at is None) == run.is_live
        assert (said.handle is not None, said.seen_at) == (run.has_handle, run.seen_at)
        assert said.kill_at == (run.kill_at if run.is_live else None)
        assert (said.log_completed_at is not None) == run.log_is_whole
        if not run.is_live:
            end = (said.status, said.failure, said.exit_code, said.signal, said.finished_at)
            assert self.ends.setdefault(said.run_id, end) == end

    @invariant()
    def a_log_holds_what_its_script_wrote(self) -> None:
        """Of the log that has just changed; of every one once all is at rest."""
        if hasattr(self, "db") and self.shipped is not None:
            self._check_log(self.shipped)
            self.shipped = None

    def _check_log(self, run: model.Run) -> None:
        with self.db.read() as read:
            size = store_logs.get(read, run.run_id, CAPTURED).size
        records = self.context.logs.read(run.run_id, CAPTURED, 0, size)
        for name, stream in run.streams.items():
            _check_stream(text_of(records, name), stream, is_whole=run.log_is_whole)

    # --- shared pieces ---

    def _stored(self, run: model.Run) -> runs.Run:
        with self.db.read() as read:
            return runs.get(read, run.run_id)

    def _settled(self, run: model.Run, exit: Exit, *, ours: bool) -> None:
        follower = self.record.settle(run, exit, ours=ours)
        if follower is not None:
            with self.db.read() as read:
                job_id = self.record.job_of(run).job_id
                follower.run_id = runs.newest(read, job_id).run_id


def one_of(some: Sequence[T], which: int) -> T:
    return some[which % len(some)]


def _check_stream(logged: bytes, stream: model.Stream, *, is_whole: bool) -> None:
    """Of what was taken each finished line is there; the open one only once nothing can follow it."""
    if is_whole:
        end = b"" if stream.written.endswith(b"\n") or not stream.written else b"\n"
        assert logged == stream.written + end
        return
    taken = stream.written[: stream.taken]
    assert taken.startswith(logged)
    assert len(logged) > taken.rfind(b"\n")


@pytest.fixture(params=["sqlite", "postgresql"])
def _fresh(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    def sqlite() -> str:
        path = tmp_path / f"{uuid7()}.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return sqlite_url(path)

    def postgresql() -> str:
        server: PostgresServer = request.getfixturevalue("postgres")
        name = f"machine{uuid7().hex}"
        server.create(name, "template_safelight")
        return server.url(name)

    Machine.clean_url = None
    Machine.new_url = staticmethod(sqlite if request.param == "sqlite" else postgresql)


@pytest.mark.usefixtures("_fresh")
@pytest.mark.parametrize(
    "length",
    [
        pytest.param(SHORT, id="short"),
        pytest.param(LONG, id="long", marks=[pytest.mark.chaos, pytest.mark.timeout(1800)]),
    ],
)
def test_any_interleaving_leaves_the_record_of_the_model(length: settings) -> None:
    run_state_machine_as_test(Machine, settings=length)
