"""Who is given up, and that no clock that is set, no sleep and no outage gives up who is alive."""

from __future__ import annotations

import time

import pytest

from safelight.actions import settle, stop
from safelight.actions.context import Context
from safelight.domain.jobs import FAILED, KILLED, RUNNING, Exit, FailureKind, RunStatus
from safelight.domain.permissions import Actor
from safelight.scheduler import silence
from safelight.scheduler.rescue import UNANSWERED_S, Rescue
from safelight.scheduler.silence import ATTENTIVE_S
from safelight.scheduler.watch import SHIPPING_S, Watch
from safelight.store import runs
from safelight.store.runs import Run
from tests.conftest import FakeClock
from tests.jobs import now
from tests.scheduler.fake import ScriptedEngine
from tests.scheduler.listening import listen

MICROS = 1_000_000
LOST_AFTER_S = 900
DAY_S = 86_400.0


@pytest.fixture
def rescue(context: Context, engine: ScriptedEngine, clock: FakeClock) -> Rescue:
    return Rescue(context, {"local": engine}, clock.uptime)


def status(context: Context, run: Run) -> RunStatus:
    return now(context.db, run).status


def beat(context: Context, run: Run) -> None:
    with context.db.transaction() as tx:
        runs.renew(tx, run.run_id, alive_until=tx.now + LOST_AFTER_S * MICROS)


# --- lost -----------------------------------------------------------------------------------------


def test_a_run_that_nobody_heard_of_for_long_is_lost(
    context: Context, rescue: Rescue, run: Run, clock: FakeClock
) -> None:
    listen(rescue, clock, LOST_AFTER_S - 1)
    assert status(context, run) is RUNNING
    clock.advance(1)
    rescue.step()
    failure = now(context.db, run).failure
    assert failure is not None
    assert failure.kind is FailureKind.LOST
    assert failure.message == "Nothing was heard of this run for 15 minutes."


def test_a_sign_of_life_gives_the_whole_time_again(
    context: Context, rescue: Rescue, run: Run, clock: FakeClock
) -> None:
    listen(rescue, clock, LOST_AFTER_S - 10)
    beat(context, run)
    listen(rescue, clock, LOST_AFTER_S - 10)
    assert status(context, run) is RUNNING


def test_the_time_without_a_server_is_not_held_against_a_run(
    context: Context, engine: ScriptedEngine, run: Run, clock: FakeClock
) -> None:
    clock.advance(100_000)
    rescue = Rescue(context, {"local": engine}, clock.uptime)
    listen(rescue, clock, LOST_AFTER_S - 1)
    assert status(context, run) is RUNNING


def test_a_clock_that_is_set_forward_loses_nobody(
    context: Context, rescue: Rescue, run: Run, clock: FakeClock
) -> None:
    listen(rescue, clock, LOST_AFTER_S - 10)
    beat(context, run)
    rescue.step()
    clock.set_by(DAY_S)
    rescue.step()
    assert status(context, run) is RUNNING
    listen(rescue, clock, LOST_AFTER_S)  # but who is really silent is lost, and not a day later
    assert status(context, run) is FAILED


def test_a_clock_that_is_set_back_keeps_no_dead_run_alive(
    context: Context, rescue: Rescue, run: Run, clock: FakeClock
) -> None:
    beat(context, run)
    rescue.step()
    clock.set_by(-DAY_S)
    listen(rescue, clock, LOST_AFTER_S)
    assert status(context, run) is FAILED


@pytest.mark.parametrize("length_s", [ATTENTIVE_S + 1, LOST_AFTER_S + 1, DAY_S])
def test_after_a_pause_in_which_nobody_listened_each_has_the_whole_time_again(
    context: Context, rescue: Rescue, run: Run, clock: FakeClock, length_s: float
) -> None:
    """The machine slept, the server was stopped, or the database did not answer."""
    listen(rescue, clock, LOST_AFTER_S - 10)
    clock.advance(length_s)
    listen(rescue, clock, LOST_AFTER_S - 10)
    assert status(context, run) is RUNNING
    clock.advance(10)
    rescue.step()
    assert status(context, run) is FAILED


def test_the_clock_counts_the_sleep_of_the_machine_where_it_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    assert before <= silence.uptime() <= time.clock_gettime(time.CLOCK_BOOTTIME)
    monkeypatch.setattr(silence, "_UPTIME", time.CLOCK_MONOTONIC)
    before = time.monotonic()
    assert before <= silence.uptime() <= time.monotonic()


# --- stops ----------------------------------------------------------------------------------------


def test_a_run_that_does_not_answer_a_kill_is_called_stopped(
    context: Context, rescue: Rescue, run: Run, member: Actor, clock: FakeClock
) -> None:
    stop.request(context.db, run.run_id, member, grace_s=30)
    listen(rescue, clock, 30 + UNANSWERED_S - 1)
    assert status(context, run) is RUNNING
    clock.advance(2)
    rescue.step()
    assert status(context, run) is KILLED


@pytest.mark.parametrize("by_s", [DAY_S, -DAY_S])
def test_a_runner_that_answers_a_kill_is_given_time_whatever_the_clock_says(
    context: Context, rescue: Rescue, run: Run, member: Actor, clock: FakeClock, by_s: float
) -> None:
    stop.request(context.db, run.run_id, member, grace_s=0)
    rescue.step()
    clock.set_by(by_s)
    for _ in range(4):
        beat(context, run)
        listen(rescue, clock, UNANSWERED_S / 2)
    assert status(context, run) is RUNNING


# --- what is recorded -----------------------------------------------------------------------------


def test_no_run_lasts_less_than_nothing(context: Context, run: Run, clock: FakeClock) -> None:
    clock.set_by(-DAY_S)
    ended = settle.settle(context.db, run.run_id, Exit(exit_code=0))
    assert ended.finished_at == run.started_at


def test_an_engines_word_is_taken_in_time_although_the_clock_was_set_back(
    context: Context, engine: ScriptedEngine, run: Run, clock: FakeClock
) -> None:
    watch = Watch(context, {"local": engine}, clock.uptime)
    engine.ends[str(run.run_id)] = Exit(exit_code=3)
    watch.step()
    clock.set_by(-DAY_S)
    clock.advance(SHIPPING_S)
    watch.step()
    assert status(context, run) is FAILED
