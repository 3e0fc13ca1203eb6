"""In which order runs are claimed, and how many an organization may have going on at once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Table, insert, select
from sqlalchemy import event as sa_event

from safelight.domain.jobs import SUCCEEDED as DONE
from safelight.domain.jobs import Ending, Exit, JobType
from safelight.domain.terms import Terms
from safelight.errors import Conflict
from safelight.ids import uuid7
from safelight.store import limits, queue, runs, schema
from safelight.store.db import Database, Read
from safelight.store.runs import Claim
from tests.conftest import FakeClock
from tests.factories import House, add_house
from tests.jobs import launched

ALL = tuple(JobType)
SCRIPTS = (JobType.PROCESSING, JobType.TRAINING)


def claim(db: Database, types: tuple[JobType, ...] = ALL) -> Claim | None:
    with db.transaction() as tx:
        return queue.claim(tx, types, engine="local", until=tx.now + 30_000_000)


def claim_all(db: Database, types: tuple[JobType, ...] = ALL) -> list[Any]:
    found = []
    while (claimed := claim(db, types)) is not None:
        found.append(claimed.run.run_id)
    return found


def order(db: Database, types: tuple[JobType, ...] = ALL) -> list[Any]:
    with db.read() as read:
        return queue.pending_order(read, types, engine="local")


def set_limit(db: Database, house: House, limit: int | None) -> None:
    with db.transaction() as tx:
        limits.put(tx, house.organization_id, limit)


def test_the_highest_priority_goes_first_then_the_oldest(db: Database, clock: FakeClock) -> None:
    house = add_house(db)
    expected = []
    for place, (priority, type) in enumerate(
        [(0, "PROCESSING"), (5, "INTERNAL"), (-100, "TRAINING"), (5, "TRAINING"), (0, "INTERNAL")]
    ):
        _, run = launched(db, house, terms=Terms(priority), type=JobType(type))
        expected.append((-priority, place, run.run_id))
        clock.advance(1)
    ranked = [run_id for *_, run_id in sorted(expected)]
    assert order(db) == ranked
    assert claim_all(db) == ranked


def test_an_organization_has_no_more_runs_than_its_limit_and_others_pass(
    db: Database, clock: FakeClock
) -> None:
    orchard, meadow = add_house(db), add_house(db, "meadow")
    set_limit(db, orchard, 2)
    mine = [launched(db, orchard, terms=Terms(1))[1] for _ in range(3)]
    clock.advance(1)
    _, theirs = launched(db, meadow)
    assert set(claim_all(db)) == {mine[0].run_id, mine[1].run_id, theirs.run_id}
    with db.transaction() as tx:
        runs.start(tx, mine[0].run_id, alive_until=tx.now)
    assert claim(db) is None
    with db.transaction() as tx:
        runs.end(tx, mine[0].run_id, Ending(DONE), Exit(exit_code=0))
    assert claim_all(db) == [mine[2].run_id]


def test_the_limit_may_be_raised_and_taken_away(db: Database) -> None:
    house = add_house(db)
    set_limit(db, house, 1)
    for _ in range(4):
        launched(db, house)
    assert len(claim_all(db)) == 1
    set_limit(db, house, 2)
    assert len(claim_all(db)) == 1
    set_limit(db, house, None)
    assert len(claim_all(db)) == 2


def test_runs_that_are_only_tracked_take_no_place(db: Database) -> None:
    house = add_house(db)
    set_limit(db, house, 1)
    _, tracked = launched(db, house, engine="external")
    with db.transaction() as tx:
        runs.start(tx, tracked.run_id, alive_until=tx.now)
    launched(db, house)
    assert len(claim_all(db)) == 1


def test_schedulers_that_see_the_last_place_at_once_do_not_both_take_it(db: Database) -> None:
    house = add_house(db)
    set_limit(db, house, 2)
    for _ in range(8):
        launched(db, house)
    gate, found = threading.Barrier(6), []

    def take() -> None:
        gate.wait()
        claimed = claim(db)
        if claimed is not None:
            found.append(claimed.run.run_id)

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == len(found) == 2


def test_a_claim_that_was_left_lying_frees_its_place(db: Database, clock: FakeClock) -> None:
    house = add_house(db)
    set_limit(db, house, 1)
    _, run = launched(db, house)
    assert claim(db) is not None
    assert claim(db) is None
    clock.advance(31)
    found = claim(db)
    assert found is not None
    assert found.run.run_id == run.run_id


@pytest.mark.parametrize("limit", [0, -1])
def test_the_database_refuses_a_limit_below_one(db: Database, limit: int) -> None:
    house = add_house(db)
    with pytest.raises(Conflict):
        set_limit(db, house, limit)


def _crowd(db: Database, house: House, count: int) -> None:
    """Many pending runs of a full organization, every second one waiting for another try."""
    job, run = launched(db, house)
    with db.transaction() as tx:
        known = _values(tx, schema.job, schema.job.c.job_id == job.job_id)
        template = _values(tx, runs.runs, runs.runs.c.run_id == run.run_id)
        known.pop("job_key")
        policy = {"kinds": ["lost"], "times": 1, "backoff_s": 30}
        later = {"retries": 1, "retry": policy, "ready_at": tx.now * 2}
        ids = [(uuid7(), uuid7()) for _ in range(count)]
        tx.execute(
            insert(schema.job),
            [{**known, "job_id": job_id, "latest_run_id": run_id} for job_id, run_id in ids],
        )
        tx.execute(
            insert(runs.runs),
            [
                {**template, "job_id": job_id, "run_id": run_id, **(later if place % 2 else {})}
                for place, (job_id, run_id) in enumerate(ids)
            ],
        )


def _values(read: Read, table: Table, condition: ColumnElement[bool]) -> dict[str, Any]:
    row = read.first(select(table).where(condition))
    assert row is not None
    return dict(row._mapping)


def test_a_claim_walks_an_index_however_many_wait(db: Database) -> None:
    house, other = add_house(db), add_house(db, "meadow")
    set_limit(db, house, 1)
    _crowd(db, house, 3000)
    assert claim(db) is not None
    launched(db, other)
    asked: list[tuple[str, Any]] = []

    def note(
        _c: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool
    ) -> None:
        asked.append((statement, values))

    sa_event.listen(db.engine, "before_cursor_execute", note)
    with db.read() as read:
        assert queue.pending_engines(read) == {"local"}
        queue.in_hand(read, SCRIPTS, engine="local")
        queue.pending_order(read, SCRIPTS, engine="local", limit=10)
    assert claim(db) is not None
    sa_event.remove(db.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN" if db.is_sqlite else "EXPLAIN"
    with db.engine.connect() as connection:
        if not db.is_sqlite:
            # Here all runs wait. Where a million have ended, reading the whole table is no way either.
            connection.exec_driver_sql("ANALYZE run")
            connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, values in asked:
            if "FROM run" not in statement or not statement.startswith("SELECT"):
                continue
            plan = connection.exec_driver_sql(f"{explain} {statement}", values).all()
            told = "\n".join(str(row[-1]) for row in plan)
            assert "ix_run_" in told, f"{statement}\n{told}"
            assert "TEMP B-TREE" not in told, f"{statement}\n{told}"
            assert "Sort" not in told, f"{statement}\n{told}"
