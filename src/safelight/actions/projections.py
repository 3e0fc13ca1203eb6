"""Projections of data: files that were uploaded as such are put beside a picture, and taken away with it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from safelight.actions import objects
from safelight.actions.context import Context
from safelight.actions.ensuring import ensured
from safelight.domain.datasets import check_name
from safelight.domain.permissions import Actor
from safelight.errors import Conflict, Invalid
from safelight.store import data, projections
from safelight.store import objects as object_rows
from safelight.store.db import Database, Transaction
from safelight.store.projections import NewProjection, Projection

KIND = "DATA_PROJECTION"


def add(db: Database, by: Actor, data_id: UUID, file: NewProjection) -> Projection:
    """Put an uploaded file beside a picture. Doing it again gives the projection that exists.

    Raises NotFound for data or an object name that are not the organization's, Invalid if nothing was uploaded
    there or not as a projection, Conflict if the object is a projection of other data.
    """
    named = replace(
        file,
        name=check_name(file.name, "projection"),
        filename=check_name(file.filename, "file"),
    )
    return ensured(db, lambda tx: enter(tx, by, data_id, named))


def enter(tx: Transaction, by: Actor, data_id: UUID, file: NewProjection) -> Projection:
    """The same inside a transaction, of a file whose names are checked; its size is that of what is stored."""
    found = data.get(tx, by.organization_id, data_id)
    stored = objects.check_issued(tx, by.organization_id, file.object_name)
    if stored.kind != KIND:
        raise Invalid(
            f"This object was uploaded as {stored.kind}: ask for a name of type {KIND} and upload it there.",
            object_name=file.object_name,
        )
    known = projections.by_object(tx, file.object_name)
    if known is None:
        return projections.add(tx, found, replace(file, size=stored.size or 0), by.user_id)
    if known.data_key != found.data_key:
        raise Conflict("This object is a projection of other data.", object_name=file.object_name)
    return known


def remove(context: Context, by: Actor, projection_id: UUID) -> None:
    """Delete a projection and its bytes; the picture stays. Raises NotFound."""
    with context.db.transaction() as tx:
        found = projections.get(tx, by.organization_id, projection_id)
        projections.remove(tx, found)
        object_rows.remove(tx, [found.file.object_name])
    context.blobs.remove([found.file.object_name])
