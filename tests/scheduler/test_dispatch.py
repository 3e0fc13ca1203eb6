"""Which pending run goes where, and what happens when it cannot."""

from __future__ import annotations

import pytest

from safelight.actions import stop
from safelight.actions.context import Context
from safelight.domain.jobs import FAILED, KILLED, PENDING, QUEUED, FailureKind, JobType
from safelight.domain.permissions import Actor
from safelight.engines.base import Work
from safelight.scheduler.dispatch import CLAIM_S, Dispatch
from safelight.store import queue
from tests.conftest import FakeClock
from tests.factories import House
from tests.jobs import launched, now
from tests.scheduler.fake import ScriptedEngine


def test_a_pending_run_is_handed_to_its_engine(context: Context, house: House) -> None:
    engine = ScriptedEngine()
    _, run = launched(context.db, house)
    assert Dispatch(context, {"local": engine}).step() == 1
    run = now(context.db, run)
    assert (run.status, run.handle) == (QUEUED, str(run.run_id))
    token = context.sealer.runner_token(run.run_id)
    assert engine.started == [Work(run.run_id, token, "process")]


def test_a_launch_wakes_the_scheduler(context: Context, house: House) -> None:
    context.wake.clear()
    launched(context.db, house)
    assert context.wake.is_set()


def test_trainings_never_block_internal_operations(
    context: Context, house: House, clock: FakeClock
) -> None:
    engine = ScriptedEngine()
    for _ in range(3):
        launched(context.db, house, type=JobType.TRAINING)
        clock.advance(1)
    _, internal = launched(
        context.db, house, type=JobType.INTERNAL, source={"internal": "import_coco"}
    )
    assert Dispatch(context, {"local": engine}).step() == 3
    assert [work.kind for work in engine.started].count("internal") == 1
    assert now(context.db, internal).status is QUEUED
    with context.db.read() as read:
        assert queue.in_hand(read, (JobType.TRAINING,), engine="local") == 2


def test_an_image_without_a_container_engine_fails_with_one_sentence(
    context: Context, house: House
) -> None:
    source = {"image": "acme/detector", "tag": "1.2"}
    _, run = launched(context.db, house, source=source)
    Dispatch(context, {"local": ScriptedEngine()}).step()
    run = now(context.db, run)
    assert run.status is FAILED
    assert run.failure is not None
    assert run.failure.kind is FailureKind.ENGINE_ERROR
    assert run.failure.message == (
        "This run needs the image acme/detector:1.2, and no container engine is configured here."
    )


def test_a_run_that_is_only_tracked_is_left_alone(context: Context, house: House) -> None:
    _, run = launched(context.db, house, engine="external")
    Dispatch(context, {"local": ScriptedEngine()}).step()
    assert now(context.db, run).status is PENDING


def test_a_full_engine_gets_the_run_later(context: Context, house: House) -> None:
    engine = ScriptedEngine(is_full=True)
    _, run = launched(context.db, house)
    dispatch = Dispatch(context, {"local": engine})
    assert dispatch.step() == 0
    engine.is_full = False
    assert dispatch.step() == 1
    assert now(context.db, run).status is QUEUED


def test_an_engine_that_breaks_fails_the_run_and_not_the_scheduler(
    context: Context, house: House
) -> None:
    _, run = launched(context.db, house)
    Dispatch(context, {"local": ScriptedEngine(breaks="no space")}).step()
    run = now(context.db, run)
    assert run.failure is not None
    assert run.failure.message.endswith("could not start this run: no space")


def test_a_scheduler_that_dies_while_starting_is_replaced(
    context: Context, house: House, clock: FakeClock
) -> None:
    _, run = launched(context.db, house)

    class Dies(ScriptedEngine):
        def start(self, work: Work) -> str:
            super().start(work)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Dispatch(context, {"local": Dies()}).step()
    engine = ScriptedEngine()
    dispatch = Dispatch(context, {"local": engine})
    assert dispatch.step() == 0
    clock.advance(CLAIM_S + 1)
    assert dispatch.step() == 1
    assert now(context.db, run).status is QUEUED
    assert engine.started[0].runner_token == context.sealer.runner_token(run.run_id)


def test_a_run_stopped_while_it_is_being_started_is_ended_by_its_engine(
    context: Context, house: House
) -> None:
    _, run = launched(context.db, house)
    member = Actor(house.member, "m", house.organization_id, "member")

    class Stopped(ScriptedEngine):
        def start(self, work: Work) -> str:
            stop.request(context.db, work.run_id, member)
            return super().start(work)

    engine = Stopped()
    Dispatch(context, {"local": engine}).step()
    assert now(context.db, run).status is KILLED
    assert engine.stops == [(str(run.run_id), 0)]
