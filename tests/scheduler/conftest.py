"""What every part of the scheduler is tried on: a context, an organization, an engine, a started run."""

from __future__ import annotations

from pathlib import Path

import pytest

from safelight.actions.context import Context
from safelight.domain.permissions import Actor
from safelight.scheduler.dispatch import Dispatch
from safelight.store import runs
from safelight.store.db import Database
from safelight.store.runs import Run
from tests.factories import House, add_house
from tests.jobs import context_on, launched
from tests.scheduler.fake import ScriptedEngine

MICROS = 1_000_000
LOST_AFTER_S = 900


@pytest.fixture
def context(db: Database, tmp_path: Path) -> Context:
    return context_on(db, tmp_path)


@pytest.fixture
def house(db: Database) -> House:
    return add_house(db)


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def run(context: Context, house: House, engine: ScriptedEngine) -> Run:
    """A run that its engine has and whose runner has started."""
    _, run = launched(context.db, house)
    Dispatch(context, {"local": engine}).step()
    with context.db.transaction() as tx:
        return runs.start(tx, run.run_id, alive_until=tx.now + LOST_AFTER_S * MICROS)[0]


@pytest.fixture
def member(house: House) -> Actor:
    return Actor(house.member, "m", house.organization_id, "member")
