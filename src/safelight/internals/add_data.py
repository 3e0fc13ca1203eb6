"""Puts data of a datalake into a dataset version; what is there already stays as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from safelight.actions.selection import read_selection
from safelight.internals.operation import Operation, number
from safelight.store import assets, assettags, changes, data, tags, versions


@dataclass(frozen=True, slots=True)
class Parameters:
    """`data`: the object that lists the ids. `tag_ids`: asset tags to put on all of them."""

    data: dict[str, object]
    tag_ids: list[UUID] = field(default_factory=list)


def run(operation: Operation) -> None:
    parameters = operation.read(Parameters)
    organization_id, author = operation.organization_id, operation.author
    data_ids = read_selection(operation.context, parameters.data) or []
    with operation.section("Add"), operation.last_step(), operation.db.transaction() as tx:
        version = versions.open_to_write(tx, organization_id, operation.target_id, alone=True)
        operation.hold(tx)
        change_set = changes.open_set(
            tx, organization_id, version.version_key, author, changes.ASSETS
        )
        data_keys = data.keys_of(tx, organization_id, data_ids)
        added = assets.add(tx, change_set, version, data_keys)
        if parameters.tag_ids:
            present = assets.keys_of_data(tx, version.version_key, data_keys)
            chosen = [tags.get(tx, organization_id, tag_id) for tag_id in parameters.tag_ids]
            assettags.attach(tx, change_set, version, chosen, sorted(present.values()))
        changes.announce(
            tx, organization_id, version.version_id, author, dataset_id=str(version.dataset_id)
        )
        operation.result(
            tx,
            summary=f"{number(len(added), 'picture')} added",
            counts={"new_assets": len(added), "asked": len(data_ids)},
            outputs=[operation.output(version)],
        )
    operation.say(
        f"{number(len(added), 'picture')} added, {len(data_ids) - len(added):,} there already"
    )
