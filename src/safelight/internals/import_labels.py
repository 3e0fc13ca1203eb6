"""Gives each category of a file its label: by name, or with a key kept ready for a new one."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from safelight.domain.datasets import Label, LabelList
from safelight.formats.found import Category, Found
from safelight.internals.operation import Operation, number
from safelight.store import labels, versions
from safelight.store.db import Transaction
from safelight.store.versions import Version


class Moved(Exception):
    """What was read at the start has changed so that the documents no longer fit."""


@dataclass(frozen=True, slots=True)
class Labels:
    """`keys`: label key by the category's position; a category without one is not imported.
    `new` labels are not in the version yet; nobody else has their keys.
    """

    keys: dict[int, int]
    known: dict[str, int]
    new: tuple[Label, ...]
    are_complete: bool  # every category of the file has one


def plan(operation: Operation, version: Version, file: Found, *, create: bool) -> Labels:
    """Match categories by name. An unknown one is a bad record unless labels may be created."""
    with operation.db.read() as read:
        current = versions.get(read, operation.organization_id, version.version_id)
        existing = labels.get(read, current).keys
    wanted = {one.name.strip(): one for one in file.categories.values()}
    missing = [name for name in wanted if name not in existing]
    new: tuple[Label, ...] = ()
    if create and missing:
        with operation.db.transaction() as tx:
            fresh = labels.reserve_keys(tx, operation.organization_id, len(missing))
        new = tuple(
            Label(key, name, skeleton=_skeleton(wanted[name]))
            for key, name in zip(fresh, missing, strict=True)
        )
    for name in [] if create else missing:
        file.rejects.add(wanted[name].where, f"the version has no label {name!r}")
    operation.say(f"{number(len(wanted) - len(missing), 'label')} known, {len(new):,} new")
    known = {name: existing[name] for name in wanted if name in existing}
    by_name = known | {label.name: label.key for label in new}
    keys = {
        position: by_name[one.name.strip()]
        for position, one in file.categories.items()
        if one.name.strip() in by_name
    }
    return Labels(keys, known, new, len(keys) == len(file.categories))


def _skeleton(category: Category) -> dict[str, object] | None:
    if not category.keypoints:
        return None
    return {"vertices": category.keypoints, "edges": [list(edge) for edge in category.skeleton]}


def put(tx: Transaction, version: Version, planned: Labels, operation: Operation) -> Version:
    """Put the new labels into the version, which is open to write alone.

    Raises Moved, and writes nothing, if somebody changed a label that the documents rely on.
    """
    current = labels.get(tx, version)
    now = current.keys
    if any(now.get(name) != key for name, key in planned.known.items()) or any(
        label.name in now for label in planned.new
    ):
        raise Moved("Labels of the version were changed meanwhile.")
    if not planned.new:
        return version
    extended: LabelList = replace(current, labels=current.labels + planned.new)
    return labels.write(tx, version, extended, operation.author)
