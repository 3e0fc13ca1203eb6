"""The same failure elsewhere: counted, dated and listed among the jobs of one organization."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from safelight.actions import settle
from safelight.domain.jobs import FAILED, KILLED, Exit
from safelight.store import failures, jobcounts, joblist
from safelight.store.db import Database
from safelight.store.jobfilter import Filter
from safelight.store.runs import Run
from tests.conftest import FakeClock
from tests.factories import House, add_house
from tests.jobs import started


@pytest.fixture
def house(db: Database) -> House:
    return add_house(db)


def failed(db: Database, house: House, code: int = 3, name: str = "Rotate") -> Run:
    run = started(db, house, name=name)
    return settle.settle(db, run.run_id, Exit(exit_code=code))


def test_other_jobs_with_the_same_failure_are_counted_and_dated(
    db: Database, clock: FakeClock, house: House
) -> None:
    since = clock.now
    first = failed(db, house, name="first")
    clock.advance(60)
    failed(db, house, name="second")
    failed(db, house, code=4, name="another failure")
    failed(db, add_house(db, "vineyard"), name="theirs")
    clock.advance(60)
    last = failed(db, house, name="third")
    assert last.failure_key is not None
    with db.read() as read:
        found = failures.others(read, house.organization_id, last.failure_key, last.job_id, limit=5)
        names = [row.name for row in joblist.rows_of(read, found.newest)]
        of_first = failures.others(
            read, house.organization_id, last.failure_key, first.job_id, limit=1
        )
    assert (found.jobs, found.is_capped, found.since) == (2, False, since)
    assert names == ["second", "first"]
    assert (of_first.jobs, of_first.since, len(of_first.newest)) == (2, since + 60_000_000, 1)


def test_counting_stops_at_its_limit(
    db: Database, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "COUNT_LIMIT", 2)
    ended = [failed(db, house) for _ in range(4)]
    key = ended[0].failure_key
    assert key is not None
    with db.read() as read:
        found = failures.others(read, house.organization_id, key, ended[0].job_id, limit=5)
    assert (found.jobs, found.is_capped) == (2, True)


def test_the_list_shows_the_jobs_of_one_failure_with_other_filters(
    db: Database, clock: FakeClock, house: House
) -> None:
    key = failed(db, house, name="apples").failure_key
    clock.advance(1)
    failed(db, house, name="pears")
    failed(db, house, code=5, name="plums")
    started(db, house, name="apples, alive")

    def names(**more: object) -> list[str]:
        filter = Filter(house.organization_id, failure_key=key, **more)  # type: ignore[arg-type]
        with db.read() as read:
            counts = jobcounts.counts(read, filter)
            rows = joblist.page(read, filter, after=None, limit=50).rows
        assert counts.statuses["FAILED"] == len(rows)
        return [row.name for row in rows]

    assert names() == ["pears", "apples"]
    assert names(statuses=(FAILED,)) == ["pears", "apples"]
    assert names(search="pea") == ["pears"]
    assert names(user_id=house.viewer) == []


def test_the_list_of_one_failure_walks_its_own_index(sqlite_db: Database) -> None:
    house = add_house(sqlite_db)
    ran: list[tuple[str, object]] = []

    @event.listens_for(sqlite_db.engine, "before_cursor_execute")
    def note(
        _connection: object, _cursor: object, statement: str, values: object, *_: object
    ) -> None:
        ran.append((statement, values))

    for statuses in ((), (FAILED,), (FAILED, KILLED)):
        filter = Filter(house.organization_id, statuses=statuses, failure_key="0" * 16)
        ran.clear()
        with sqlite_db.read() as read:
            joblist.page(read, filter, after=None, limit=50)
        [(statement, values)] = [each for each in ran if "failure_key" in each[0]]
        with sqlite_db.engine.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()  # type: ignore[arg-type]
        assert "ix_job_failure_key" in str(plan)
        assert "SCAN job" not in str(plan)
