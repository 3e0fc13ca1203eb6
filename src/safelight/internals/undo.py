"""Undoes change sets, of a run or of an edit: their pointers move back in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from safelight.actions.undo import TakenBack, take_back
from safelight.errors import NewerChanges
from safelight.ids import Kind
from safelight.internals.operation import Operation, number
from safelight.store.packed import packed


@dataclass(frozen=True, slots=True)
class Parameters:
    """`keep_newer`: what was changed since stays, and does not refuse the rest."""

    changes: list[UUID]
    keep_newer: bool = False


def run(operation: Operation) -> None:
    parameters = operation.read(Parameters)
    with operation.section("Undo"):
        try:
            done = _undo(operation, parameters)
        except NewerChanges as refused:
            for each in refused.facts["conflicts"]:
                operation.say(each["sentence"])
            raise
        operation.say(f"{_summary(done)}: done")


def _undo(operation: Operation, parameters: Parameters) -> Sequence[TakenBack]:
    with operation.last_step(), operation.db.transaction() as tx:
        packer = packed(tx)
        keys = [packer.read(each, Kind.CHANGE_SET).key for each in parameters.changes]
        done = take_back(
            tx,
            operation.organization_id,
            keys,
            operation.author,
            keep_newer=parameters.keep_newer,
        )
        operation.hold(tx)
        operation.result(
            tx,
            summary=_summary(done),
            counts={
                "pictures": sum(each.undone.pictures for each in done),
                "tags": sum(each.undone.tags for each in done),
                "kept": sum(each.kept for each in done),
            },
            outputs=[
                operation.output(each.version) for each in done if each.version.removed_at is None
            ],
        )
    return done


def _summary(done: Sequence[TakenBack]) -> str:
    said = []
    for each in done:
        undone, name = each.undone, f"{each.version.dataset_name}/{each.version.name}"
        if "exists" in undone.fields:
            said.append(f"{name} {'is back' if each.version.removed_at is None else 'is gone'}")
        if undone.pictures:
            said.append(f"{number(undone.pictures, 'picture')} as before")
        if undone.tags:
            said.append(f"{number(undone.tags, 'tag')} as before")
        if undone.labels:
            said.append("labels as before")
        said += [f"{field} as before" for field in undone.fields if field != "exists"]
        if each.kept:
            said.append(f"{each.kept:,} left as changed since")
    return " · ".join(said)
