"""Steps of runs: each guarded, each mirrored in the job's row, each in the record."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from safelight.domain.jobs import (
    FAILED,
    KILLED,
    PENDING,
    QUEUED,
    RUNNING,
    SUCCEEDED,
    Declared,
    Ending,
    Exit,
    Failure,
    FailureKind,
    JobType,
    Progress,
)
from safelight.errors import AlreadyEnded, ClaimLost, Conflict
from safelight.store import events, jobs, queue, runs
from safelight.store.db import Database, Transaction
from tests.conftest import FakeClock
from tests.factories import House, add_house
from tests.jobs import launched

CLAIM_S = 30
MICROS = 1_000_000
ALL = tuple(JobType)


def claim_one(db: Database, types: tuple[JobType, ...] = ALL) -> runs.Claim | None:
    with db.transaction() as tx:
        return queue.claim(tx, types, engine="local", until=tx.now + CLAIM_S * MICROS)


def started(db: Database, house: House) -> runs.Run:
    _, run = launched(db, house)
    with db.transaction() as tx:
        return runs.start(tx, run.run_id, alive_until=tx.now + 60 * MICROS)[0]


def kinds(db: Database, run: runs.Run) -> list[str]:
    with db.read() as read:
        return [event.kind for event in events.of_run(read, run.run_id)]


def test_a_run_goes_from_pending_to_its_end_and_the_job_follows(db: Database) -> None:
    house = add_house(db)
    job, run = launched(db, house)
    assert (job.status, run.status, run.number) == (PENDING, PENDING, 1)
    claim = claim_one(db)
    assert claim is not None
    for step in ("hand_over", "start", "end"):
        with db.transaction() as tx:
            if step == "hand_over":
                run = runs.hand_over(tx, claim, "handle")
                expected = QUEUED
            elif step == "start":
                run, _ = runs.start(tx, run.run_id, alive_until=tx.now)
                expected = RUNNING
            else:
                run = runs.end(tx, run.run_id, Ending(SUCCEEDED), Exit(exit_code=0))
                expected = SUCCEEDED
        with db.read() as read:
            assert run.status is expected
            assert jobs.get(read, house.organization_id, job.job_id).status is expected
    assert run.exit_code == 0
    assert run.finished_at is not None
    assert kinds(db, run) == ["run_created", "run_queued", "run_started", "run_ended"]


def test_the_first_report_of_an_end_wins(db: Database) -> None:
    run = started(db, add_house(db))
    failure = Failure(FailureKind.LOST, "It was lost.")
    with db.transaction() as tx:
        runs.end(tx, run.run_id, Ending(FAILED, failure), Exit(failure=failure))
    with pytest.raises(AlreadyEnded), db.transaction() as tx:
        runs.end(tx, run.run_id, Ending(SUCCEEDED), Exit(exit_code=0))
    with db.read() as read:
        after = runs.get(read, run.run_id)
    assert after.status is FAILED
    assert after.failure == failure


def test_the_database_itself_refuses_to_change_a_final_run(db: Database) -> None:
    run = started(db, add_house(db))
    with db.transaction() as tx:
        runs.end(tx, run.run_id, Ending(SUCCEEDED), Exit(exit_code=0))
    with pytest.raises(Conflict), db.transaction() as tx:
        tx.execute(
            runs.runs.update()
            .where(runs.runs.c.run_id == run.run_id)
            .values(status="RUNNING", finished_at=None)
        )


def test_a_run_that_was_stopped_before_its_start_cannot_start(db: Database) -> None:
    _, run = launched(db, add_house(db))
    with db.transaction() as tx:
        runs.end(tx, run.run_id, Ending(KILLED), Exit())
    with pytest.raises(AlreadyEnded), db.transaction() as tx:
        runs.start(tx, run.run_id, alive_until=tx.now)
    with db.read() as read:
        assert runs.get(read, run.run_id).log_completed_at is not None


def test_asking_for_the_spec_again_starts_nothing_twice(db: Database, clock: FakeClock) -> None:
    run = started(db, add_house(db))
    clock.advance(5)
    with db.transaction() as tx:
        again, first = runs.start(tx, run.run_id, alive_until=tx.now)
    assert not first
    assert again.started_at == run.started_at
    assert kinds(db, run).count("run_started") == 1


def test_runs_are_claimed_oldest_first_and_by_lane(db: Database, clock: FakeClock) -> None:
    house = add_house(db)
    launched(db, house, type=JobType.TRAINING)
    clock.advance(1)
    _, internal = launched(db, house, type=JobType.INTERNAL)
    first = claim_one(db, (JobType.INTERNAL,))
    assert first is not None
    assert first.run.run_id == internal.run_id
    assert claim_one(db, (JobType.INTERNAL,)) is None
    with db.read() as read:
        assert queue.in_hand(read, (JobType.INTERNAL,), engine="local") == 1
        assert queue.in_hand(read, (JobType.TRAINING,), engine="local") == 0


def test_a_scheduler_that_stalls_cannot_hand_out_a_run_taken_from_it(
    db: Database, clock: FakeClock
) -> None:
    launched(db, add_house(db))
    stale = claim_one(db)
    assert stale is not None
    assert claim_one(db) is None
    clock.advance(CLAIM_S + 1)
    fresh = claim_one(db)
    assert fresh is not None
    with pytest.raises(ClaimLost), db.transaction() as tx:
        runs.hand_over(tx, stale, handle="a")
    with pytest.raises(ClaimLost), db.transaction() as tx:
        runs.arm(tx, stale, b"x" * 32)
    with db.transaction() as tx:
        assert runs.hand_over(tx, fresh, handle="b").handle == "b"


def test_a_runner_may_be_quicker_than_the_hand_over(db: Database) -> None:
    launched(db, add_house(db))
    claim = claim_one(db)
    assert claim is not None
    with db.transaction() as tx:
        runs.arm(tx, claim, b"x" * 32)
    with db.transaction() as tx:
        runs.start(tx, claim.run.run_id, alive_until=tx.now)
    with db.transaction() as tx:
        run = runs.hand_over(tx, claim, handle="a")
    assert (run.status, run.handle) == (RUNNING, "a")


def test_many_schedulers_never_claim_the_same_run(db: Database) -> None:
    house = add_house(db)
    for _ in range(30):
        launched(db, house)
    taken: list[object] = []

    def schedule() -> None:
        while (claim := claim_one(db)) is not None:
            taken.append(claim.run.run_id)

    threads = [threading.Thread(target=schedule) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 30


def test_a_job_has_at_most_one_live_run(db: Database) -> None:
    job, run = launched(db, add_house(db))
    new = runs.NewRun("local", run.source, run.triggered_by, {}, {}, run.resources)
    with pytest.raises(Conflict), db.transaction() as tx:
        runs.add(tx, job, 2, new, runs.new_id())


def test_an_engine_may_give_a_queued_run_back(db: Database) -> None:
    launched(db, add_house(db))
    claim = claim_one(db)
    assert claim is not None
    with db.transaction() as tx:
        runs.hand_over(tx, claim, "a")
    with db.transaction() as tx:
        run = runs.give_back(tx, claim.run.run_id)
    assert (run.status, run.handle) == (PENDING, None)
    assert claim_one(db) is not None


def test_a_second_stop_request_can_only_shorten_the_time(db: Database, clock: FakeClock) -> None:
    house = add_house(db)
    run = started(db, house)
    with db.transaction() as tx:
        run = runs.request_stop(tx, run.run_id, house.member, grace_s=30)
    assert run.kill_at == clock.now + 30 * MICROS
    clock.advance(10)
    with db.transaction() as tx:
        assert runs.request_stop(tx, run.run_id, house.admin, grace_s=60).kill_at == run.kill_at
    with db.transaction() as tx:
        run = runs.request_stop(tx, run.run_id, house.admin, grace_s=0)
    assert run.kill_at == clock.now
    assert run.stop_requested_by == house.member
    with db.read() as read:
        asked = [each.facts.get("grace_s") for each in events.of_run(read, run.run_id)]
    assert asked[-2:] == [30, 0]  # what each of them asked for, for people to read


def test_nothing_is_written_to_a_run_that_has_ended(db: Database) -> None:
    run = started(db, add_house(db))
    with db.transaction() as tx:
        runs.end(tx, run.run_id, Ending(SUCCEEDED), Exit(exit_code=0))
    writes: list[Callable[[Transaction], object]] = [
        lambda tx: runs.progress(tx, run.run_id, Progress(1, 2)),
        lambda tx: runs.result(tx, run.run_id, {"summary": "late"}),
        lambda tx: runs.renew(tx, run.run_id, alive_until=tx.now),
        lambda tx: runs.declare(tx, run.run_id, Declared.SUCCEED),
        lambda tx: runs.check_live(tx, run.run_id),
    ]
    for write in writes:
        with pytest.raises(AlreadyEnded), db.transaction() as tx:
            write(tx)


def test_results_are_merged_by_key(db: Database) -> None:
    run = started(db, add_house(db))
    with db.transaction() as tx:
        runs.result(tx, run.run_id, {"counts": {"a": 1}, "summary": "one"})
    with db.transaction() as tx:
        run = runs.result(tx, run.run_id, {"summary": "two"})
    assert run.result == {"counts": {"a": 1}, "summary": "two"}
