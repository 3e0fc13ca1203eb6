"""What runs used while they ran: a ring of samples per run, and the most of each since its start."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, func, select

from safelight.store import bulk, schema
from safelight.store.db import Read, Transaction

samples, peaks = schema.sample, schema.peak

RING = 1440  # slots
SLOT_S = 5  # so the ring holds the last two hours


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU in cores, memory and disk in bytes, GPU as a share of one; None: not measured."""

    cpu: float | None = None
    memory: int | None = None
    gpu: float | None = None
    disk: int | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """What was used at one moment, in microseconds UTC."""

    at: int
    usage: Usage


_MEASURES = tuple(Usage.__dataclass_fields__)


def add(tx: Transaction, taken: Collection[tuple[UUID, Sample]]) -> None:
    """Keep samples of runs; of several within one slot of a run the last stays. Only a run's own runner
    samples it, one at a time.
    """
    if not taken:
        return
    insert = bulk.upsert(tx, samples)
    replaced = {name: insert.excluded[name] for name in ("at", *_MEASURES)}
    tx.execute(
        insert.on_conflict_do_update(index_elements=["run_id", "slot"], set_=replaced),
        [
            {
                "run_id": run_id,
                "slot": sample.at // (SLOT_S * 1_000_000) % RING,
                "at": sample.at,
                **asdict(sample.usage),
            }
            for run_id, sample in taken
        ],
    )
    _raise_peaks(tx, taken)


def _raise_peaks(tx: Transaction, taken: Collection[tuple[UUID, Sample]]) -> None:
    insert = bulk.upsert(tx, peaks)
    new = insert.excluded
    greater = {
        # What was not measured leaves the peak; what was measured for the first time becomes it.
        name: case((new[name] > func.coalesce(peaks.c[name], -1), new[name]), else_=peaks.c[name])
        for name in _MEASURES
    }
    tx.execute(
        insert.on_conflict_do_update(index_elements=["run_id"], set_=greater),
        [{"run_id": run_id, **asdict(sample.usage)} for run_id, sample in taken],
    )


def of_run(read: Read, run_id: UUID) -> list[Sample]:
    """The samples of a run that the ring holds, oldest first."""
    rows = read.all(select(samples).where(samples.c.run_id == run_id).order_by(samples.c.at))
    return [Sample(row.at, _usage(row)) for row in rows]


def peak_of(read: Read, run_id: UUID) -> Usage:
    """The most that a run has used since its start; of each measure on its own."""
    row = read.first(select(peaks).where(peaks.c.run_id == run_id))
    return Usage() if row is None else _usage(row)


def _usage(row: Row[Any]) -> Usage:
    return Usage(row.cpu, row.memory, row.gpu, row.disk)
