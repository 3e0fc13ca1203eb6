"""Gives each category of a file its label: by name, or with a key kept ready for a new one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from safelight.domain.datasets import Label, LabelList
from safelight.formats.found import Category, Found
from safelight.internals.checkpoints import LABELS, Checkpoints
from safelight.internals.operation import Operation, number
from safelight.store import labels, versions
from safelight.store.db import Transaction
from safelight.store.versions import Version


class Moved(Exception):
    """What was read at the start has changed so that the documents no longer fit."""


class Plan(Struct, frozen=True):
    """Labels of the version by name that the file's categories have, and `new` ones that are not in the
    version yet; nobody else has their keys. `at` is when it was made, and the time of all annotations.
    """

    at: int
    known: dict[str, int]
    new: tuple[Label, ...]
    digest: bytes  # of what was read when it was made


@dataclass(frozen=True, slots=True)
class Labels:
    """`keys`: label key by the category's position; a category without one is not imported."""

    plan: Plan
    keys: dict[int, int]
    are_complete: bool  # every category of the file has one

    @property
    def at(self) -> int:
        return self.plan.at


@dataclass(frozen=True, slots=True)
class Wanted:
    """The names of a file's categories: keys of those that are labels of the version, and the others."""

    known: dict[str, int]
    missing: list[str]
    by_name: dict[str, Category]


def wanted(operation: Operation, version: Version, file: Found) -> Wanted:
    """Match categories by name."""
    with operation.db.read() as read:
        current = versions.get(read, operation.organization_id, version.version_id)
        existing = labels.get(read, current).keys
    by_name = {one.name.strip(): one for one in file.categories.values()}
    known = {name: existing[name] for name in by_name if name in existing}
    return Wanted(known, [name for name in by_name if name not in known], by_name)


def refuse_missing(wanted: Wanted, file: Found) -> None:
    """Categories without a label are bad records."""
    for name in wanted.missing:
        file.rejects.add(wanted.by_name[name].where, f"the version has no label {name!r}")


def plan(
    operation: Operation,
    version: Version,
    file: Found,
    checkpoints: Checkpoints,
    *,
    create: bool,
) -> Labels:
    """Match categories by name. An unknown one is a bad record unless labels may be created."""
    found = wanted(operation, version, file)
    missing = found.missing if create else []
    with operation.db.transaction() as tx:
        fresh = labels.reserve_keys(tx, operation.organization_id, len(missing)) if missing else ()
        new = tuple(
            Label(key, name, skeleton=_skeleton(found.by_name[name]))
            for key, name in zip(fresh, missing, strict=True)
        )
        made = Plan(tx.now, found.known, new, _digest(file))
        checkpoints.add(tx, LABELS, msgspec.msgpack.encode(made))
    return apply(operation, made, file)


def restored(operation: Operation, content: bytes, file: Found) -> Labels | None:
    """As an earlier process of the run planned them; None if it had read something else: a format that
    asks for the sizes of pictures can be told others when it is read again.
    """
    made = msgspec.msgpack.decode(content, type=Plan)
    return apply(operation, made, file) if made.digest == _digest(file) else None


def _digest(file: Found) -> bytes:
    """Of what documents rely on."""
    named = [(position, each.name) for position, each in file.categories.items()]
    said = file.images.digest(), named
    return hashlib.sha256(msgspec.msgpack.encode(said)).digest()


def apply(operation: Operation, made: Plan, file: Found) -> Labels:
    """The labels of the file's categories by that plan."""
    by_name = made.known | {label.name: label.key for label in made.new}
    keys = {}
    for position, category in file.categories.items():
        name = category.name.strip()
        if name in by_name:
            keys[position] = by_name[name]
        else:
            file.rejects.add(category.where, f"the version has no label {name!r}")
    operation.say(f"{number(len(made.known), 'label')} known, {len(made.new):,} new")
    return Labels(made, keys, len(keys) == len(file.categories))


def _skeleton(category: Category) -> dict[str, object] | None:
    if not category.keypoints:
        return None
    return {"vertices": category.keypoints, "edges": [list(edge) for edge in category.skeleton]}


def put(tx: Transaction, version: Version, planned: Plan, operation: Operation) -> Version:
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
