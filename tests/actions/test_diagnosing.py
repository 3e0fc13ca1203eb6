"""A failure is diagnosed when its run ends, and its line is found whenever the log comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from safelight.actions import diagnosing, external, logs, runner, settle
from safelight.actions.context import Context
from safelight.domain.jobs import Declared, Exit, Failure, FailureKind, JobType
from safelight.domain.posted import Call
from safelight.store import jobs, runs
from safelight.store.db import Database
from safelight.store.runs import Run
from tests.factories import House, add_house
from tests.jobs import context_on, launched, started

AT = 1_795_395_723_123_456
ERROR = (
    b"Traceback (most recent call last):\n"
    b'  File "/data/work/train.py", line 8, in <module>\n'
    b"torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.00 GiB. GPU 0 has a total "
    b"capacity of 8.00 GiB of which 10.00 MiB is free.\n"
)
PRINTED = b"epoch 1\nepoch 2\n"
ENDS = {"stdout": len(PRINTED), "stderr": len(ERROR)}


@pytest.fixture
def context(db: Database, tmp_path: Path) -> Context:
    return context_on(db, tmp_path)


@pytest.fixture
def house(db: Database) -> House:
    return add_house(db)


def now(context: Context, run: Run) -> Run:
    with context.db.read() as read:
        return runs.get(read, run.run_id)


def send(context: Context, run: Run, stream: str, data: bytes, offset: int = 0) -> None:
    logs.append(context, run.run_id, stream, offset, data, at=AT)


def report(context: Context, run: Run, excerpt: str = "") -> Run:
    end = runner.Report(Exit(exit_code=1, excerpt=excerpt), offsets=ENDS)
    return runner.report(context, now(context, run), end)


def test_the_record_of_a_failure_has_cause_proposal_and_line(
    context: Context, house: House
) -> None:
    run = started(context.db, house, parameters={"batch_size": 16})
    send(context, run, "stdout", PRINTED)
    send(context, run, "stderr", ERROR)
    ended = report(context, run)
    assert ended.failure is not None
    assert ended.failure.cause == "cuda_out_of_memory"
    assert ended.failure.message.startswith("The GPU ran out of memory: 1.00 GiB")
    assert ended.failure.proposal == {"parameters": {"batch_size": 8}}
    assert ended.failure_line == 5
    assert ended.failure == now(context, run).failure
    assert ended.failure.excerpt.endswith("is free.")


def test_an_end_that_comes_before_its_log_is_diagnosed_and_its_line_found_later(
    context: Context, house: House
) -> None:
    run = started(context.db, house)
    ended = report(context, run, ERROR.decode())
    assert ended.failure is not None
    assert (ended.failure.cause, ended.failure_line) == ("cuda_out_of_memory", None)
    send(context, run, "stdout", PRINTED)
    assert now(context, run).failure_line is None
    send(context, run, "stderr", ERROR)
    assert now(context, run).failure_line == 5
    assert now(context, run).failure == ended.failure


def test_a_log_that_becomes_whole_while_the_run_is_being_ended_is_not_missed(
    context: Context, house: House
) -> None:
    run = started(context.db, house)
    logs.expect(context, run.run_id, ENDS)
    tail = diagnosing.tail(context, run)  # as the ending saw it
    send(context, run, "stdout", PRINTED)
    send(context, run, "stderr", ERROR)  # whole, but of a run that has not ended
    exit = Exit(exit_code=1, excerpt=ERROR.decode())
    settle.settle(context.db, run.run_id, exit, tail=tail)
    assert now(context, run).failure_line is None
    diagnosing.locate(context, run.run_id)
    assert now(context, run).failure_line == 5


def test_the_line_is_right_in_a_log_much_longer_than_what_is_read(
    context: Context, house: House
) -> None:
    run = started(context.db, house)
    flood = b"".join(b"step %06d of a long training\n" % number for number in range(50_000))
    send(context, run, "stdout", flood)
    send(context, run, "stderr", ERROR)
    tail = diagnosing.tail(context, run)
    assert 500 < len(tail) < 10_000
    ended = settle.settle(context.db, run.run_id, Exit(exit_code=1), tail=tail)
    assert ended.failure_line == 50_003


def test_a_line_that_has_not_ended_is_read_too(context: Context, house: House) -> None:
    run = started(context.db, house)
    send(context, run, "stderr", b"ModuleNotFoundError: No module named 'timm'")
    tail = diagnosing.tail(context, run)
    ended = settle.settle(context.db, run.run_id, Exit(exit_code=1), tail=tail)
    assert ended.failure is not None
    assert (ended.failure.cause, ended.failure_line) == ("missing_module", None)


def test_what_a_run_elsewhere_posted_is_read_when_it_says_that_it_failed(
    context: Context, house: House
) -> None:
    _, run = launched(context.db, house, engine="external")
    external.hear(context, run)
    texts = ["loading", "ModuleNotFoundError: No module named 'timm'"]
    logs.post(context, run.run_id, Call(0, texts), at=AT)
    tail = diagnosing.tail(context, run)
    ended = settle.declare(context.db, run.run_id, Declared.FAIL, tail=tail)
    assert ended.failure is not None
    assert ended.failure.cause == "missing_module"


def test_the_sentence_of_an_operation_of_ours_is_kept(context: Context, house: House) -> None:
    run = started(context.db, house, type=JobType.INTERNAL)
    send(context, run, "stderr", b"ValueError: internal detail\n")
    failure = Failure(FailureKind.INVALID_INPUT, "The file has no annotations.")
    tail = diagnosing.tail(context, run)
    ended = settle.settle(context.db, run.run_id, Exit(1, failure=failure), tail=tail)
    assert ended.failure is not None
    assert (ended.failure.message, ended.failure.cause) == ("The file has no annotations.", "")


def test_the_job_carries_the_key_of_its_newest_run_alone(context: Context, house: House) -> None:
    run = started(context.db, house)
    ended = settle.settle(context.db, run.run_id, Exit(exit_code=3))
    assert ended.failure_key is not None

    def of_job() -> str | None:
        with context.db.read() as read:
            return str(read.scalar(jobs.jobs.select().with_only_columns(jobs.jobs.c.failure_key)))

    assert of_job() == ended.failure_key
    with context.db.transaction() as tx:
        job = jobs.get(tx, house.organization_id, run.job_id)
        new = runs.NewRun("local", run.source, house.member, {}, {}, run.resources)
        again = runs.add(tx, job, 2, new, runs.new_id())
        jobs.follow(tx, job.job_id, again.run_id, again.status, triggered_by=house.member)
    assert of_job() == "None"
    assert now(context, run).failure_key == ended.failure_key
