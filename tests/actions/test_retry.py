"""A run that fails as its launch foresaw is tried again, once, at its time, and never against a wish."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import update

from safelight.actions import rerun, settle, stop
from safelight.actions.waiting import waiting_sentences
from safelight.config import Settings
from safelight.domain.datasets import InferenceType
from safelight.domain.jobs import (
    FAILED,
    KILLED,
    PENDING,
    Exit,
    Failure,
    FailureKind,
    JobType,
    Target,
    TargetType,
)
from safelight.domain.permissions import Actor
from safelight.domain.terms import Retry, Terms
from safelight.errors import Conflict, LiveRun
from safelight.store import datasets, events, jobs, queue, runs, versions
from safelight.store.changes import Author
from safelight.store.db import Database
from safelight.store.runs import Run
from tests.conftest import FakeClock
from tests.factories import House, add_house
from tests.jobs import launched

LOST = Exit(failure=Failure(FailureKind.LOST, "Nothing was heard."))
TWICE = Terms(-5, Retry((FailureKind.LOST,), times=2, backoff_s=60))


@pytest.fixture
def house(db: Database) -> House:
    return add_house(db)


@pytest.fixture
def run(db: Database, house: House) -> Run:
    """A run that goes on, to be tried again twice if it is lost."""
    _, run = launched(db, house, terms=TWICE, parameters={"angle": 30}, inputs={"x": "y"})
    return begin(db, run)


def begin(db: Database, run: Run) -> Run:
    with db.transaction() as tx:
        return runs.start(tx, run.run_id, alive_until=tx.now + 900_000_000)[0]


def member(house: House) -> Actor:
    return Actor(house.member, "m", house.organization_id, "member")


def newest(db: Database, run: Run) -> Run:
    with db.read() as read:
        return runs.newest(read, run.job_id)


def claimed(db: Database) -> runs.Claim | None:
    with db.transaction() as tx:
        return queue.claim(tx, tuple(JobType), engine="local", until=tx.now + 30_000_000)


def timeline(db: Database, run: Run) -> list[tuple[str, dict[str, Any]]]:
    with db.read() as read:
        return [(event.kind, event.facts) for event in events.of_run(read, run.run_id)]


def sentence(db: Database, run: Run) -> str | None:
    asked = [(run.run_id, run.status, run.engine, JobType.PROCESSING)]
    with db.read() as read:
        return waiting_sentences(read, Settings(), asked).get(run.run_id)


def test_another_try_is_launched_as_the_one_that_failed_and_says_why(
    db: Database, run: Run, clock: FakeClock
) -> None:
    settle.settle(db, run.run_id, LOST)
    again = newest(db, run)
    assert (again.number, again.status, again.retries) == (2, PENDING, 1)
    as_launched = ("engine", "source", "parameters", "inputs", "resources", "triggered_by", "terms")
    for name in as_launched:
        assert getattr(again, name) == getattr(run, name)
    kinds = [kind for kind, _ in timeline(db, again)]
    assert kinds == ["run_created", "run_retried"]
    assert timeline(db, again)[1][1] == {
        "after": 1,
        "failure": {"kind": "lost", "message": "Nothing was heard."},
        "number": 1,
        "times": 2,
        "ready_at": clock.now + 60_000_000,
    }
    with db.read() as read:
        job = jobs.get(read, run.organization_id, run.job_id)
    assert (job.latest_run_id, job.status) == (again.run_id, PENDING)


def test_it_is_not_begun_before_its_time_and_says_when_that_is(
    db: Database, run: Run, clock: FakeClock
) -> None:
    settle.settle(db, run.run_id, LOST)
    again = newest(db, run)
    assert sentence(db, again) == "Tries again at 08:01:00 UTC (1 of 2)."
    clock.advance(59)
    assert claimed(db) is None
    clock.advance(1)
    assert sentence(db, again) == "Starting in a moment."
    found = claimed(db)
    assert found is not None
    assert found.run.run_id == again.run_id


def test_the_pauses_double_and_the_last_try_is_the_last(
    db: Database, run: Run, clock: FakeClock
) -> None:
    for pause_s in (60, 120):
        settle.settle(db, run.run_id, LOST)
        run = newest(db, run)
        assert run.ready_at - clock.now == pause_s * 1_000_000
        clock.advance(pause_s)
        run = begin(db, run)
    settle.settle(db, run.run_id, LOST)
    last = newest(db, run)
    assert (last.number, last.retries, last.status) == (3, 2, FAILED)


@pytest.mark.parametrize(
    "exit",
    [
        Exit(exit_code=1),
        Exit(exit_code=0),
        Exit(failure=Failure(FailureKind.OUT_OF_MEMORY, "It used too much.")),
    ],
)
def test_another_end_is_an_end(db: Database, run: Run, exit: Exit) -> None:
    settle.settle(db, run.run_id, exit)
    assert newest(db, run).number == 1


def test_who_asked_for_a_stop_gets_no_other_try(db: Database, house: House, run: Run) -> None:
    stop.request(db, run.run_id, member(house))
    settle.settle(db, run.run_id, LOST)
    assert (newest(db, run).number, newest(db, run).status) == (1, FAILED)


def test_a_stop_of_the_next_try_ends_the_chain(db: Database, house: House, run: Run) -> None:
    settle.settle(db, run.run_id, LOST)
    stop.request(db, newest(db, run).run_id, member(house))
    last = newest(db, run)
    assert (last.number, last.status, last.stop_requested_by) == (2, KILLED, house.member)


def test_a_re_run_by_hand_takes_the_place_of_a_try_that_waits(
    db: Database, house: House, run: Run
) -> None:
    settle.settle(db, run.run_id, LOST)
    waiting = newest(db, run)
    again = rerun.rerun(db, run.job_id, member(house), {"angle": 90})
    assert (again.number, again.retries, again.parameters["angle"]) == (3, 0, 90)
    assert again.retry == TWICE.retry
    with db.read() as read:
        assert runs.get(read, waiting.run_id).status is KILLED
    assert claimed(db) is not None


def test_a_try_whose_time_has_come_is_live_as_any_other(
    db: Database, house: House, run: Run, clock: FakeClock
) -> None:
    settle.settle(db, run.run_id, LOST)
    clock.advance(60)
    with pytest.raises(LiveRun):
        rerun.rerun(db, run.job_id, member(house))
    assert newest(db, run).status is PENDING


def test_a_re_run_may_leave_the_policy_out(db: Database, house: House, run: Run) -> None:
    settle.settle(db, run.run_id, Exit(exit_code=1))
    again = rerun.rerun(db, run.job_id, member(house), terms={"retry": None})
    assert again.retry is None


def test_reports_at_the_same_moment_make_one_try(db: Database, run: Run) -> None:
    gate = threading.Barrier(4)

    def report() -> None:
        gate.wait()
        settle.settle(db, run.run_id, LOST)

    threads = [threading.Thread(target=report) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.read() as read:
        assert [each.number for each in runs.of_job(read, run.job_id)] == [2, 1]


def test_a_death_between_the_end_and_the_next_try_leaves_neither(db: Database, run: Run) -> None:
    with pytest.raises(RuntimeError), db.transaction() as tx:
        settle.settle_in(tx, run.run_id, LOST)
        raise RuntimeError("killed before the commit")
    assert newest(db, run).status is run.status
    settle.settle(db, run.run_id, LOST)
    assert newest(db, run).number == 2


def test_one_that_would_make_a_version_again_is_not_tried_and_says_so(
    db: Database, house: House
) -> None:
    with db.transaction() as tx:
        dataset = datasets.add(tx, house.organization_id, "apples", by=Author(house.member))
        made = [
            versions.add(
                tx,
                house.organization_id,
                dataset.dataset_id,
                name,
                by=Author(house.member),
                type=InferenceType.NOT_CONFIGURED,
            )
            for name in ("v1", "rotated")
        ]
    target = Target(TargetType.DATASET_VERSION, made[0].version_id, "apples/v1", "/x")
    inputs = {"target_version_name": "rotated"}
    _, run = launched(db, house, terms=TWICE, target=target, inputs=inputs)
    settle.settle(db, begin(db, run).run_id, LOST)
    assert newest(db, run).number == 1
    kind, facts = timeline(db, run)[-1]
    assert kind == "run_not_retried"
    assert "rotated" in facts["reason"]


@pytest.mark.parametrize(
    "values", [{"rank": 101}, {"rank": -101}, {"retries": -1}, {"retries": 1, "retry": None}]
)
def test_the_database_refuses_terms_that_make_no_sense(
    db: Database, run: Run, values: dict[str, Any]
) -> None:
    with pytest.raises(Conflict), db.transaction() as tx:
        tx.execute(update(runs.runs).where(runs.runs.c.run_id == run.run_id).values(**values))
