"""Copies pictures, or shapes only, from another version, and merges versions (see `gathering.py`)."""

from __future__ import annotations

from uuid import UUID

from safelight.domain.operations import Copy, ImportShapes, Merge
from safelight.internals import plans
from safelight.internals.gathering import Wish, bring
from safelight.internals.operation import Operation
from safelight.store import versions


def copy(operation: Operation, asked: Copy) -> None:
    wish = Wish(
        [UUID(asked.source)],
        asked.mode,
        asked.pictures,
        asked.labels,
        create_labels=asked.create_labels,
        with_annotations=asked.with_annotations,
        with_tags=asked.with_tags,
        silence_replaces=True,
    )
    target = operation.target_id
    bring(operation, wish, target, plans.target_of(operation), noun="copied")


def import_shapes(operation: Operation, asked: ImportShapes) -> None:
    wish = Wish(
        [UUID(asked.source)],
        asked.mode,
        asked.pictures,
        asked.labels,
        only_labels=asked.only_labels,
        create_labels=asked.create_labels,
        add=False,
        with_tags=False,
    )
    target = operation.target_id
    bring(operation, wish, target, plans.target_of(operation), noun="matched")


def merge(operation: Operation, asked: Merge) -> None:
    others = [UUID(each) for each in asked.versions]
    into = None if asked.name else operation.target_id
    opening = plans.target_of(operation)
    if asked.name:
        with operation.db.read() as read:
            first = versions.get(read, operation.organization_id, operation.target_id)
        opening = plans.new_version(operation, first, asked.name)
    wish = Wish(
        others if into else [operation.target_id, *others],
        asked.mode,
        renamed=asked.labels,
        all_labels=True,
        with_tags=asked.with_tags,
    )
    bring(operation, wish, into, opening, noun="merged")
