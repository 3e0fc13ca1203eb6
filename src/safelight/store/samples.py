"""What runs used while they ran: a ring of samples per run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from safelight.store import schema
from safelight.store.db import Read, Transaction

samples = schema.sample

RING = 1440  # slots
SLOT_S = 5  # so the ring holds the last two hours


@dataclass(frozen=True, slots=True)
class Sample:
    """CPU in cores, memory and disk in bytes, GPU as a share of one."""

    at: int
    cpu: float | None = None
    memory: int | None = None
    gpu: float | None = None
    disk: int | None = None


def add(tx: Transaction, run_id: UUID, sample: Sample) -> None:
    """Keep a sample; of several within one slot the last stays."""
    slot = sample.at // (SLOT_S * 1_000_000) % RING
    values: dict[str, Any] = {
        "at": sample.at,
        "cpu": sample.cpu,
        "memory": sample.memory,
        "gpu": sample.gpu,
        "disk": sample.disk,
    }
    make = sqlite.insert if tx.dialect == "sqlite" else postgresql.insert
    tx.execute(
        make(samples)
        .values(run_id=run_id, slot=slot, **values)
        .on_conflict_do_update(index_elements=["run_id", "slot"], set_=values)
    )


def of_run(read: Read, run_id: UUID) -> list[Sample]:
    """The samples of a run, oldest first."""
    rows = read.all(select(samples).where(samples.c.run_id == run_id).order_by(samples.c.at))
    return [Sample(row.at, row.cpu, row.memory, row.gpu, row.disk) for row in rows]
