"""The record of every object name that was issued: to whom, for what, and whether it was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from safelight.errors import Conflict, NotFound
from safelight.store import schema
from safelight.store.db import Read, Transaction

_objects = schema.stored_object
ISSUED, UPLOADING, STORED, REMOVED = schema.OBJECT_STATES


@dataclass(frozen=True, slots=True)
class StoredObject:
    object_name: str
    organization_id: UUID
    kind: str
    state: str
    content_type: str | None
    size: int | None
    upload_id: str | None
    context: dict[str, Any] | None
    created_at: int

    @property
    def is_stored(self) -> bool:
        return self.state == STORED


def add(
    tx: Transaction,
    organization_id: UUID,
    object_name: str,
    kind: str,
    *,
    content_type: str | None = None,
    context: dict[str, Any] | None = None,
) -> StoredObject:
    """Record a name that is given out for the first time."""
    values: dict[str, Any] = {
        "object_name": object_name,
        "organization_id": organization_id,
        "kind": kind,
        "state": ISSUED,
        "content_type": content_type,
        "context": context,
        "created_at": tx.now,
    }
    tx.execute(insert(_objects).values(values))
    return get(tx, organization_id, object_name)


def get(read: Read, organization_id: UUID, object_name: str) -> StoredObject:
    """Raises NotFound, also for a name of another organization."""
    found = find(read, object_name)
    if found is None or found.organization_id != organization_id or found.state == REMOVED:
        raise NotFound("There is no such object.", object_name=object_name)
    return found


def find(read: Read, object_name: str) -> StoredObject | None:
    """Whoever it belongs to: for callers that hold a signature for this very name."""
    row = read.first(select(_objects).where(_objects.c.object_name == object_name))
    if row is None:
        return None
    return StoredObject(
        row.object_name,
        row.organization_id,
        row.kind,
        row.state,
        row.content_type,
        row.size,
        row.upload_id,
        row.context,
        row.created_at,
    )


def beginning(read: Read, organization_id: UUID, kind: str, prefix: str) -> list[str]:
    """Names of the stored objects of a kind whose name begins so, in their order."""
    name = _objects.c.object_name
    rows = read.all(
        select(name)
        .where(
            _objects.c.organization_id == organization_id,
            _objects.c.kind == kind,
            _objects.c.state == STORED,
            func.substr(name, 1, len(prefix)) == prefix,  # LIKE knows no capitals on SQLite
        )
        .order_by(name)
    )
    return [row.object_name for row in rows]


def begin_parts(
    tx: Transaction, organization_id: UUID, object_name: str, upload_id: str, content_type: str
) -> None:
    """Open a multipart upload. Raises NotFound, Conflict if the name is used."""
    _step(
        tx,
        get(tx, organization_id, object_name),
        state=UPLOADING,
        upload_id=upload_id,
        content_type=content_type,
    )


def finish(tx: Transaction, object_name: str, *, size: int, content_type: str) -> None:
    """Record that the name is written. Raises NotFound, Conflict if somebody wrote it before."""
    found = find(tx, object_name)
    if found is None:
        raise NotFound("There is no such object.", object_name=object_name)
    _step(tx, found, state=STORED, size=size, content_type=content_type)


def _step(tx: Transaction, found: StoredObject, **values: Any) -> None:
    # Two uploads of one name may race to here: the guard lets the first one win.
    row = tx.first(
        update(_objects)
        .where(
            _objects.c.object_name == found.object_name,
            _objects.c.state.in_([ISSUED, UPLOADING]),
        )
        .values(values)
        .returning(_objects.c.object_name)
    )
    if row is None:
        raise Conflict("This object name was used before.", object_name=found.object_name)


def remove(tx: Transaction, object_names: list[str]) -> None:
    """Record that objects are gone; their names stay used for ever."""
    tx.execute(
        update(_objects).where(_objects.c.object_name.in_(object_names)).values(state=REMOVED)
    )
