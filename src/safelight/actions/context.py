"""What every action and route may reach: one frozen object that a server, a scheduler or a test makes."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from safelight.actions.heartbeats import Beat, beats
from safelight.actions.hub import Hub
from safelight.actions.sealing import Sealer, secret_key
from safelight.blobs import Blobs
from safelight.config import Settings
from safelight.store.db import Database, Event
from safelight.store.groupcommit import GroupCommit
from safelight.store.logfile import LogFiles
from safelight.store.runs import Run


@dataclass(frozen=True, slots=True)
class Context:
    """`wake` is set when a run was launched, ended or asked to stop: the scheduler looks at once."""

    settings: Settings
    db: Database
    blobs: Blobs
    logs: LogFiles
    secret_key: bytes = field(repr=False)
    beats: GroupCommit[Beat, Run | None] = field(repr=False)
    hub: Hub = field(default_factory=Hub)
    wake: threading.Event = field(default_factory=threading.Event)

    @property
    def sealer(self) -> Sealer:
        return Sealer(self.secret_key)


_WAKING = frozenset({"run_created", "run_ended", "run_stop_requested", "run_given_back"})


def open_context(settings: Settings, db: Database, blobs: Blobs | None = None) -> Context:
    """A context on this database, wired so that committed events wake scheduler and streams."""
    context = Context(
        settings,
        db,
        blobs or Blobs(settings.storage),
        LogFiles(settings.data / "logs"),
        secret_key(settings.data),
        beats(settings, db),
    )

    def listen(events: list[Event]) -> None:
        if any(event.kind in _WAKING for event in events):
            context.wake.set()
        context.hub.ring({event.organization_id for event in events})
        context.hub.ring({event.run_id for event in events if event.run_id is not None})

    db.on_events(listen)
    return context
