"""What people do with the labels of a version: add, rename, group and remove them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from safelight.actions.datasets import author
from safelight.domain.annotations import remove_label
from safelight.domain.attributes import OF_ATTRIBUTES, check_all
from safelight.domain.datasets import (
    Label,
    LabelGroup,
    LabelList,
    change_group,
    change_label,
    check_name,
    with_group,
    with_label,
    without_group,
    without_label,
)
from safelight.domain.permissions import Actor
from safelight.store import assets, changes, labels, versions
from safelight.store.assets import AssetFilter, Edit
from safelight.store.changes import ChangeSet
from safelight.store.db import Database, Transaction
from safelight.store.versions import Version

AT_ONCE = 1000
Opening = Callable[[Transaction], Version]


def by_id(by: Actor, version_id: UUID) -> Opening:
    return lambda tx: versions.open_to_write(tx, by.organization_id, version_id, alone=True)


def by_key(by: Actor, version_key: int) -> Opening:
    return lambda tx: versions.open_key_to_write(tx, by.organization_id, version_key, alone=True)


def ensure(db: Database, by: Actor, version_id: UUID, names: Sequence[str]) -> list[Label]:
    """The labels of these names in their order, made if missing. Raises NotFound, Locked, Invalid."""
    cleaned = [check_name(name, "label") for name in names]
    with db.read() as read:
        version = versions.get(read, by.organization_id, version_id)
        known = labels.get(read, version)
    if not set(cleaned) <= known.keys.keys():  # most often all are there: then nobody has to wait
        with db.transaction() as tx:
            version = by_id(by, version_id)(tx)
            labels.ensure(tx, version, cleaned, author(by))
            known = labels.get(tx, versions.get(tx, by.organization_id, version_id))
    keys = known.keys
    return [known.label(keys[name]) for name in cleaned]


def create(db: Database, by: Actor, version_id: UUID, name: str) -> Label:
    """Raises NotFound, Locked, Invalid, NameTaken."""
    cleaned = check_name(name, "label")
    with db.transaction() as tx:
        version = by_id(by, version_id)(tx)
        known = labels.get(tx, version)
        [key] = labels.reserve_keys(tx, by.organization_id, 1)
        label = Label(key, cleaned)
        labels.write(tx, version, with_label(known, label), author(by))
    return label


def change(db: Database, by: Actor, version_key: int, label_key: int, **values: Any) -> Label:
    """Change name, color, group, attributes or skeleton. Raises NotFound, Locked, NameTaken, Invalid."""
    if "name" in values:
        values["name"] = check_name(values["name"], "label")
    if "attributes" in values:
        values["attributes"] = check_all(values["attributes"], OF_ATTRIBUTES)
    after = _edit(db, by, version_key, lambda known: change_label(known, label_key, **values))
    return after.label(label_key)


def remove(db: Database, by: Actor, version_key: int, label_key: int) -> None:
    """Remove a label and every shape that has it. Raises NotFound, Locked.

    The label goes first, so no new shape can take it; its shapes go in steps.
    """
    with db.transaction() as tx:
        version = by_key(by, version_key)(tx)
        change_set = changes.open_set(
            tx, by.organization_id, version_key, author(by), changes.LABELS
        )
        labels.write(tx, version, without_label(labels.get(tx, version), label_key), author(by))
    while _remove_some_shapes(db, by, version_key, label_key, change_set):
        continue


def _remove_some_shapes(
    db: Database, by: Actor, version_key: int, label_key: int, change_set: ChangeSet
) -> bool:
    with db.transaction() as tx:
        version = versions.open_key_to_write(tx, by.organization_id, version_key)
        some = assets.page(tx, version_key, AssetFilter(label_keys=((label_key,),)), limit=AT_ONCE)
        held = assets.hold(tx, version, [asset.asset_key for asset in some])
        change_set = changes.open_set(
            tx, by.organization_id, version_key, author(by), changes.LABELS, same=change_set
        )
        edits = [
            Edit(asset, remove_label(asset.document, label_key), asset.numbers)
            for asset in held.values()
        ]
        assets.write(tx, change_set, version, edits)
    return bool(some)


def create_group(
    db: Database, by: Actor, version_id: UUID, name: str, parent: int | None = None
) -> LabelGroup:
    """Raises NotFound, Locked, Invalid, NameTaken."""
    cleaned = check_name(name, "label group")
    with db.transaction() as tx:
        version = by_id(by, version_id)(tx)
        known = labels.get(tx, version)
        [key] = labels.reserve_keys(tx, by.organization_id, 1)
        group = LabelGroup(key, cleaned, parent)
        labels.write(tx, version, with_group(known, group), author(by))
    return group


def change_label_group(
    db: Database, by: Actor, version_key: int, group_key: int, **values: Any
) -> LabelGroup:
    """Change name or parent. Raises NotFound, Locked, Invalid."""
    if "name" in values:
        values["name"] = check_name(values["name"], "label group")
    return _edit(db, by, version_key, lambda known: change_group(known, group_key, **values)).group(
        group_key
    )


def remove_group(db: Database, by: Actor, version_key: int, group_key: int) -> None:
    """Remove a group; its labels stay. Raises NotFound, Locked."""
    _edit(db, by, version_key, lambda known: without_group(known, group_key))


def declare_attributes(
    db: Database, by: Actor, version_id: UUID, said: Mapping[str, dict[str, Any]]
) -> LabelList:
    """Say which attributes annotations of a version have, in the place of what was said before.

    Raises NotFound, Locked, Invalid.
    """
    checked = check_all(said, OF_ATTRIBUTES)
    with db.transaction() as tx:
        version = by_id(by, version_id)(tx)
        after = replace(labels.get(tx, version), attributes=checked)
        labels.write(tx, version, after, author(by))
    return after


def _edit(
    db: Database, by: Actor, version_key: int, change: Callable[[LabelList], LabelList]
) -> LabelList:
    with db.transaction() as tx:
        version = by_key(by, version_key)(tx)
        after = change(labels.get(tx, version))
        labels.write(tx, version, after, author(by))
    return after
