"""Puts tags on pictures of a version and takes others off, all at once."""

from __future__ import annotations

from safelight.domain.operations import Tag
from safelight.internals import plans
from safelight.internals.operation import Operation, number
from safelight.store import planned, planned_tags, tags
from safelight.store.planned import Plan


def run(operation: Operation, asked: Tag) -> None:
    with Plan(operation.db) as plan:
        plans.plan_for(operation, plan, asked.pictures)
        with plans.switch(operation, plan, plans.target_of(operation)) as switch:
            tx, changes, version = switch.tx, switch.change_set, switch.version
            added = {
                name: planned_tags.put_on(
                    tx, changes, version, planned_tags.ensure(tx, version, name)
                )
                for name in asked.add
            }
            removed = {
                tag.name: planned_tags.take_off(tx, changes, version, tag)
                for tag in tags.of_owner(tx, version.version_id, tags.ASSET)
                if tag.name in asked.remove
            }
            operation.result(
                tx,
                summary=f"{number(sum(added.values()), 'tag')} put on · "
                f"{sum(removed.values()):,} taken off",
                counts={
                    "pictures": planned.count(tx),
                    "tags_added": sum(added.values()),
                    "tags_removed": sum(removed.values()),
                },
                outputs=[operation.output(version)],
            )
        for name, count in added.items():
            operation.say(f"{name}: put on {number(count, 'picture')}")
        for name, count in removed.items():
            operation.say(f"{name}: taken off {number(count, 'picture')}")
