"""Two runs of a job side by side, from what is stored of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from safelight.actions import logs
from safelight.actions.comparison import LogDifference, compare
from safelight.actions.context import Context
from safelight.actions.rerun import rerun
from safelight.actions.settle import settle
from safelight.domain.comparison import Difference, Line, Parting
from safelight.domain.jobs import Exit, Resources
from safelight.errors import NotFound
from safelight.store import runs, samples
from safelight.store.db import Database
from safelight.store.runs import Run
from safelight.store.samples import Sample, Usage
from tests.conftest import FakeClock
from tests.factories import House, add_house
from tests.jobs import context_on, started
from tests.packages import actor

AT = 1_795_395_723_000_000


@pytest.fixture
def house(db: Database) -> House:
    return add_house(db)


@pytest.fixture
def context(db: Database, tmp_path: Path) -> Context:
    return context_on(db, tmp_path)


def printed(context: Context, run: Run, stream: str, text: bytes, *, offset: int = 0) -> None:
    logs.append(context, run.run_id, stream, offset, text, at=AT + run.number)


def again(db: Database, house: House, run: Run, **changes: Any) -> Run:
    """The next run, running."""
    new = rerun(db, run.job_id, actor(house), **changes)
    with db.transaction() as tx:
        return runs.start(tx, new.run_id, alive_until=tx.now + 900_000_000)[0]


def snapshot(db: Database, run: Run, **facts: Any) -> None:
    with db.transaction() as tx:
        runs.snapshot(tx, run.run_id, facts)


def test_what_was_given_and_found_is_compared(db: Database, house: House, context: Context) -> None:
    first = started(
        db, house, parameters={"angle": 30, "key": 1}, resources=Resources(memory=1 << 30)
    )
    snapshot(db, first, python="3.11.2", packages=["numpy==2.1"], runner={"pid": 7})
    settle(db, first.run_id, Exit(exit_code=3))
    second = again(db, house, first, parameters={"angle": 45}, resources={"memory": 2 << 30})
    snapshot(db, second, python="3.11.2", packages=["numpy==2.2"], runner={"pid": 8})
    with db.transaction() as tx:
        runs.result(tx, second.run_id, {"counts": {"pictures": 4}})
        samples.add(tx, [(second.run_id, Sample(AT, Usage(cpu=1.5)))])
    settle(db, second.run_id, Exit(exit_code=0))
    found = compare(context, house.organization_id, first.job_id, None, None)
    assert (found.before.run.number, found.after.run.number) == (1, 2)
    assert found.given == {
        "parameters": [Difference("angle", 30, 45)],
        "inputs": [],
        "resources": [Difference("memory", 1 << 30, 2 << 30)],
        "source": [],
        "environment": [],
        "packages": [Difference("numpy", "2.1", "2.2")],
        "counts": [Difference("pictures", None, 4)],
    }
    assert (found.before.peak, found.after.peak) == (Usage(), Usage(cpu=1.5))
    assert found.log is None


def test_time_per_section_is_compared(
    db: Database, house: House, context: Context, clock: FakeClock
) -> None:
    first = started(db, house)
    logs.append(context, first.run_id, "stdout", 0, b"--#--Load\nx\n", at=AT)
    logs.append(context, first.run_id, "stdout", 12, b"--#--Train\ny\n", at=AT + 2_000_000)
    settle(db, first.run_id, Exit(exit_code=0))
    second = again(db, house, first)
    logs.append(context, second.run_id, "stdout", 0, b"--#--Load\nx\n", at=AT)
    logs.append(context, second.run_id, "stdout", 12, b"--#--Train\ny\n", at=AT + 5_000_000)
    found = compare(context, house.organization_id, first.job_id, 1, 2)
    assert found.sections == [Difference("Load", 2.0, 5.0)]


def test_the_first_differing_line_has_a_place_in_both_logs(
    db: Database, house: House, context: Context
) -> None:
    first = started(db, house)
    printed(context, first, "setup", b"fetching\nreusing the environment\n")
    printed(context, first, "stdout", b"start\nepoch 1 loss 0.5\nepoch 2 loss 0.4\n")
    settle(db, first.run_id, Exit(exit_code=0))
    second = again(db, house, first)
    printed(context, second, "stdout", b"start\nepoch 1 loss 0.5\nepoch 2 loss 0.3\n")
    found = compare(context, house.organization_id, first.job_id, 1, 2)
    assert found.log == LogDifference(
        "stdout", Parting(Line(5, b"epoch 2 loss 0.4"), Line(3, b"epoch 2 loss 0.3"), 2), 2
    )


def test_how_two_streams_mix_is_no_difference(db: Database, house: House, context: Context) -> None:
    first = started(db, house)
    printed(context, first, "stdout", b"one\n")
    printed(context, first, "stderr", b"warning\n")
    printed(context, first, "stdout", b"two\n", offset=4)
    settle(db, first.run_id, Exit(exit_code=0))
    second = again(db, house, first)
    printed(context, second, "stdout", b"one\ntwo\n")
    printed(context, second, "stderr", b"warning\n")
    found = compare(context, house.organization_id, first.job_id, 1, 2)
    assert found.log == LogDifference("", None, 3)


def test_a_long_log_is_compared_block_by_block(
    db: Database, house: House, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b"".join(b"line %06d of many\n" % number for number in range(20_000))
    first = started(db, house)
    printed(context, first, "stdout", text + b"the end\n")
    settle(db, first.run_id, Exit(exit_code=0))
    second = again(db, house, first)
    printed(context, second, "stdout", text + b"another end\n")
    monkeypatch.setattr("safelight.actions.logexport._READ", 64 * 1024)
    found = compare(context, house.organization_id, first.job_id, 1, 2)
    assert found.log is not None
    assert found.log.parting == Parting(
        Line(20_001, b"the end"), Line(20_001, b"another end"), 20_000
    )


def test_a_log_that_is_too_long_to_compare_says_that_there_is_more(
    db: Database, house: House, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("safelight.domain.comparison.MOST_LINES", 2)
    first = started(db, house)
    printed(context, first, "stdout", b"one\ntwo\nthree\n")
    settle(db, first.run_id, Exit(exit_code=0))
    second = again(db, house, first)
    printed(context, second, "stdout", b"one\ntwo\nother\n")
    found = compare(context, house.organization_id, first.job_id, 1, 2)
    assert found.log == LogDifference("", None, 2, whole=False)


@pytest.mark.parametrize(("before", "after"), [(1, 9), (9, 1), (None, None)])
def test_a_run_that_is_not_there_is_named(
    db: Database, house: House, context: Context, before: int | None, after: int | None
) -> None:
    run = started(db, house)
    with pytest.raises(NotFound, match=r"This job has no run (9|0)\."):
        compare(context, house.organization_id, run.job_id, before, after)
