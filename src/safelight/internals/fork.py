"""Fills a new dataset version with what another one holds: pointers are copied, never documents."""

from __future__ import annotations

from uuid import UUID

from safelight.actions.operations import choose, taken
from safelight.domain.jobs import SUCCEEDED
from safelight.domain.operations import Fork, Pictures
from safelight.internals import plans
from safelight.internals.operation import Operation, number
from safelight.store import changes, planned, pointers, runs, versions
from safelight.store.db import Transaction
from safelight.store.planned import Plan
from safelight.store.versions import Version


def run(operation: Operation, asked: Fork) -> None:
    source_id = UUID(operation.run.inputs["source_version_id"])
    with operation.db.read() as read:
        source = versions.get(read, operation.organization_id, source_id)
    with Plan(operation.db) as plan:
        some = _plan_some(operation, plan, source, asked)
        with operation.section("Copy"), operation.last_step(), plan.transaction() as tx:
            source = versions.get(tx, operation.organization_id, source_id)
            version = _target(tx, operation, asked.name, source)
            copied = _fill(tx, operation, source, version, asked, some=some)
            operation.announce(tx, version)
            _conclude(tx, operation, version, copied)
    operation.say(f"{number(copied, 'picture')}: done")


def _plan_some(operation: Operation, plan: Plan, source: Version, asked: Fork) -> bool:
    """Find the pictures to fork, if they are not all."""
    if asked.pictures == Pictures() and operation.chosen is None:
        return False
    with operation.section("Choose pictures"), plan.read() as read:
        wanted = choose(read, source, asked.pictures)
        found = planned.gather(read, 0, source, wanted, plans.chosen_keys(operation, read))
        if asked.pictures != Pictures():
            plans.check_some(found, source)
        planned.plan_gathered(read, None, add=True)
        if asked.with_annotations:
            planned.settle_shared(read)
    operation.say(f"{number(found, 'picture')} of {source.asset_count:,}")
    return True


def _target(tx: Transaction, operation: Operation, name: str, source: Version) -> Version:
    """The version to fill, open to write alone: the one made at launch, or a new one if the job is
    run again under another name. It came into being by this run, of this source, whatever runs before
    it were given. Raises NameTaken if the version was filled before.
    """
    organization_id = operation.organization_id
    made = versions.get(tx, organization_id, operation.target_id)
    if made.name != name:
        if versions.find(tx, organization_id, made.dataset_id, name) is not None:
            raise taken(tx, made, name)
        made = versions.add(
            tx,
            organization_id,
            made.dataset_id,
            name,
            by=operation.author,
            type=made.type,
            forked_from=source.version_id,
        )
    version = operation.open(tx, made.version_id)
    filled = version.asset_count or version.labels_key is not None
    if filled or any(
        run.status is SUCCEEDED
        for run in runs.of_job(tx, operation.job.job_id)
        if version.version_id == operation.target_id
    ):
        raise taken(tx, version, name)
    changes.hand_to_run(tx, version.version_key, operation.run.run_id)
    return versions.fork_of(tx, version, source)


def _fill(
    tx: Transaction,
    operation: Operation,
    source: Version,
    version: Version,
    asked: Fork,
    *,
    some: bool,
) -> int:
    if asked.with_labels or asked.with_annotations:  # shapes say nothing without labels
        versions.point_to_labels(tx, version, source.labels_key)
    if some:
        change_set = changes.open_set(
            tx, operation.organization_id, version.version_key, operation.author, changes.CREATED
        )
        copied = planned.add_assets(tx, change_set, version)
    else:
        copied = pointers.copy(tx, source, version, with_documents=asked.with_annotations)
    if asked.with_tags:
        pointers.copy_tags(tx, source, version)
    return copied


def _conclude(tx: Transaction, operation: Operation, version: Version, copied: int) -> None:
    operation.result(
        tx,
        summary=number(copied, "picture"),
        counts={"pictures": copied},
        outputs=[operation.output(version)],
    )
