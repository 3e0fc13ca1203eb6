"""What operations have done already, so that one that is cut off goes on; and what of it is to be taken back.

Each stands in the transaction that wrote the documents it names. The last step of an operation removes its
checkpoints in the transaction that makes its change true: from then on the documents are pointed to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import delete, insert, select

from safelight.domain.jobs import FINAL
from safelight.store import pointers, schema
from safelight.store.db import Database, Read, Transaction

_checkpoints, _runs = schema.checkpoint, schema.run
TAKEN_BACK_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`number`: its place among those of the run. `content` is the operation's own affair."""

    number: int
    content: bytes
    document_keys: list[int] = field(default_factory=list)


def add(tx: Transaction, run_id: UUID, checkpoint: Checkpoint) -> None:
    tx.execute(
        insert(_checkpoints).values(
            run_id=run_id,
            number=checkpoint.number,
            document_keys=checkpoint.document_keys,
            content=checkpoint.content,
        )
    )


def of_run(read: Read, run_id: UUID) -> list[Checkpoint]:
    """In their order."""
    rows = read.all(
        select(_checkpoints).where(_checkpoints.c.run_id == run_id).order_by(_checkpoints.c.number)
    )
    return [Checkpoint(row.number, bytes(row.content), row.document_keys) for row in rows]


def fulfil(tx: Transaction, run_id: UUID) -> None:
    """The operation's change is true with this transaction: nothing is to be taken back."""
    tx.execute(delete(_checkpoints).where(_checkpoints.c.run_id == run_id))


def take_back(db: Database, run_id: UUID) -> None:
    """Remove what a run has written and nobody points to, in steps that hold nobody up."""
    while True:
        with db.transaction() as tx:
            if take_some_back(tx, run_id):
                return


def take_some_back(tx: Transaction, run_id: UUID) -> bool:
    """One such step, newest first, so that what is left is a beginning of the same work; True if it was the
    last.
    """
    rows = tx.all(
        select(_checkpoints.c.number, _checkpoints.c.document_keys)
        .where(_checkpoints.c.run_id == run_id)
        .order_by(_checkpoints.c.number.desc())
        .limit(TAKEN_BACK_AT_ONCE)
    )
    pointers.let_go(tx, [key for row in rows for key in row.document_keys])
    numbers = [row.number for row in rows]
    mine = _checkpoints.c.run_id == run_id
    tx.execute(delete(_checkpoints).where(mine, _checkpoints.c.number.in_(numbers)))
    return len(rows) < TAKEN_BACK_AT_ONCE


def left_over(read: Read, *, limit: int = 100) -> list[UUID]:
    """Runs that have ended and left checkpoints: they were killed before they could take them back."""
    rows = read.all(
        select(_checkpoints.c.run_id)
        .join(_runs, _runs.c.run_id == _checkpoints.c.run_id)
        .where(_runs.c.status.in_(FINAL))
        .group_by(_checkpoints.c.run_id)
        .limit(limit)
    )
    return [row.run_id for row in rows]
