"""Words and rules of datasets: types, statuses, and the immutable label list of a version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from safelight.errors import Invalid, NameTaken, NotFound


class InferenceType(StrEnum):
    NOT_CONFIGURED = "NOT_CONFIGURED"
    CLASSIFICATION = "CLASSIFICATION"
    OBJECT_DETECTION = "OBJECT_DETECTION"
    SEGMENTATION = "SEGMENTATION"
    POINT = "POINT"
    KEYPOINT = "KEYPOINT"
    LINE = "LINE"
    MASK = "MASK"
    MULTI = "MULTI"


class DataType(StrEnum):
    IMAGE = "IMAGE"
    VIDEO = "VIDEO"


class DataStatus(StrEnum):
    """PENDING without an object is a placeholder: a picture that was named but not uploaded yet."""

    PENDING = "PENDING"
    COMPUTING = "COMPUTING"
    ERROR = "ERROR"
    DONE = "DONE"


NAME_LIMIT = 255


def check_name(name: str, what: str) -> str:
    """A name without white space around it. Raises Invalid if nothing or too much is left."""
    cleaned = name.strip()
    if not cleaned:
        raise Invalid(f"A {what} needs a name.", field="name")
    if len(cleaned) > NAME_LIMIT:
        raise Invalid(f"The name of a {what} has at most {NAME_LIMIT} characters.", field="name")
    if any(ord(letter) < 32 for letter in cleaned):
        raise Invalid(f"The name of a {what} has no control characters.", field="name")
    return cleaned


class Label(Struct, frozen=True):
    """`key` is unique within the organization and never reused; shapes refer to it."""

    key: int
    name: str
    color: str | None = None
    group: int | None = None  # key of a label group
    attributes: dict[str, Any] = field(default_factory=dict)
    skeleton: dict[str, Any] | None = None


class LabelGroup(Struct, frozen=True):
    key: int
    name: str
    parent: int | None = None


class LabelList(Struct, frozen=True):
    """The labels of a version in the order of their creation, which is everybody's class index; and the
    attributes that it declares for annotations, by name (see `attributes.py`).
    """

    labels: tuple[Label, ...] = ()
    groups: tuple[LabelGroup, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)

    def label(self, key: int) -> Label:
        """Raises NotFound."""
        for label in self.labels:
            if label.key == key:
                return label
        raise NotFound("There is no such label.")

    def named(self, name: str) -> Label | None:
        return next((label for label in self.labels if label.name == name), None)

    def group(self, key: int) -> LabelGroup:
        """Raises NotFound."""
        for group in self.groups:
            if group.key == key:
                return group
        raise NotFound("There is no such label group.")

    def group_named(self, name: str) -> LabelGroup | None:
        return next((group for group in self.groups if group.name == name), None)

    @property
    def keys(self) -> dict[str, int]:
        """Label key by name."""
        return {label.name: label.key for label in self.labels}


NO_LABELS = LabelList()

_decoder = msgspec.json.Decoder(LabelList)
_encoder = msgspec.json.Encoder()


def parse_labels(content: bytes | None) -> LabelList:
    return NO_LABELS if content is None else _decoder.decode(content)


def build_labels(labels: LabelList) -> bytes:
    return _encoder.encode(labels)


def missing(labels: LabelList, names: Iterable[str]) -> list[str]:
    """The names that no label has, each once, in their order."""
    known = labels.keys
    return list(dict.fromkeys(name for name in names if name not in known))


@dataclass(frozen=True, slots=True)
class LabelChanges:
    """What is different between two label lists, by names; `renamed` as (before, after)."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    changed: tuple[str, ...] = ()  # color, group, attributes or skeleton


def compare_labels(before: LabelList, after: LabelList) -> LabelChanges:
    old = {label.key: label for label in before.labels}
    new = {label.key: label for label in after.labels}
    both = [(old[key], new[key]) for key in old if key in new]
    return LabelChanges(
        tuple(label.name for key, label in new.items() if key not in old),
        tuple(label.name for key, label in old.items() if key not in new),
        tuple((one.name, other.name) for one, other in both if one.name != other.name),
        tuple(other.name for one, other in both if replace(one, name=other.name) != other),
    )


Named = TypeVar("Named", Label, LabelGroup)


def take_back_labels(before: LabelList, after: LabelList, now: LabelList) -> LabelList | None:
    """`now` without the step from `before` to `after`, and with all that came since.

    None where that contradicts itself: a label of the step was changed again, its name is another's by
    now, the group of a label would be gone, or attributes were declared anew.
    """
    labels = _without_step(before.labels, after.labels, now.labels)
    groups = _without_step(before.groups, after.groups, now.groups)
    attributes = _attributes_without_step(before.attributes, after.attributes, now.attributes)
    if labels is None or groups is None or attributes is None:
        return None
    known = {group.key for group in groups}
    places = {label.group for label in labels} | {group.parent for group in groups}
    return LabelList(labels, groups, attributes) if places - {None} <= known else None


def _attributes_without_step(
    before: dict[str, Any], after: dict[str, Any], now: dict[str, Any]
) -> dict[str, Any] | None:
    if before == after:
        return now
    return before if now in (after, before) else None


def _without_step(
    before: Sequence[Named], after: Sequence[Named], now: Sequence[Named]
) -> tuple[Named, ...] | None:
    old, new = ({each.key: each for each in some} for some in (before, after))
    left: list[Named] = []
    for each in now:
        was, became = old.get(each.key), new.get(each.key)
        if was in (became, each):
            left.append(each)  # none of the step's business, or back already
        elif each != became:
            return None
        elif was is not None:
            left.append(was)
    present = {each.key for each in now}
    for place, each in enumerate(before):
        if each.key not in new and each.key not in present:
            left.insert(place, each)
    return tuple(left) if len({each.name for each in left}) == len(left) else None


def with_label(labels: LabelList, label: Label) -> LabelList:
    """With one more label at the end. Raises NameTaken."""
    if labels.named(label.name) is not None:
        raise NameTaken(f"There is a label {label.name!r} already.", name=label.name)
    return replace(labels, labels=(*labels.labels, label))


def change_label(labels: LabelList, key: int, **changes: Any) -> LabelList:
    """With fields of one label changed. Raises NotFound, NameTaken."""
    label = labels.label(key)
    name = changes.get("name", label.name)
    other = labels.named(name)
    if other is not None and other.key != key:
        raise NameTaken(f"There is a label {name!r} already.", name=name)
    if changes.get("group") is not None:
        labels.group(changes["group"])
    changed = replace(label, **changes)
    return replace(
        labels, labels=tuple(changed if one.key == key else one for one in labels.labels)
    )


def without_label(labels: LabelList, key: int) -> LabelList:
    """Raises NotFound. Shapes of the label must go in the same transaction."""
    labels.label(key)
    return replace(labels, labels=tuple(one for one in labels.labels if one.key != key))


def with_group(labels: LabelList, group: LabelGroup) -> LabelList:
    """With one more group at the end. Raises NameTaken, NotFound (its parent)."""
    if labels.group_named(group.name) is not None:
        raise NameTaken(f"There is a label group {group.name!r} already.", name=group.name)
    if group.parent is not None:
        labels.group(group.parent)
    return replace(labels, groups=(*labels.groups, group))


def change_group(labels: LabelList, key: int, **changes: Any) -> LabelList:
    """With fields of one group changed. Raises NotFound, Invalid for a circle of parents."""
    changed = replace(labels.group(key), **changes)
    after = replace(
        labels, groups=tuple(changed if one.key == key else one for one in labels.groups)
    )
    seen, parent = {key}, changed.parent
    while parent is not None:
        if parent in seen:
            raise Invalid("A label group cannot be inside itself.", field="parent")
        seen.add(parent)
        parent = after.group(parent).parent
    return after


def without_group(labels: LabelList, key: int) -> LabelList:
    """Without one group; its labels and groups stand alone then. Raises NotFound."""
    labels.group(key)
    return replace(
        labels,
        labels=tuple(
            replace(one, group=None) if one.group == key else one for one in labels.labels
        ),
        groups=tuple(
            replace(one, parent=None) if one.parent == key else one
            for one in labels.groups
            if one.key != key
        ),
    )
