"""Past successes of the same kind say how long a live run will take."""

from __future__ import annotations

import threading

import pytest

from safelight.actions import expecting, settle
from safelight.domain.jobs import Exit, JobType, Target, TargetType
from safelight.domain.usual import REMEMBERED, Usual
from safelight.ids import uuid7
from safelight.store import runtimes
from safelight.store.db import Database
from tests.conftest import FakeClock
from tests.factories import House, add_house
from tests.jobs import started

TARGET = Target(TargetType.DATASET_VERSION, uuid7(), "apples/v1", "/dataset/a/version/b")
FORK = {"type": JobType.INTERNAL, "operation": "fork", "target": TARGET}


@pytest.fixture
def house(db: Database) -> House:
    return add_house(db)


def took(db: Database, clock: FakeClock, house: House, seconds: float, exit: Exit) -> None:
    run = started(db, house, **FORK)
    clock.advance(seconds)
    settle.settle(db, run.run_id, exit)


def usual(db: Database, house: House, **order: object) -> Usual | None:
    run = started(db, house, **order)
    with db.read() as read:
        return expecting.usual_times(read, [run.run_id])[run.run_id]


def test_only_successes_of_the_same_kind_and_organization_count(
    db: Database, clock: FakeClock, house: House
) -> None:
    for seconds in (60, 75, 90):
        took(db, clock, house, seconds, Exit(exit_code=0))
    took(db, clock, house, 3, Exit(exit_code=1))
    assert usual(db, house, **FORK) == Usual(60, 90, 3)
    assert usual(db, house, **{**FORK, "operation": "import_coco"}) is None
    assert usual(db, add_house(db, "vineyard"), **FORK) is None


def test_the_history_stays_small(db: Database, clock: FakeClock, house: House) -> None:
    for seconds in range(REMEMBERED + 10):
        took(db, clock, house, seconds, Exit(exit_code=0))
    with db.read() as read:
        known = runtimes.of(read, house.organization_id, ["fork DATASET_VERSION"])
    assert known == {"fork DATASET_VERSION": [*range(10, REMEMBERED + 10)]}


def test_runs_that_succeed_at_the_same_moment_are_all_remembered(
    db: Database, clock: FakeClock, house: House
) -> None:
    live = [started(db, house, **FORK) for _ in range(6)]
    clock.advance(30)
    gate = threading.Barrier(len(live))

    def end(run_id: object) -> None:
        gate.wait()
        settle.settle(db, run_id, Exit(exit_code=0))  # type: ignore[arg-type]

    threads = [threading.Thread(target=end, args=(run.run_id,)) for run in live]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.read() as read:
        known = runtimes.of(read, house.organization_id, ["fork DATASET_VERSION"])
    assert known["fork DATASET_VERSION"] == [30.0] * len(live)
