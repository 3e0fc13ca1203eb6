"""Signs of life of runs, written together: they are the most frequent of all writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from safelight.config import Settings
from safelight.store import runs, samples
from safelight.store.db import Database, Transaction
from safelight.store.groupcommit import GroupCommit
from safelight.store.runs import Run
from safelight.store.samples import Sample

SECOND = 1_000_000  # microseconds


@dataclass(frozen=True, slots=True)
class Beat:
    """A sign of life of a run, with what it used of late."""

    run_id: UUID
    sample: Sample | None


def alive_until(settings: Settings, now: int) -> int:
    """Until when somebody who was heard `now` counts as alive."""
    return now + round(settings.lost_after_s * SECOND)


def beats(settings: Settings, db: Database) -> GroupCommit[Beat, Run | None]:
    """Where to put signs of life; the answer is the run, or None if it has ended."""

    def write(tx: Transaction, group: Sequence[Beat]) -> list[Run | None]:
        heard = {beat.run_id for beat in group}
        live = runs.renew_all(tx, heard, alive_until=alive_until(settings, tx.now))
        taken = [
            (beat.run_id, beat.sample)
            for beat in group
            if beat.run_id in live and beat.sample is not None
        ]
        samples.add(tx, taken)
        return [live.get(beat.run_id) for beat in group]

    return GroupCommit(db, write)
