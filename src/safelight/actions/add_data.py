"""Launching the addition of data to a dataset version."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from safelight.actions.context import Context
from safelight.actions.import_annotations import target_of
from safelight.actions.launch import internal_order, launch
from safelight.actions.selection import keep_selection
from safelight.domain.permissions import Actor, require
from safelight.store import data, tags, versions
from safelight.store.jobs import Job
from safelight.store.runs import Run


def launch_add_data(
    context: Context,
    actor: Actor,
    version_id: UUID,
    data_ids: Sequence[UUID],
    tag_ids: Sequence[UUID] = (),
    *,
    idempotency_key: str | None = None,
) -> tuple[Job, Run]:
    """Launch the job that puts data into a version. Raises Denied, NotFound (also for one id), Locked."""
    require(actor, "write_data")
    organization_id = actor.organization_id
    with context.db.read() as read:
        versions.check_unlocked(versions.get(read, organization_id, version_id))
        data.keys_of(read, organization_id, data_ids)
        for tag_id in tag_ids:
            tags.get(read, organization_id, tag_id)
    chosen = keep_selection(context, organization_id, data_ids)
    with context.db.transaction() as tx:
        version = versions.get(tx, organization_id, version_id)
        pictures = f"{len(data_ids):,} picture{'' if len(data_ids) == 1 else 's'}"
        order = internal_order(
            actor,
            "add_data",
            name=f"Add {pictures} to {version.dataset_name}/{version.name}",
            target=target_of(version),
            inputs={"data": chosen, "tag_ids": [str(tag_id) for tag_id in tag_ids]},
            idempotency_key=idempotency_key,
        )
        return launch(tx, order)
