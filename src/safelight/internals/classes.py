"""Tags of pictures as classes, and classes as tags, all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from safelight.actions.operations import check_labels
from safelight.domain.annotations import Document, Shape, ShapeKind, parse
from safelight.domain.datasets import Label, LabelList, missing
from safelight.domain.operations import ClassesToTags, TagsToClasses
from safelight.domain.rewriting import add_classes, change_shapes, classes
from safelight.internals import plans
from safelight.internals.operation import Operation, number
from safelight.internals.plans import Moved, Said, Writer
from safelight.store import labels, planned, planned_tags, tags, versions
from safelight.store.db import Read
from safelight.store.planned import Picture, Plan
from safelight.store.tags import Tag


def tags_to_classes(operation: Operation, asked: TagsToClasses) -> None:
    with Plan(operation.db) as plan:
        while True:
            try:
                added, pictures = _tags_to_classes(operation, plan, asked)
            except Moved as moved:
                operation.say(f"{moved} Reading again.")
            else:
                break
    operation.say(f"{number(added, 'class', 'classes')} of {number(pictures, 'picture')}: done")


def _tags_to_classes(operation: Operation, plan: Plan, asked: TagsToClasses) -> tuple[int, int]:
    with operation.db.read() as read:
        known = _known_tags(read, operation, asked)
    chosen = [tag for tag in known if not asked.tags or tag.name in asked.tags]
    names = list(dict.fromkeys(tag.name for tag in chosen))  # datalakes may have the same one
    version = plans.plan_for(
        operation,
        plan,
        asked.pictures,
        tags=() if asked.of_data else names,
        data_tags=names if asked.of_data else (),
        is_settled=False,
    )
    with operation.db.read() as read:
        before = labels.get(read, version)
    after = _with_labels(operation, before, names)
    keys = after.keys
    say = partial(_say_tags, asked, {tag.tag_id: keys[tag.name] for tag in chosen}, operation)
    with Writer(operation, plan, say) as writer:
        with operation.section("Write annotations"):
            writer.write()
        opening = partial(plans.open_unmoved, operation, version)
        with plans.switch(operation, plan, opening, writer) as switch:
            tx = switch.tx
            if after != before:
                labels.write(tx, switch.version, after, operation.author)
            added, pictures = planned.tally(tx), planned.move(tx, switch.change_set)
            if asked.remove_tags:
                for tag in chosen:
                    planned_tags.take_off(tx, switch.change_set, switch.version, tag)
            operation.result(
                tx,
                summary=f"{number(added, 'class', 'classes')} · {number(pictures, 'picture')}",
                counts={
                    "classes": added,
                    "changed": pictures,
                    "new_labels": len(after.labels) - len(before.labels),
                },
                outputs=[operation.output(switch.version)],
            )
    return added, pictures


def _known_tags(read: Read, operation: Operation, asked: TagsToClasses) -> list[Tag]:
    if not asked.of_data:
        return tags.of_owner(read, operation.target_id, tags.ASSET)
    version = versions.get(read, operation.organization_id, operation.target_id)
    return [tag for tag, _ in tags.in_version(read, version.version_key, tags.DATA)]


def _with_labels(operation: Operation, before: LabelList, names: list[str]) -> LabelList:
    new = missing(before, names)
    if not new:
        return before
    with operation.db.transaction() as tx:
        keys = labels.reserve_keys(tx, operation.organization_id, len(new))
    made = (Label(key, name) for key, name in zip(keys, new, strict=True))
    return replace(before, labels=(*before.labels, *made))


def _say_tags(
    asked: TagsToClasses,
    label_keys: Mapping[object, int],
    operation: Operation,
    read: Read,
    pictures: Sequence[Picture],
) -> list[Said]:
    if asked.of_data:
        tagged = tags.on(read, tags.DATA, [picture.data_key for picture in pictures])
    else:
        tagged = tags.on(read, tags.ASSET, [picture.asset_key for picture in pictures])
    said = []
    for picture in pictures:
        key = picture.data_key if asked.of_data else picture.asset_key
        found = [tag.tag_id for tag in tagged.get(key, ())]
        keys = [label_keys[tag_id] for tag_id in found if tag_id in label_keys]
        before = parse(picture.content)
        after, numbers = add_classes(before, keys, picture.numbers, operation.run.created_at)
        added = numbers.shape - picture.numbers.shape
        said.append(plans.said(picture, before, after, numbers, tally=added))
    return said


# --- classes to tags ------------------------------------------------------------------------------------


def classes_to_tags(operation: Operation, asked: ClassesToTags) -> None:
    with Plan(operation.db) as plan:
        version = plans.plan_for(operation, plan, asked.pictures)
        with plan.read() as read:
            known = labels.get(read, version)
            check_labels(known, asked.labels, "labels")
            planned.open_speaking(read)
        names = {label.key: label.name for label in known.labels}
        if asked.labels:
            names = {key: name for key, name in names.items() if name in asked.labels}
        say = partial(_say_classes, asked, frozenset(names))
        with Writer(operation, plan, say) as writer:
            with operation.section("Read classes"):
                writer.write()
            with plans.switch(operation, plan, plans.target_of(operation), writer) as switch:
                tx = switch.tx
                put = _put_tags(operation, switch, names)
                changed = planned.move(tx, switch.change_set)
                operation.result(
                    tx,
                    summary=f"{number(put, 'tag')} put on",
                    counts={"tags_added": put, "changed": changed},
                    outputs=[operation.output(switch.version)],
                )


def _put_tags(operation: Operation, switch: plans.Switch, names: Mapping[int, str]) -> int:
    total = 0
    for label_key in planned_tags.noted_labels(switch.tx):
        tag = planned_tags.ensure(switch.tx, switch.version, names[label_key])
        put = planned_tags.put_on_noted(
            switch.tx, switch.change_set, switch.version, tag, label_key
        )
        operation.say(f"{tag.name}: put on {number(put, 'picture')}")
        total += put
    return total


def _say_classes(
    asked: ClassesToTags,
    label_keys: frozenset[int],
    read: Read,
    pictures: Sequence[Picture],
) -> list[Said]:
    """Note the classes of pictures; they are taken off, if that is wanted."""
    noted: list[tuple[int, int]] = []
    said = []
    for picture in pictures:
        before = parse(picture.content)
        found = classes(before, any_shape=asked.any_shape) & label_keys
        noted += ((picture.data_key, key) for key in sorted(found))
        after = _without_classes(before, found) if asked.remove_classes else before
        said.append(plans.said(picture, before, after, picture.numbers))
    planned_tags.note(read, [picture.data_key for picture in pictures], noted)
    return said


def _without_classes(document: Document, label_keys: set[int]) -> Document:
    def change(shape: Shape) -> Shape | None:
        is_class = shape.kind is ShapeKind.CLASSIFICATION
        return None if is_class and shape.label_key in label_keys else shape

    return change_shapes(document, change)
