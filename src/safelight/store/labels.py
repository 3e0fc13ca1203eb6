"""The label list of a version: an immutable document behind a pointer, and keys never reused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import update

from safelight.domain import datasets
from safelight.domain.datasets import Label, LabelList
from safelight.store import changes, documents, schema, versions
from safelight.store.changes import Author
from safelight.store.db import Read, Transaction
from safelight.store.versions import Version

_organizations = schema.organization


def get(read: Read, version: Version) -> LabelList:
    return datasets.parse_labels(documents.get(read, version.labels_key))


def taken_back(
    read: Read, version: Version, before_key: int | None, after_key: int | None
) -> LabelList | None:
    """The version's list without the step from one list to another; None if newer changes forbid it."""
    before, after = (
        datasets.parse_labels(documents.get(read, key)) for key in (before_key, after_key)
    )
    if version.labels_key == after_key:
        return before
    return datasets.take_back_labels(before, after, get(read, version))


def reserve_keys(tx: Transaction, organization_id: UUID, count: int) -> range:
    """Fresh keys for labels or label groups. They hold whether or not they are used."""
    last = tx.scalar(
        update(_organizations)
        .where(_organizations.c.organization_id == organization_id)
        .values(label_seq=_organizations.c.label_seq + count)
        .returning(_organizations.c.label_seq)
    )
    return range(last - count + 1, last + 1)


def write(tx: Transaction, version: Version, labels: LabelList, by: Author) -> Version:
    """Put a new list in the place of the version's. `version` must be open to write alone.

    The same list again is no change, so nothing is recorded.
    """
    if labels == get(tx, version):
        return version
    key = documents.add(tx, version.organization_id, datasets.build_labels(labels))
    change_set = changes.open_set(
        tx, version.organization_id, version.version_key, by, changes.LABELS
    )
    changes.record_labels(tx, change_set, version.labels_key, key)
    versions.point_to_labels(tx, version, key)
    changes.announce(
        tx, version.organization_id, version.version_id, by, dataset_id=str(version.dataset_id)
    )
    return versions.get(tx, version.organization_id, version.version_id)


def ensure(tx: Transaction, version: Version, names: Iterable[str], by: Author) -> dict[str, int]:
    """Keys of the labels of these names, which are made if missing.

    `version` must be open to write alone, so that two threads cannot make the same label.
    """
    wanted = list(dict.fromkeys(names))
    labels = get(tx, version)
    missing = datasets.missing(labels, wanted)
    if missing:
        keys = reserve_keys(tx, version.organization_id, len(missing))
        new = tuple(Label(key, name) for key, name in zip(keys, missing, strict=True))
        labels = replace(labels, labels=labels.labels + new)
        write(tx, version, labels, by)
    known = labels.keys
    return {name: known[name] for name in wanted}


@dataclass(frozen=True, slots=True)
class LabelCount:
    label: Label
    shapes: int
