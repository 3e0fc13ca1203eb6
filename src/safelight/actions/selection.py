"""Lists of ids that go with a launch: too many for a row, so they are kept as an object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from safelight.actions import objects
from safelight.actions.context import Context

KIND = "JOB_INPUT"
_WIDTH = 16  # bytes of an id


def keep_selection(context: Context, organization_id: UUID, ids: Sequence[UUID]) -> dict[str, Any]:
    """Keep ids for a job; what to write into its inputs."""
    name = objects.store(context, organization_id, KIND, "ids", b"".join(one.bytes for one in ids))
    return {"object_name": name, "count": len(ids)}


def read_selection(context: Context, kept: dict[str, Any] | None) -> list[UUID] | None:
    """The ids that were kept; None if nothing was chosen, which means everything."""
    if kept is None:
        return None
    content = context.blobs.read(kept["object_name"])
    return [UUID(bytes=content[at : at + _WIDTH]) for at in range(0, len(content), _WIDTH)]
