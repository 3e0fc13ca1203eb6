"""Launching a fork: the new version stands at once, empty; its job fills it in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from safelight.actions import operations
from safelight.actions.context import Context
from safelight.actions.launch import launch
from safelight.actions.selection import keep_selection
from safelight.domain.datasets import InferenceType, check_name
from safelight.domain.operations import Fork
from safelight.domain.permissions import Actor, require
from safelight.store import changes, jobs, versions
from safelight.store.changes import Author
from safelight.store.db import Transaction
from safelight.store.jobs import Job
from safelight.store.runs import Run
from safelight.store.versions import Version


def launch_fork(
    context: Context,
    actor: Actor,
    version_id: UUID,
    asked: Fork,
    *,
    type: InferenceType | None = None,
    asset_ids: Sequence[UUID] | None = None,
    idempotency_key: str | None = None,
) -> tuple[Version, Job, Run]:
    """Make the version that is asked for beside `version_id` and launch the job that fills it.

    `asset_ids`: only these, which may be none. Raises Denied, NotFound, Invalid, and NameTaken with a free
    name as `proposal`. The same idempotency key gives the version and job of the first call.
    """
    require(actor, "write_data")
    asked = replace(asked, name=check_name(asked.name, "version"))
    kept = operations.keep_pictures(context, actor, asked)
    if asset_ids is not None:
        kept = {"assets": keep_selection(context, actor.organization_id, asset_ids)}
    with context.db.transaction() as tx:
        earlier = idempotency_key and jobs.find_by_key(tx, actor.organization_id, idempotency_key)
        source = versions.get(tx, actor.organization_id, version_id)
        if earlier:
            assert earlier.target is not None
            version = versions.get(tx, actor.organization_id, earlier.target.id)
        else:
            operations.check(tx, source, asked)
            version = _make(tx, actor, source, asked, type)
        inputs = {"source_version_id": str(source.version_id), **kept}
        order = operations.order(
            actor, source, asked, inputs, target=version, idempotency_key=idempotency_key
        )
        job, run = launch(tx, order)
        if not earlier:
            changes.hand_to_run(tx, version.version_key, run.run_id)
        return version, job, run


def _make(
    tx: Transaction, actor: Actor, source: Version, asked: Fork, type: InferenceType | None
) -> Version:
    return versions.add(
        tx,
        actor.organization_id,
        source.dataset_id,
        asked.name,
        by=Author(actor.user_id),
        type=type or source.type,
        description=asked.description,
        forked_from=source.version_id,
    )
