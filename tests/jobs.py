"""Jobs that many tests start from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from safelight.actions.context import Context, open_context
from safelight.actions.launch import Order, launch
from safelight.config import Settings
from safelight.domain.jobs import JobType
from safelight.store import runs
from safelight.store.db import Database
from safelight.store.jobs import Job
from safelight.store.runs import Run
from tests.factories import House


def order(house: House, **given: Any) -> Order:
    """An order of a small processing by the house's member."""
    values: dict[str, Any] = {
        "organization_id": house.organization_id,
        "type": JobType.PROCESSING,
        "operation": "processing",
        "name": "Rotate",
        "target": None,
        "source": {"package": "0" * 64},
        "triggered_by": house.member,
        **given,
    }
    return Order(**values)


def launched(db: Database, house: House, **given: Any) -> tuple[Job, Run]:
    """A pending run of a new job."""
    with db.transaction() as tx:
        return launch(tx, order(house, **given))


def context_on(db: Database, folder: Path, **settings: Any) -> Context:
    """A context on this database with its data below `folder`."""
    data = folder / "data"
    data.mkdir(exist_ok=True)
    return open_context(Settings(data=data, **settings), db)


def started(db: Database, house: House, **given: Any) -> Run:
    """A running run of a new job."""
    _, run = launched(db, house, **given)
    with db.transaction() as tx:
        return runs.start(tx, run.run_id, alive_until=tx.now + 900_000_000)[0]


def now(db: Database, run: Run) -> Run:
    """The run as it stands."""
    with db.read() as read:
        return runs.get(read, run.run_id)
