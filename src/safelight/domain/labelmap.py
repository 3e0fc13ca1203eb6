"""Where the labels of one version go in another: by name, or as somebody says. Knows no storage."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from safelight.domain.datasets import Label, LabelGroup, LabelList


@dataclass(frozen=True, slots=True)
class LabelMap:
    """`keys`: the label's key there by its key here; a label without one has no place. `after`: the labels
    there, with those that were made. `missing`: names that would have to be made, where that is not wanted.
    """

    keys: dict[int, int]
    after: LabelList
    missing: list[str]

    @property
    def changes_nothing(self) -> bool:
        """Whether documents say the same there as they are."""
        return not self.missing and all(here == there for here, there in self.keys.items())


def map_labels(
    here: LabelList,
    there: LabelList,
    wanted: Collection[int],
    renamed: Mapping[str, str],
    fresh: Iterator[int],
    *,
    create: bool = True,
) -> LabelMap:
    """Find a place for the labels of these keys. `fresh`: unused keys.

    A label that is made keeps its key, so that documents can be shared; a fresh one is taken only where
    another label has it already.
    """
    keys: dict[int, int] = {}
    missing: list[str] = []
    after = there
    for label in here.labels:
        if label.key not in wanted:
            continue
        name = renamed.get(label.name, label.name)
        known = after.named(name)
        if known is None and not create:
            missing.append(name)
            continue
        if known is None:
            after, group = _group(here, after, label.group, fresh)
            taken = {one.key for one in after.labels}
            key = next(fresh) if label.key in taken else label.key
            known = Label(key, name, label.color, group, label.attributes, label.skeleton)
            after = replace(after, labels=(*after.labels, known))
        keys[label.key] = known.key
    return LabelMap(keys, after, missing)


def _group(
    here: LabelList, there: LabelList, key: int | None, fresh: Iterator[int]
) -> tuple[LabelList, int | None]:
    """The group of the same name, made if missing with those that it is in."""
    if key is None:
        return there, None
    group = here.group(key)
    known = there.group_named(group.name)
    if known is None:
        there, parent = _group(here, there, group.parent, fresh)
        taken = {one.key for one in there.groups}
        known = LabelGroup(next(fresh) if key in taken else key, group.name, parent)
        there = replace(there, groups=(*there.groups, known))
    return there, known.key


def key_demand(labels: LabelList) -> int:
    """How many fresh keys `map_labels` takes at most."""
    return len(labels.labels) + len(labels.groups)
