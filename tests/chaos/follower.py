"""Follows the events of a place as a page does: always asking for what comes after the last one known."""

from __future__ import annotations

from threading import Event, Thread
from uuid import UUID

from safelight.store import events, organizations
from safelight.store.db import Database

LOOK_EVERY_S = 0.01


class Follower(Thread):
    """Were an event committed after one of a higher number, it would never see it."""

    def __init__(self, db: Database) -> None:
        super().__init__(name="follower", daemon=True)
        self._db = db
        self._organization_id = _organization(db)
        self._seen: list[int] = []
        self._ends = Event()
        self.start()

    def run(self) -> None:
        while not self._ends.wait(LOOK_EVERY_S):
            self._look()

    def finish(self) -> tuple[int, ...]:
        """The numbers of all events that it saw, in that order."""
        self._ends.set()
        self.join()
        self._look()
        return tuple(self._seen)

    def _look(self) -> None:
        last = self._seen[-1] if self._seen else 0
        with self._db.read() as read:
            found = events.after(read, self._organization_id, last)
        self._seen += [event.number for event in found]


def _organization(db: Database) -> UUID:
    with db.read() as read:
        home = organizations.first(read)
    assert home is not None
    return home.organization_id
