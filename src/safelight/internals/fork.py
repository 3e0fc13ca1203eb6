"""Fills a new dataset version with what another one holds: pointers are copied, never documents."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from safelight.actions.fork import taken
from safelight.actions.selection import read_selection
from safelight.domain.jobs import SUCCEEDED
from safelight.ids import Kind
from safelight.internals.operation import Operation, number
from safelight.store import changes, pointers, runs, versions
from safelight.store.db import Transaction
from safelight.store.packed import packed
from safelight.store.versions import Version


@dataclass(frozen=True, slots=True)
class Parameters:
    """`source_version_id` goes into the version `name` of the target's dataset. `assets`: the
    object that lists the chosen ones; None: all of them.
    """

    source_version_id: UUID
    name: str
    with_annotations: bool = True
    with_labels: bool = True
    with_tags: bool = True
    assets: dict[str, object] | None = None


def run(operation: Operation) -> None:
    parameters = operation.read(Parameters)
    chosen = read_selection(operation.context, parameters.assets)
    with operation.section("Copy"), operation.last_step(), operation.db.transaction() as tx:
        version = _target(tx, operation, parameters.name)
        operation.hold(tx)
        source = versions.get(tx, operation.organization_id, parameters.source_version_id)
        keys = None if chosen is None else packed(tx).keys(chosen, Kind.ASSET)
        copied = _fill(tx, source, version, parameters, keys)
        changes.announce(
            tx,
            operation.organization_id,
            version.version_id,
            operation.author,
            dataset_id=str(version.dataset_id),
        )
        _conclude(tx, operation, version, copied)
    operation.say(f"{number(copied, 'picture')}: done")


def _target(tx: Transaction, operation: Operation, name: str) -> Version:
    """The version to fill, open to write alone: the one made at launch, or a new one if the job is
    run again under another name. Raises NameTaken if the version was filled before.
    """
    organization_id = operation.organization_id
    made = versions.get(tx, organization_id, operation.target_id)
    if made.name != name:
        if versions.find(tx, organization_id, made.dataset_id, name) is not None:
            raise taken(tx, made, name)
        made = versions.add(tx, organization_id, made.dataset_id, name, by=operation.author)
    version = versions.open_to_write(tx, organization_id, made.version_id, alone=True)
    filled = version.asset_count or version.labels_key is not None
    if filled or any(
        run.status is SUCCEEDED
        for run in runs.of_job(tx, operation.job.job_id)
        if version.version_id == operation.target_id
    ):
        raise taken(tx, version, name)
    return version


def _fill(
    tx: Transaction,
    source: Version,
    version: Version,
    parameters: Parameters,
    asset_keys: list[int] | None,
) -> int:
    if parameters.with_labels or parameters.with_annotations:  # shapes say nothing without labels
        versions.point_to_labels(tx, version, source.labels_key)
    copied = pointers.copy(
        tx,
        source,
        version,
        with_documents=parameters.with_annotations,
        asset_keys=asset_keys,
    )
    if parameters.with_tags:
        pointers.copy_tags(tx, source, version)
    return copied


def _conclude(tx: Transaction, operation: Operation, version: Version, copied: int) -> None:
    operation.result(
        tx,
        summary=number(copied, "picture"),
        counts={"pictures": copied},
        outputs=[operation.output(version)],
    )
