"""Engines' words, stops passed on, adoption, and rescue: with a clock that only moves when told."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as sa_event

from safelight.actions import external, settle, stop
from safelight.actions.context import Context
from safelight.domain.jobs import (
    FAILED,
    KILLED,
    RUNNING,
    SUCCEEDED,
    Declared,
    Exit,
    FailureKind,
    JobType,
    RunStatus,
)
from safelight.domain.permissions import Actor
from safelight.scheduler import Scheduler, loop
from safelight.scheduler.dispatch import CLAIM_S, Dispatch
from safelight.scheduler.rescue import Rescue
from safelight.scheduler.watch import LEFT_OVER_S, OVERSTAY_S, SHIPPING_S, Watch
from safelight.store import queue, runs
from safelight.store.db import Database
from safelight.store.runs import Run
from tests.conftest import FakeClock
from tests.factories import House, add_house
from tests.jobs import context_on, launched, now
from tests.scheduler.fake import ScriptedEngine

MICROS = 1_000_000


def test_a_process_that_ended_before_it_began_has_failed(
    context: Context, house: House, engine: ScriptedEngine
) -> None:
    _, run = launched(context.db, house)
    watch = Watch(context, {"local": engine})
    watch.is_draining = True
    Dispatch(context, {"local": engine}).step()
    engine.ends[str(run.run_id)] = Exit(exit_code=0)
    watch.step()
    run = now(context.db, run)
    assert run.failure is not None
    assert run.failure.kind is FailureKind.ENGINE_ERROR


def test_the_engines_word_counts_when_the_runner_says_nothing(
    context: Context, engine: ScriptedEngine, run: Run, clock: FakeClock
) -> None:
    watch = Watch(context, {"local": engine}, clock.uptime)
    engine.ends[str(run.run_id)] = Exit(exit_code=3, excerpt="boom")
    watch.step()
    assert now(context.db, run).status is RUNNING
    clock.advance(6)
    watch.step()
    run = now(context.db, run)
    assert (run.status, run.exit_code) == (FAILED, 3)


def test_a_runner_that_is_still_sending_lines_is_given_time(
    context: Context, engine: ScriptedEngine, run: Run, clock: FakeClock
) -> None:
    watch = Watch(context, {"local": engine}, clock.uptime)
    engine.ends[str(run.run_id)] = Exit(exit_code=0)
    for _ in range(round(SHIPPING_S) - 1):
        watch.step()
        clock.advance(1)
        with context.db.transaction() as tx:
            runs.renew(tx, run.run_id, alive_until=tx.now + 900 * MICROS)
    assert now(context.db, run).status is RUNNING
    clock.advance(2)
    watch.step()
    assert now(context.db, run).status is SUCCEEDED


def test_a_stop_is_passed_on_once_and_a_kill_again(
    context: Context, engine: ScriptedEngine, run: Run, member: Actor
) -> None:
    watch = Watch(context, {"local": engine})
    stop.request(context.db, run.run_id, member, grace_s=20)
    watch.pass_on_stops()
    watch.pass_on_stops()
    stop.request(context.db, run.run_id, member, grace_s=0)
    watch.pass_on_stops()
    assert engine.stops == [(str(run.run_id), 20), (str(run.run_id), 0)]


@pytest.mark.parametrize(
    ("exit", "expected"),
    [(Exit(signal=15), KILLED), (Exit(exit_code=143), KILLED), (Exit(exit_code=0), SUCCEEDED)],
)
def test_an_end_after_a_stop_is_ours_in_the_engines_word_too(
    context: Context,
    engine: ScriptedEngine,
    run: Run,
    member: Actor,
    exit: Exit,
    expected: RunStatus,
) -> None:
    watch = Watch(context, {"local": engine})
    watch.is_draining = True
    stop.request(context.db, run.run_id, member)
    engine.ends[str(run.run_id)] = exit
    watch.step()
    assert now(context.db, run).status is expected


def test_a_script_that_declared_success_and_crashed_has_failed(
    context: Context, engine: ScriptedEngine, run: Run
) -> None:
    watch = Watch(context, {"local": engine})
    watch.is_draining = True
    settle.declare(context.db, run.run_id, Declared.SUCCEED)
    assert now(context.db, run).status is RUNNING
    engine.ends[str(run.run_id)] = Exit(signal=11)
    watch.step()
    assert now(context.db, run).status is FAILED


@pytest.mark.parametrize(
    ("declared", "expected"), [(Declared.SUCCEED, SUCCEEDED), (Declared.FAIL, FAILED)]
)
def test_a_run_that_stays_after_its_declared_end_is_ended_and_its_word_counts(
    context: Context,
    engine: ScriptedEngine,
    run: Run,
    clock: FakeClock,
    declared: Declared,
    expected: RunStatus,
) -> None:
    rescue = Rescue(context, {"local": engine})
    settle.declare(context.db, run.run_id, declared)
    rescue.step()
    assert engine.stops == []
    clock.advance(OVERSTAY_S + 1)
    rescue.step()
    assert [handle for handle, _ in engine.stops] == [str(run.run_id)]
    ended = settle.settle(context.db, run.run_id, Exit(signal=15), stop_signalled=True)
    assert ended.status is expected


def test_a_tracked_run_ends_with_its_word(context: Context, house: House) -> None:
    _, run = launched(context.db, house, engine="external")
    external.hear(context, run)
    assert settle.declare(context.db, run.run_id, Declared.SUCCEED).status is SUCCEEDED
    assert settle.declare(context.db, run.run_id, Declared.FAIL).status is SUCCEEDED


def test_an_ended_run_is_watched_until_its_log_is_whole(
    context: Context, engine: ScriptedEngine, run: Run, clock: FakeClock
) -> None:
    watch = Watch(context, {"local": engine})
    engine.ends[str(run.run_id)] = Exit(exit_code=0)
    settle.settle(context.db, run.run_id, Exit(exit_code=0))
    watch.step()
    assert now(context.db, run).handle is not None
    with context.db.transaction() as tx:
        runs.log_totals(tx, run.run_id, lines=0, size=0, completed=True)
    watch.step()
    assert now(context.db, run).handle is None


def test_a_process_that_outlives_its_runs_end_is_ended(
    context: Context, engine: ScriptedEngine, run: Run, clock: FakeClock
) -> None:
    watch = Watch(context, {"local": engine})
    settle.settle(context.db, run.run_id, Exit(exit_code=0))
    watch.step()
    assert engine.stops == []
    clock.advance(LEFT_OVER_S + 1)
    watch.step()
    assert engine.stops == [(str(run.run_id), 0)]


def test_a_run_whose_scheduler_died_before_writing_its_handle_is_adopted(
    context: Context, house: House, engine: ScriptedEngine, clock: FakeClock
) -> None:
    _, run = launched(context.db, house)
    with context.db.transaction() as tx:
        runs.start(tx, run.run_id, alive_until=tx.now + 900 * MICROS)
    watch = Watch(context, {"local": engine})
    watch.step()
    assert engine.started == []
    clock.advance(CLAIM_S + 1)
    watch.step()
    assert now(context.db, run).handle == str(run.run_id)


def test_the_scheduler_acts_and_ends_when_woken_and_not_at_its_next_turn(
    context: Context, house: House, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "WATCH_EVERY_S", 3600)
    monkeypatch.setattr(loop, "RESCUE_EVERY_S", 3600)
    scheduler = Scheduler(context, {"local": engine})
    scheduler.start()
    _, run = launched(context.db, house)
    deadline = time.monotonic() + 20
    while not engine.started:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    with context.db.transaction() as tx:
        runs.start(tx, run.run_id, alive_until=tx.now + 900 * MICROS)
    engine.ends[str(run.run_id)] = Exit(exit_code=0)
    assert scheduler.drain(timeout_s=5)
    scheduler.stop()
    assert not scheduler.is_alive


def test_no_step_walks_over_ended_runs(
    sqlite_db: Database, tmp_path: Path, engine: ScriptedEngine
) -> None:
    context = context_on(sqlite_db, tmp_path)
    house = add_house(sqlite_db)
    launched(sqlite_db, house)
    asked: list[tuple[str, Any]] = []

    def note(
        _c: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool
    ) -> None:
        asked.append((statement, values))

    sa_event.listen(sqlite_db.engine, "before_cursor_execute", note)
    engines = {"local": engine}
    watch = Watch(context, engines)
    for step in (Dispatch(context, engines).step, watch.step, watch.pass_on_stops):
        step()
    Rescue(context, engines).step()
    with sqlite_db.read() as read:
        runs.progress_of_live(read, house.organization_id)
        queue.pending_order(read, tuple(JobType), engine="local")
        runs.count_live(read)
    sa_event.remove(sqlite_db.engine, "before_cursor_execute", note)
    plans = []
    with sqlite_db.engine.connect() as connection:
        for statement, values in asked:
            if statement.startswith(("SELECT", "UPDATE")):
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                plans += [(row[3], statement) for row in plan]
    walks = [each for each in plans if each[0].startswith("SCAN") and "ix_run_" not in each[0]]
    assert not walks
    assert any("ix_run_live" in plan for plan, _ in plans)
