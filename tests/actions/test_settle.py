"""Who ends a run: whatever order runner, engine, user and rescuer come in, the record stays true."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import insert

from safelight.actions import rerun, settle, stop
from safelight.domain.jobs import (
    FAILED,
    FINAL,
    KILLED,
    LIVE,
    PENDING,
    QUEUED,
    RUNNING,
    SUCCEEDED,
    Declared,
    Exit,
    Failure,
    FailureKind,
    JobType,
    RunStatus,
)
from safelight.domain.permissions import Actor
from safelight.errors import AlreadyEnded, ClaimLost, LiveRun
from safelight.ids import uuid7
from safelight.store import events, jobs, queue, runs, schema
from safelight.store.db import Database, sqlite_url
from safelight.store.runs import Run
from tests.conftest import FakeClock
from tests.factories import House, add_house
from tests.jobs import launched, started
from tests.postgres import PostgresServer

LOST = Exit(failure=Failure(FailureKind.LOST, "Nothing was heard."))


def member_of(house: House) -> Actor:
    return Actor(house.member, "m", house.organization_id, "member")


def now(db: Database, run: Run) -> Run:
    with db.read() as read:
        return runs.get(read, run.run_id)


def test_reports_that_come_at_the_same_moment_end_a_run_once(db: Database) -> None:
    house = add_house(db)
    for _ in range(5):
        run = started(db, house)
        gate = threading.Barrier(4)
        ends: list[Callable[[], Any]] = [
            lambda run=run: settle.settle(db, run.run_id, Exit(exit_code=0)),  # type: ignore[misc]
            lambda run=run: settle.settle(db, run.run_id, Exit(exit_code=3)),  # type: ignore[misc]
            lambda run=run: settle.settle(db, run.run_id, LOST),  # type: ignore[misc]
            lambda run=run: stop.request(db, run.run_id, member_of(house)),  # type: ignore[misc]
        ]

        def at_once(end: Callable[[], Any], gate: threading.Barrier = gate) -> None:
            gate.wait()
            end()

        threads = [threading.Thread(target=at_once, args=(end,)) for end in ends]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with db.read() as read:
            told = events.of_run(read, run.run_id)
            job = jobs.get(read, house.organization_id, run.job_id)
        ended = [event for event in told if event.kind == "run_ended"]
        assert len(ended) == 1
        assert now(db, run).status == ended[0].facts["status"] == job.status


def test_a_stop_and_a_start_at_the_same_moment_agree(db: Database) -> None:
    house = add_house(db)
    for _ in range(5):
        _, run = launched(db, house)
        gate = threading.Barrier(2)
        outcome: list[str] = []

        def begin(run: Run = run, gate: threading.Barrier = gate) -> None:
            gate.wait()
            try:
                with db.transaction() as tx:
                    runs.start(tx, run.run_id, alive_until=tx.now)
            except AlreadyEnded:
                outcome.append("refused")  # noqa: B023 - joined before the next turn
            else:
                outcome.append("started")  # noqa: B023

        thread = threading.Thread(target=begin)
        thread.start()
        gate.wait()
        stop.request(db, run.run_id, member_of(house))
        thread.join()
        after = now(db, run)
        if outcome == ["refused"]:
            assert (after.status, after.started_at) == (KILLED, None)
        else:
            assert (after.status, after.stop_requested_by) == (RUNNING, house.member)


def test_a_stopped_run_that_had_stored_something_is_kept(db: Database) -> None:
    house = add_house(db)
    for stored, expected in ((False, SUCCEEDED), (True, KILLED)):
        run = started(db, house)
        stop.request(db, run.run_id, member_of(house))
        if stored:
            with db.transaction() as tx:
                tx.execute(
                    insert(schema.change_set).values(
                        organization_id=house.organization_id,
                        run_id=run.run_id,
                        kind="annotations",
                        created_at=tx.now,
                    )
                )
        ended = settle.settle(db, run.run_id, Exit(exit_code=0))
        assert (ended.status, ended.kept) == (expected, stored)


@pytest.mark.parametrize("exit", [Exit(signal=9), Exit(exit_code=1), Exit(exit_code=0)])
def test_an_operation_that_had_made_its_change_true_succeeded_whatever_ended_it(
    db: Database, exit: Exit
) -> None:
    house = add_house(db)
    for source, expected in (({"internal": "fork"}, SUCCEEDED), ({"package": "0" * 64}, None)):
        run = started(db, house, source=source)
        with db.transaction() as tx:
            runs.result(tx, run.run_id, {"assets": 3})
        ended = settle.settle(db, run.run_id, exit)
        judged_by_its_exit = SUCCEEDED if exit.exit_code == 0 else FAILED
        assert ended.status is (expected or judged_by_its_exit)


def test_a_killed_operation_that_had_changed_nothing_failed(db: Database) -> None:
    run = started(db, add_house(db), source={"internal": "fork"})
    assert settle.settle(db, run.run_id, Exit(signal=9)).status is FAILED


def test_who_stopped_a_run_is_in_its_end(db: Database) -> None:
    house = add_house(db)
    run = started(db, house)
    stop.request(db, run.run_id, member_of(house))
    settle.settle(db, run.run_id, Exit(signal=15), stop_signalled=True)
    with db.read() as read:
        assert events.of_run(read, run.run_id)[-1].user_id == house.member


def test_a_stop_at_the_end_of_a_server_reaches_all_runs(db: Database) -> None:
    house = add_house(db)
    _, pending = launched(db, house)
    running = started(db, house)
    stop.request_all(db, grace_s=1)
    assert now(db, pending).status is KILLED
    assert now(db, running).stop_grace_s == 1


def test_two_clicks_on_re_run_at_the_same_moment_make_one_run(db: Database) -> None:
    house = add_house(db)
    job, run = launched(db, house)
    with db.transaction() as tx:
        settle.stop_in(tx, run)
    gate = threading.Barrier(3)
    outcome: list[str] = []

    def click() -> None:
        gate.wait()
        try:
            rerun.rerun(db, job.job_id, member_of(house))
        except LiveRun:
            outcome.append("refused")
        else:
            outcome.append("made")

    threads = [threading.Thread(target=click) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["made", "refused", "refused"]
    with db.read() as read:
        assert [each.number for each in runs.of_job(read, job.job_id)] == [2, 1]


# --- any interleaving of users, runners, schedulers and rescuers -----------------------------------

EXITS = st.sampled_from([Exit(exit_code=0), Exit(exit_code=3), Exit(signal=9), LOST])


class Life(RuleBasedStateMachine):
    """One job under everything that can happen to it, in any order."""

    new_url: Callable[[], str]  # of a fresh, migrated database

    @initialize()
    def begin(self) -> None:
        self.clock = FakeClock()
        self.db = Database(type(self).new_url(), clock=self.clock)
        self.house = add_house(self.db)
        self.job, run = launched(self.db, self.house)
        self.run_id = run.run_id
        self.claims: list[runs.Claim] = []
        self.final: dict[object, Run] = {}

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.db.close()

    @property
    def run(self) -> Run:
        with self.db.read() as read:
            return runs.get(read, self.run_id)

    @rule()
    def a_scheduler_claims(self) -> None:
        with self.db.transaction() as tx:
            claim = queue.claim(tx, tuple(JobType), engine="local", until=tx.now + 30_000_000)
        if claim is not None:
            assert claim.run.status is PENDING
            self.claims.append(claim)

    @precondition(lambda self: self.claims)
    @rule(which=st.integers(0, 9))
    def a_scheduler_hands_over(self, which: int) -> None:
        claim = self.claims[which % len(self.claims)]
        try:
            with self.db.transaction() as tx:
                runs.hand_over(tx, claim, "handle")
        except (ClaimLost, AlreadyEnded):
            return
        assert self.run.handle == "handle"

    @rule()
    def a_runner_starts(self) -> None:
        before = self.run.status
        try:
            with self.db.transaction() as tx:
                runs.start(tx, self.run_id, alive_until=tx.now + 60_000_000)
        except AlreadyEnded:
            assert before in FINAL
        else:
            assert before in LIVE

    @rule(exit=EXITS, ours=st.booleans())
    def somebody_reports_an_end(self, exit: Exit, ours: bool) -> None:
        settle.settle(self.db, self.run_id, exit, stop_signalled=ours)
        assert self.run.status in FINAL

    @rule(declared=st.sampled_from(Declared))
    def the_script_declares(self, declared: Declared) -> None:
        before = self.run.status
        settle.declare(self.db, self.run_id, declared)
        assert self.run.status == before

    @rule(grace_s=st.sampled_from([0.0, 30.0]))
    def a_user_stops(self, grace_s: float) -> None:
        before = self.run.status
        after = stop.request(self.db, self.run_id, member_of(self.house), grace_s)
        assert after.status is (KILLED if before in {PENDING, QUEUED} else before)

    @rule()
    def the_engine_gives_it_back(self) -> None:
        if self.run.status is QUEUED:
            with self.db.transaction() as tx:
                runs.give_back(tx, self.run_id)

    @rule()
    def a_user_runs_it_again(self) -> None:
        before = self.run
        try:
            run = rerun.rerun(self.db, self.job.job_id, member_of(self.house))
        except LiveRun:
            assert before.status in LIVE
            return
        assert before.status in FINAL
        assert run.number == before.number + 1
        self.run_id, self.claims = run.run_id, []

    @rule(seconds=st.sampled_from([1, 31, 1000]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @invariant()
    def the_record_is_true(self) -> None:
        if not hasattr(self, "db"):
            return
        with self.db.read() as read:
            job = jobs.get(read, self.house.organization_id, self.job.job_id)
            every = runs.of_job(read, self.job.job_id)
            told = {run.run_id: events.of_run(read, run.run_id) for run in every}
        newest = every[0]
        assert (job.status, job.latest_run_id) == (newest.status, newest.run_id)
        assert [run.number for run in every] == list(range(len(every), 0, -1))
        assert sum(run.status in LIVE for run in every) <= 1
        for run in every:
            kinds = [event.kind for event in told[run.run_id]]
            assert kinds.count("run_ended") == (run.status in FINAL)
            assert kinds.count("run_started") == (run.started_at is not None)
            assert (run.finished_at is not None) == (run.status in FINAL)
            assert (run.failure is not None) == (run.status is FAILED)
            assert run.status is not SUCCEEDED or run.started_at is not None
            if run.run_id in self.final:
                kept = self.final[run.run_id]
                assert (run.status, run.failure, run.finished_at) == (
                    kept.status,
                    kept.failure,
                    kept.finished_at,
                )
            elif run.status in FINAL:
                self.final[run.run_id] = run


@pytest.fixture(params=["sqlite", "postgresql"])
def _fresh(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    def sqlite() -> str:
        path = tmp_path / f"{uuid7()}.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return sqlite_url(path)

    def postgresql() -> str:
        server: PostgresServer = request.getfixturevalue("postgres")
        name = f"life{uuid7().hex}"
        server.create(name, "template_safelight")
        return server.url(name)

    Life.new_url = staticmethod(sqlite if request.param == "sqlite" else postgresql)


@pytest.mark.usefixtures("_fresh")
def test_any_interleaving_keeps_the_record_true() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    quick = settings(
        max_examples=25,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Life, settings=quick)


def test_statuses_of_a_run_are_those_of_the_machine() -> None:
    assert set(RunStatus) == LIVE | FINAL
