"""What every internal operation works with: its run, the store, a log that reads well, progress."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from safelight.actions.context import Context
from safelight.actions.heartbeats import alive_until
from safelight.actions.import_annotations import target_of
from safelight.actions.selection import read_selection
from safelight.domain.jobs import Failure, Progress
from safelight.domain.permissions import Actor, require
from safelight.errors import Denied, Invalid
from safelight.internals import stopping
from safelight.runner.folder import CHECKPOINT, INTERRUPTED, RunFolder
from safelight.store import changes, jobs, organizations, runs, versions
from safelight.store.changes import Author
from safelight.store.db import Database, Read, Transaction
from safelight.store.jobs import Job
from safelight.store.runs import Run
from safelight.store.versions import Version

PROGRESS_EVERY_S = 0.25
T = TypeVar("T")


class Failed(Exception):
    """The operation ends here, for a reason that people shall read."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Operation:
    """One run of an internal operation, in a process of its own."""

    def __init__(self, context: Context, run_id: UUID) -> None:
        self.context = context
        with context.db.read() as read:
            self.run: Run = runs.get(read, run_id)
            self.job: Job = jobs.get(read, self.run.organization_id, self.run.job_id)
        self._phase = _Phase("", time.monotonic())

    @property
    def db(self) -> Database:
        return self.context.db

    @property
    def organization_id(self) -> UUID:
        return self.run.organization_id

    @property
    def author(self) -> Author:
        return Author(self.run.triggered_by, self.run.run_id)

    @property
    def target_id(self) -> UUID:
        if self.job.target is None:
            raise Invalid("This job has no target.")
        return self.job.target.id

    @property
    def chosen(self) -> list[UUID] | None:
        """Pictures that were chosen one by one; None if they were not."""
        return read_selection(self.context, self.run.inputs.get("assets"))

    @property
    def folder(self) -> Path:
        """Where the run may keep scratch files."""
        folder = self.context.settings.data.absolute() / "runs" / str(self.run.run_id)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def read(self, parameters: type[T]) -> T:
        """The run's inputs and parameters as one object. Raises Invalid if they do not fit it."""
        try:
            return msgspec.convert({**self.run.inputs, **self.run.parameters}, parameters)
        except msgspec.ValidationError as error:
            raise Invalid(f"The job's parameters do not fit: {error}.") from error

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        """A section of the log, and the phase that progress speaks of."""
        self._phase = _Phase(name, time.monotonic())
        print(f"::group::{name}", flush=True)
        try:
            yield
        finally:
            print("::endgroup::", flush=True)

    def say(self, line: str) -> None:
        print(line, flush=True)

    def progress(self, done: float, total: float | None, unit: str) -> None:
        """Note how far this phase is; at most four times a second it is written down."""
        phase, now = self._phase, time.monotonic()
        if now - phase.written < PROGRESS_EVERY_S and done != total:
            return
        phase.written = now
        taken = now - phase.began
        # The first words of a phase come at once: a rate of so short a time would say days.
        rate = done / taken if taken >= PROGRESS_EVERY_S else None
        eta_s = (total - done) / rate if total is not None and rate else None
        with self.db.transaction() as tx:
            runs.progress(tx, self.run.run_id, Progress(done, total, unit, phase.name, rate, eta_s))

    def last_step(self) -> AbstractContextManager[None]:
        """The short step that makes everything true. A stop that comes meanwhile waits; if the step
        was done it came too late, and the run succeeds.
        """
        return stopping.held()

    def open(self, tx: Transaction, version_id: UUID) -> Version:
        """A version to change in this transaction, alone; the run is held (see `hold`), and who launched it
        still may change data. Raises NotFound, Locked, Denied, AlreadyEnded.
        """
        version = versions.open_to_write(tx, self.organization_id, version_id, alone=True)
        self.hold(tx)
        self.check_rights(tx)
        return version

    def check_rights(self, read: Read) -> None:
        """Raises Denied if who launched the run may not change data any more."""
        self.actor(read)

    def actor(self, read: Read) -> Actor:
        """Who launched the run. Raises Denied if they may not change data any more."""
        user_id = self.run.triggered_by
        role = organizations.role_of(read, self.organization_id, user_id)
        if role is None:
            raise Denied("Who launched this is no member of the organization any more.")
        actor = Actor(user_id, "", self.organization_id, role)
        require(actor, "write_data")
        return actor

    def announce(self, tx: Transaction, version: Version) -> None:
        """Tell the pages that the version is not what it was."""
        changes.announce(
            tx,
            self.organization_id,
            version.version_id,
            self.author,
            dataset_id=str(version.dataset_id),
        )

    def hold(self, tx: Transaction) -> None:
        """Hold the run: it cannot end before this transaction does. Raises AlreadyEnded.

        It is RUNNING from then on: its runner may not have been heard yet, and whoever stops a run that
        has not started would end it although its change stands.
        """
        until = alive_until(self.context.settings, tx.now)
        runs.start(tx, self.run.run_id, alive_until=until)

    def output(self, version: Version) -> dict[str, Any]:
        """A dataset version as something that came out."""
        target = target_of(version)
        return {
            "kind": target.type,
            "id": str(target.id),
            "name": target.name,
            "path": target.path,
        }

    @property
    def is_done(self) -> bool:
        """Whether its change is true already: a process before this one ended just after its last step."""
        return self.run.result is not None

    def was_done(self) -> bool:
        """Whether it has become true by now."""
        with self.db.read() as read:
            return runs.get(read, self.run.run_id).result is not None

    def reached(self, number: int, text: str) -> None:
        """Note what need not be done again, for whoever cuts this off; `number` only grows."""
        self._notes.write(CHECKPOINT, {"number": number, "text": text})

    def go_on(self) -> None:
        """Say that a process before this one was cut off. Raises AlreadyEnded."""
        note = self._notes.read(INTERRUPTED)
        if note is None:
            return
        where = f"on from its checkpoint: {note['text']}" if note["text"] else "from its beginning"
        with self.db.transaction() as tx:
            runs.check_live(tx, self.run.run_id)
            runs.go_on(
                tx,
                self.run.run_id,
                why=note["why"],
                checkpoint=note["text"],
                times=note["times"],
            )
        self.say(f"Cut off, as {note['why']}. Went {where}.")

    @property
    def _notes(self) -> RunFolder:
        return RunFolder(str(self.folder))

    def result(self, tx: Transaction, **result: Any) -> None:
        """Write what came out, in the transaction that makes it true."""
        runs.result(tx, self.run.run_id, result)


@dataclass(slots=True)
class _Phase:
    name: str
    began: float
    written: float = 0.0


def number(count: int, noun: str, plural: str = "") -> str:
    """`1,204 pictures`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def write_failure(folder: Path, failure: Failure) -> None:
    """Leave word for the runner why this process is about to end with code 1."""
    temporary = folder / ".failure.json"
    temporary.write_bytes(msgspec.json.encode(asdict(failure)))
    temporary.replace(folder / "failure.json")
    sys.stdout.flush()
