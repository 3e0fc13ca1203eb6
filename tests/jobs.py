"""Jobs that many tests start from."""

from __future__ import annotations

from typing import Any

from safelight.actions.launch import Order, launch
from safelight.domain.jobs import JobType
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
