"""A second organization on the browser's server: many jobs that stay as they are, and one user of every role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from safelight.actions import access, settle
from safelight.actions.launch import launch
from safelight.domain.jobs import Exit
from safelight.store import runs
from safelight.store.db import Database, sqlite_url
from tests.factories import House, add_house
from tests.jobs import order
from tests.live import LiveServer

MANY = 60  # more than one page of the list


@dataclass(frozen=True)
class Crowd:
    """Jobs of the member: `many N` that run elsewhere, `ended N`, and `once`; `others` is the admin's."""

    live: LiveServer
    house: House
    once: str
    others: str

    def enter(self, role: str) -> str:
        """The address by which the user of this role comes in once."""
        db = _database(self.live)
        try:
            with db.transaction() as tx:
                return f"/login?link={access.issue_link(tx, getattr(self.house, role))}"
        finally:
            db.close()


def gather(live: LiveServer) -> Crowd:
    """Add the organization `crowd` with its jobs."""
    db = _database(live)
    try:
        house = add_house(db, "crowd")
        for number in range(MANY):
            _running(db, house, name=f"many {number}", engine="external")
        others = _ended(db, house, name="ended by the admin", triggered_by=house.admin)
        once = _ended(db, house, name="once")
        for number in (3, 2, 1):
            _ended(db, house, name=f"ended {number}")
        return Crowd(live, house, once, others)
    finally:
        db.close()


def _database(live: LiveServer) -> Database:
    return Database(sqlite_url(live.data / "safelight.db"))


def _running(db: Database, house: House, **given: Any) -> tuple[str, UUID]:
    """Launched and started in one transaction, so that no scheduler finds it waiting."""
    with db.transaction() as tx:
        job, run = launch(tx, order(house, **given))
        runs.start(tx, run.run_id, alive_until=tx.now + 3600_000_000)
    return str(job.job_id), run.run_id


def _ended(db: Database, house: House, **given: Any) -> str:
    job_id, run_id = _running(db, house, **given)
    settle.settle(db, run_id, Exit(exit_code=0))
    return job_id
