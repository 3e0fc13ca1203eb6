"""Launching a fork: the new version stands at once, empty; its job fills it in one step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from uuid import UUID

from safelight.actions.context import Context
from safelight.actions.import_annotations import target_of
from safelight.actions.launch import Order, launch
from safelight.actions.selection import keep_selection
from safelight.domain.datasets import InferenceType, check_name
from safelight.domain.jobs import JobType
from safelight.domain.permissions import Actor, require
from safelight.errors import NameTaken
from safelight.store import changes, jobs, versions
from safelight.store.changes import Author
from safelight.store.db import Read
from safelight.store.jobs import Job
from safelight.store.runs import Run
from safelight.store.versions import Version


def launch_fork(
    context: Context,
    actor: Actor,
    version_id: UUID,
    name: str,
    *,
    description: str = "",
    type: InferenceType | None = None,
    with_annotations: bool = True,
    with_labels: bool = True,
    with_tags: bool = True,
    asset_ids: Sequence[UUID] | None = None,
    idempotency_key: str | None = None,
) -> tuple[Version, Job, Run]:
    """Make the version `name` beside `version_id` and launch the job that fills it.

    `asset_ids` None: all assets. Raises Denied, NotFound, and NameTaken with a free name as
    `proposal`. The same idempotency key gives the version and job of the first call.
    """
    require(actor, "write_data")
    name = check_name(name, "version")
    chosen = None
    if asset_ids is not None:
        chosen = keep_selection(context, actor.organization_id, asset_ids)
    with context.db.transaction() as tx:
        earlier = idempotency_key and jobs.find_by_key(tx, actor.organization_id, idempotency_key)
        source = versions.get(tx, actor.organization_id, version_id)
        if earlier:
            assert earlier.target is not None
            version = versions.get(tx, actor.organization_id, earlier.target.id)
        else:
            if versions.find(tx, actor.organization_id, source.dataset_id, name) is not None:
                raise taken(tx, source, name)
            version = versions.add(
                tx,
                actor.organization_id,
                source.dataset_id,
                name,
                by=Author(actor.user_id),
                type=type or source.type,
                description=description,
                forked_from=source.version_id,
            )
        order = Order(
            organization_id=actor.organization_id,
            type=JobType.INTERNAL,
            operation="fork",
            name=f"Fork {source.dataset_name}/{source.name} → {name}",
            target=target_of(version),
            source={"internal": "fork"},
            triggered_by=actor.user_id,
            parameters={
                "name": name,
                "with_annotations": with_annotations,
                "with_labels": with_labels,
                "with_tags": with_tags,
            },
            inputs={"source_version_id": str(source.version_id), "assets": chosen},
            idempotency_key=idempotency_key,
        )
        job, run = launch(tx, order)
        if not earlier:
            changes.hand_to_run(tx, version.version_key, run.run_id)
        return version, job, run


def free_name(read: Read, organization_id: UUID, dataset_id: UUID, name: str) -> str:
    """`name`, or the first of `name-2`, `name-3` ... that no version of the dataset has."""
    for number in count(1):
        proposal = name if number == 1 else f"{name}-{number}"
        if versions.find(read, organization_id, dataset_id, proposal) is None:
            return proposal
    raise AssertionError("numbers do not end")


def taken(read: Read, sibling: Version, name: str) -> NameTaken:
    """The refusal of a name that a version beside `sibling` has, with one that is free."""
    proposal = free_name(read, sibling.organization_id, sibling.dataset_id, name)
    return NameTaken(
        f"{sibling.dataset_name} has a version {name} already. {proposal} is free.",
        name=name,
        proposal=proposal,
    )
