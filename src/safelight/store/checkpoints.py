"""What operations have done already, so that one that is cut off goes on; and what of it is to be taken back.

Each stands in the transaction that wrote the documents it names. The last step of an operation removes its
checkpoints in the transaction that makes its change true: from then on the documents are pointed to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select

from safelight.domain.jobs import FINAL
from safelight.store import objects, pointers, schema
from safelight.store.db import Read, Transaction

_checkpoints, _runs = schema.checkpoint, schema.run


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`number`: its place among those of the run. `kind` and `content` are the operation's own affair."""

    number: int
    kind: str = ""
    content: bytes = b""
    document_keys: list[int] = field(default_factory=list)
    object_names: list[str] = field(default_factory=list)


def add(tx: Transaction, run_id: UUID, checkpoint: Checkpoint) -> None:
    tx.execute(
        insert(_checkpoints).values(
            run_id=run_id,
            number=checkpoint.number,
            kind=checkpoint.kind,
            document_keys=checkpoint.document_keys,
            object_names=checkpoint.object_names,
            content=checkpoint.content,
        )
    )


def of_run(read: Read, run_id: UUID) -> list[Checkpoint]:
    """In their order."""
    return _read(read, run_id, _checkpoints.c.number)


def newest(read: Read, run_id: UUID, count: int) -> list[Checkpoint]:
    """The last ones, newest first."""
    return _read(read, run_id, _checkpoints.c.number.desc(), count)


def _read(
    read: Read, run_id: UUID, order: ColumnElement[int], limit: int | None = None
) -> list[Checkpoint]:
    query = select(_checkpoints).where(_checkpoints.c.run_id == run_id)
    return [
        Checkpoint(row.number, row.kind, bytes(row.content), row.document_keys, row.object_names)
        for row in read.all(query.order_by(order).limit(limit))
    ]


def fulfil(tx: Transaction, run_id: UUID) -> None:
    """The operation's change is true with this transaction: nothing is to be taken back."""
    tx.execute(delete(_checkpoints).where(_checkpoints.c.run_id == run_id))


def remove(tx: Transaction, run_id: UUID, some: Sequence[Checkpoint]) -> None:
    """Take back what these say was written. The bytes of their objects must be gone already."""
    pointers.let_go(tx, [key for each in some for key in each.document_keys])
    names = [name for each in some for name in each.object_names]
    if names:
        objects.remove(tx, names)
    numbers = [each.number for each in some]
    mine = _checkpoints.c.run_id == run_id
    tx.execute(delete(_checkpoints).where(mine, _checkpoints.c.number.in_(numbers)))


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
