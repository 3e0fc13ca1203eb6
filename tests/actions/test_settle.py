"""Who ends a run: whatever order runner, engine, user and rescuer come in, the record stays true."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert

from safelight.actions import rerun, settle, stop
from safelight.domain.jobs import (
    FAILED,
    FINAL,
    KILLED,
    LIVE,
    RUNNING,
    SUCCEEDED,
    Exit,
    Failure,
    FailureKind,
    RunStatus,
)
from safelight.domain.permissions import Actor
from safelight.errors import AlreadyEnded, LiveRun
from safelight.store import events, jobs, runs, schema
from safelight.store.db import Database
from safelight.store.runs import Run
from tests.factories import House, add_house
from tests.jobs import launched, now, started

LOST = Exit(failure=Failure(FailureKind.LOST, "Nothing was heard."))


def member_of(house: House) -> Actor:
    return Actor(house.member, "m", house.organization_id, "member")


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


def test_statuses_of_a_run_are_those_of_the_machine() -> None:
    assert set(RunStatus) == LIVE | FINAL
