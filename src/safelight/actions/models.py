"""The files of a model version."""

from __future__ import annotations

from uuid import UUID

from safelight.actions import objects
from safelight.actions.context import Context
from safelight.domain.permissions import Actor, require
from safelight.errors import Invalid
from safelight.store import models
from safelight.store import objects as object_rows
from safelight.store.models import ModelFile


def add_file(
    context: Context,
    by: Actor,
    model_version_id: UUID,
    name: str,
    *,
    filename: str,
    object_name: str,
    large: bool,
) -> ModelFile:
    """Keep an uploaded object as a file of a model version.

    Raises Denied, NotFound, Invalid for one that was not uploaded, NameTaken.
    """
    require(by, "write_data")
    if not name.strip():
        raise Invalid("A model file needs a name.", field="name")
    with context.db.transaction() as tx:
        version = models.get_version(tx, by.organization_id, model_version_id)
        objects.check_issued(tx, by.organization_id, object_name)
        return models.add_file(
            tx, version, name, filename=filename, object_name=object_name, large=large
        )


def remove_file(context: Context, by: Actor, model_file_id: UUID) -> None:
    """Delete a file; its bytes go where no artifact is made of them. Raises Denied, NotFound."""
    require(by, "write_data")
    with context.db.transaction() as tx:
        file = models.get_file(tx, by.organization_id, model_file_id)
        names = models.remove_file(tx, file)
        object_rows.remove(tx, names)
    context.blobs.remove(names)
