"""An operation that is stopped at any moment before its switch leaves nothing behind."""

from __future__ import annotations

from typing import Any

import pytest

from safelight.actions.fork import launch_fork
from safelight.domain.jobs import KILLED, Ending, Exit
from safelight.domain.operations import (
    Convert,
    Copy,
    DeleteLabels,
    DeleteShapes,
    Fork,
    ImportShapes,
    Kind,
    Merge,
    MergeLabels,
    Mode,
    Operation,
    Pictures,
    Result,
    Split,
    TagsToClasses,
)
from safelight.internals import operate, plans
from safelight.scheduler.sweep import Sweep
from safelight.store import documents, planned, runs, schema
from tests.internals.importing import Workshop
from tests.internals.operating import BOX, interfere, launch, put_tags, tags_of, version

APPLE, PEAR = ("apple", "rectangle", BOX), ("pear", "rectangle", BOX)
TABLES = (
    schema.document,
    schema.asset,
    schema.asset_change,
    schema.asset_tag,
    schema.asset_tag_change,
    schema.change_set,
    schema.dataset_version,
)
WRITING = [
    Copy(source="fruits/v2", mode=Mode.CONCATENATE),
    ImportShapes(source="fruits/v2"),
    Merge(versions=["fruits/v2"], name="all", mode=Mode.CONCATENATE),
    Convert(to=Result.POLYGON, kinds=[Kind.RECTANGLE]),
    TagsToClasses(),
    DeleteShapes(labels=["apple"]),
    MergeLabels(labels=["apple"], into="pear"),
    DeleteLabels(labels=["apple"]),
]


@pytest.fixture
def filled(shop: Workshop) -> Workshop:
    names = [f"{at}.jpg" for at in range(4)]
    version(shop, "v1", {name: [APPLE, PEAR] for name in names})
    version(shop, "v2", {name: [PEAR] for name in names})
    put_tags(shop, {name: ["ripe"] for name in names})
    return shop


def snapshot(shop: Workshop) -> tuple[Any, ...]:
    counts = [shop.count(table) for table in TABLES]
    return shop.version, shop.documents(), shop.labels(), tags_of(shop), counts


def stop() -> None:
    """As SIGTERM does in the process of an operation."""
    raise SystemExit(143)


@pytest.mark.parametrize("batch", [1, 2, 4])
@pytest.mark.parametrize("asked", WRITING, ids=lambda asked: asked.operation)
def test_a_stop_while_documents_are_written_leaves_nothing(
    filled: Workshop, monkeypatch: pytest.MonkeyPatch, asked: Operation, batch: int
) -> None:
    run = launch(filled, asked)
    before = snapshot(filled)
    monkeypatch.setattr(plans, "AT_ONCE", 1)
    real, calls = documents.add_many, []

    def interrupted(*given: Any) -> Any:
        calls.append(1)
        if len(calls) == batch:
            stop()
        return real(*given)

    monkeypatch.setattr(documents, "add_many", interrupted)
    with pytest.raises(SystemExit):
        operate(filled.context, run.run_id)
    assert len(calls) == batch
    assert snapshot(filled) == before


@pytest.mark.parametrize("asked", WRITING, ids=lambda asked: asked.operation)
def test_a_stop_before_the_switch_leaves_nothing(
    filled: Workshop, monkeypatch: pytest.MonkeyPatch, asked: Operation
) -> None:
    run = launch(filled, asked)
    before = snapshot(filled)
    interfere(monkeypatch, stop)
    with pytest.raises(SystemExit):
        operate(filled.context, run.run_id)
    assert snapshot(filled) == before


@pytest.mark.parametrize(
    "asked",
    [*WRITING, Split(parts={"a": 0.5, "b": 0.5}), Fork(name="x", pictures=Pictures(search="jpg"))],
    ids=lambda asked: asked.operation,
)
def test_a_switch_that_fails_at_its_end_leaves_nothing(
    filled: Workshop, monkeypatch: pytest.MonkeyPatch, asked: Operation
) -> None:
    if isinstance(asked, Fork):
        run = launch_fork(filled.context, filled.actor, filled.version_id, asked)[2]
    else:
        run = launch(filled, asked)
    before = snapshot(filled)

    def failing(*_given: Any, **_named: Any) -> None:
        raise SystemExit(143)

    monkeypatch.setattr("safelight.store.runs.result", failing)
    with pytest.raises(SystemExit):
        operate(filled.context, run.run_id)
    assert snapshot(filled) == before


def test_the_tables_of_a_plan_are_gone_after_it(filled: Workshop) -> None:
    """The connection goes back to the pool, and the next operation makes its own."""
    for _ in range(2):
        with planned.Plan(filled.db) as plan, plan.read() as read:
            assert planned.count(read) == 0


@pytest.mark.parametrize("asked", WRITING, ids=lambda asked: asked.operation)
def test_the_next_process_of_a_run_that_was_killed_does_it_all_and_leaves_no_more(
    filled: Workshop, monkeypatch: pytest.MonkeyPatch, asked: Operation
) -> None:
    """What the killed one wrote is taken back first: what it had planned has died with it."""
    run = launch(filled, asked)
    before = filled.count(schema.document)
    with monkeypatch.context() as killed:
        killed.setattr(
            plans.Writer, "__exit__", lambda *_: None
        )  # a killed process takes nothing back
        interfere(killed, stop)
        with pytest.raises(SystemExit):
            operate(filled.context, run.run_id)
    written = filled.count(schema.document)
    assert written > before
    assert filled.count(schema.checkpoint) > 0
    filled.run(run)
    labels = 1 if filled.count(schema.document) > written else 0  # the list of labels is one, too
    assert filled.count(schema.document) == written + labels
    assert filled.count(schema.checkpoint) == 0


@pytest.mark.parametrize("asked", WRITING[:1], ids=lambda asked: asked.operation)
def test_what_a_killed_run_wrote_is_swept_when_it_has_ended(
    filled: Workshop, monkeypatch: pytest.MonkeyPatch, asked: Operation
) -> None:
    run = launch(filled, asked)
    before = snapshot(filled)
    with monkeypatch.context() as killed:
        killed.setattr(plans.Writer, "__exit__", lambda *_: None)
        interfere(killed, stop)
        with pytest.raises(SystemExit):
            operate(filled.context, run.run_id)
    with filled.db.transaction() as tx:
        runs.start(tx, run.run_id, alive_until=tx.now)
        runs.end(tx, run.run_id, Ending(KILLED), Exit(signal=9))
    sweep = Sweep(filled.context)
    while sweep.step():
        continue
    assert snapshot(filled) == before
