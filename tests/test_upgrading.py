"""Runs that were made to pause for an upgrade: which of them begin again, and what the record says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from safelight import upgrading
from safelight.actions import settle
from safelight.actions.context import Context
from safelight.domain.jobs import RUNNING, Exit
from safelight.engines.local import run_folder
from safelight.runner.folder import CONFIG, EXIT, KEEPER, PAUSE, RunFolder
from safelight.store import events, runs
from safelight.store.db import Database
from safelight.store.runs import Run
from tests.factories import add_house
from tests.jobs import context_on, launched

PAUSED_AT = 1_800_000_000_000_000
ENDED = {"exit_code": 143, "signal": None, "at": PAUSED_AT}


@pytest.fixture
def context(db: Database, tmp_path: Path) -> Context:
    return context_on(db, tmp_path)


@pytest.fixture
def run(context: Context) -> Run:
    """A running operation of ours."""
    _, run = launched(context.db, add_house(context.db), source={"internal": "import_coco"})
    with context.db.transaction() as tx:
        return runs.start(tx, run.run_id, alive_until=tx.now)[0]


@pytest.fixture
def folder(context: Context, run: Run) -> RunFolder:
    return paused_folder(context, run)


def paused_folder(context: Context, run: Run) -> RunFolder:
    """The folder of a run after its operation was made to pause."""
    path = run_folder(context.settings.data, run.run_id)
    path.mkdir(parents=True)
    folder = RunFolder(str(path))
    for name, note in (
        (CONFIG, {"kind": "internal"}),
        (KEEPER, {"child": [1, 1]}),
        (EXIT, ENDED),
        (PAUSE, {"signal": 15, "at": PAUSED_AT}),
    ):
        folder.write(name, note)
    return folder


def _told(context: Context, run: Run) -> list[tuple[str, dict[str, Any]]]:
    with context.db.read() as read:
        return [(event.kind, dict(event.facts)) for event in events.of_run(read, run.run_id)]


def _has_begun(folder: RunFolder) -> bool:
    return folder.has(KEEPER)


def test_a_paused_operation_begins_again_as_the_same_run(
    context: Context, run: Run, folder: RunFolder
) -> None:
    upgrading.resume(context)
    assert not _has_begun(folder)
    assert not folder.has(EXIT)
    assert _told(context, run)[-1] == ("run_resumed", {"paused_at": PAUSED_AT})
    with context.db.read() as read:
        assert runs.get(read, run.run_id).status is RUNNING
    upgrading.resume(context)  # at the next start
    assert [kind for kind, _ in _told(context, run)].count("run_resumed") == 1


def test_one_that_had_not_told_that_it_began_begins_as_if_it_never_had(context: Context) -> None:
    """An operation starts at once, and its runner tells the server meanwhile, if there is one."""
    _, waiting = launched(context.db, add_house(context.db), source={"internal": "import_coco"})
    folder = paused_folder(context, waiting)
    upgrading.resume(context)
    assert not _has_begun(folder)
    assert [kind for kind, _ in _told(context, waiting)] == ["run_created"]


def test_one_whose_change_stands_is_not_done_twice(
    context: Context, run: Run, folder: RunFolder
) -> None:
    """It was killed between its last step and its exit."""
    folder.write(EXIT, {**ENDED, "exit_code": None, "signal": 9})
    with context.db.transaction() as tx:
        runs.result(tx, run.run_id, {"summary": "2 pictures"})
    upgrading.resume(context)
    assert _has_begun(folder)
    assert "run_resumed" not in [kind for kind, _ in _told(context, run)]


def test_one_that_came_to_its_own_end_just_before_keeps_it(
    context: Context, run: Run, folder: RunFolder
) -> None:
    folder.write(EXIT, {**ENDED, "exit_code": 0})
    upgrading.resume(context)
    assert _has_begun(folder)
    assert "run_resumed" not in [kind for kind, _ in _told(context, run)]


def test_one_that_has_ended_in_the_record_stays_ended(
    context: Context, run: Run, folder: RunFolder
) -> None:
    settle.settle(context.db, run.run_id, Exit(exit_code=1))
    upgrading.resume(context)
    assert _has_begun(folder)
    assert _told(context, run)[-1][0] == "run_ended"


def test_one_that_was_not_made_to_pause_is_left_alone(
    context: Context, run: Run, folder: RunFolder
) -> None:
    Path(folder.file(PAUSE)).unlink()
    upgrading.resume(context)
    assert _has_begun(folder)
