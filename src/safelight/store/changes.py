"""Change sets: which run or user changed what of a dataset version, from what to what. This module
writes them; `history` reads them and `undo` goes back.

Whoever changes a version opens a set in the same transaction and hands it to what changes assets
(`assets`), their tags (`assettags`), the labels (`labels.write`) or the version's row (`versions`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    not_,
    null,
    or_,
    select,
    true,
    update,
)

from safelight.errors import Conflict
from safelight.store import assetblocks, bulk, schema
from safelight.store.bulk import upsert
from safelight.store.db import Event, Read, Transaction

CREATED = (
    "version_created"  # its undo removes the version, so what was done to assets needs no record
)
REMOVED = "version_removed"
FIELDS = "version"  # name, description, type
ANNOTATIONS = "annotations"
ASSETS = "assets"
TAGS = "tags"
LABELS = "labels"
RUN = "run"  # everything that one run did to a version that it did not create

_sets, _changes, _tag_changes = schema.change_set, schema.asset_change, schema.asset_tag_change
_assets, _asset_tags = schema.asset, schema.asset_tag
_COLUMNS = (
    _changes.c.change_set_key,
    _changes.c.asset_key,
    _changes.c.data_key,
    _changes.c.existed_before,
    _changes.c.exists_after,
    _changes.c.document_before,
    _changes.c.document_after,
)


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something: a user, or a run on a user's behalf."""

    user_id: UUID | None = None
    run_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """An open change set. `creates`: of the run that made the version; single changes are not kept."""

    change_set_key: int
    version_key: int
    creates: bool


@dataclass(frozen=True, slots=True)
class AssetChange:
    """One asset's step. `document_*` None: nothing said. An absent asset does not exist."""

    asset_key: int
    data_key: int
    existed_before: bool
    exists_after: bool
    document_before: int | None = None
    document_after: int | None = None


def open_set(
    tx: Transaction,
    organization_id: UUID,
    version_key: int,
    by: Author,
    kind: str,
    *,
    same: ChangeSet | None = None,
) -> ChangeSet:
    """The change set to write into: a run's one per version, or that of a user's edit.

    An edit is one transaction, however many functions open its set. One that is done in steps gives
    the set of its first transaction as `same` to the others. Raises Conflict if that was undone.
    """
    opened: ChangeSet | None = tx.kept.get((_sets, version_key, by.run_id))
    if opened is None:
        opened = (same and _reopen(tx, same)) or _open(tx, organization_id, version_key, by, kind)
        tx.kept[_sets, version_key, by.run_id] = opened
        tx.last_words.append(partial(_drop_if_empty, tx, opened))
    return opened


def _open(
    tx: Transaction, organization_id: UUID, version_key: int, by: Author, kind: str
) -> ChangeSet:
    if by.run_id is None:
        key = _add(tx, organization_id, version_key, by, kind)
        return ChangeSet(key, version_key, creates=kind == CREATED)
    kind = CREATED if kind == CREATED else RUN
    existing = _of_run(tx, version_key, by.run_id)
    if existing is None:
        # Threads of the same run may come here together: the unique index keeps one set.
        _add_once(tx, organization_id, version_key, by, kind)
        existing = _of_run(tx, version_key, by.run_id)
    assert existing is not None
    return existing


def _reopen(tx: Transaction, change_set: ChangeSet) -> ChangeSet | None:
    """Go on with a set, if it is there: its steps may have changed nothing so far."""
    this = _sets.c.change_set_key == change_set.change_set_key
    row = tx.first(select(_sets.c.undone_by).where(this))
    if row is None:
        return None
    if row.undone_by is not None:
        raise Conflict("What this edit has done so far was undone meanwhile, so it ends here.")
    tx.execute(update(_sets).where(this).values(numbers=None))  # they are not all any more
    return change_set


def _drop_if_empty(tx: Transaction, change_set: ChangeSet) -> None:
    """What changed nothing is no change: it would stand in the way of undoing others."""
    key = _sets.c.change_set_key
    steps = (exists().where(table.c.change_set_key == key) for table in (_changes, _tag_changes))
    tx.execute(
        delete(_sets).where(
            key == change_set.change_set_key,
            _sets.c.fields_after.is_(None),
            _sets.c.labels_before.is_(None),
            _sets.c.labels_after.is_(None),
            *(not_(some) for some in steps),
        )
    )


def _of_run(tx: Transaction, version_key: int, run_id: UUID) -> ChangeSet | None:
    rows = tx.all(
        select(_sets.c.change_set_key, _sets.c.kind)
        .where(_sets.c.run_id == run_id, _sets.c.version_key == version_key)
        .order_by(_sets.c.change_set_key)
    )
    if not rows:
        return None
    return ChangeSet(rows[0].change_set_key, version_key, rows[0].kind == CREATED)


def _values(
    tx: Transaction, organization_id: UUID, version_key: int, by: Author, kind: str
) -> dict[str, Any]:
    made = kind == CREATED
    return {
        "organization_id": organization_id,
        "version_key": version_key,
        "run_id": by.run_id,
        "user_id": by.user_id,
        "kind": kind,
        "created_at": tx.now,
        "fields_before": {"exists": False} if made else None,
        "fields_after": {"exists": True} if made else None,
    }


def _add(tx: Transaction, organization_id: UUID, version_key: int, by: Author, kind: str) -> int:
    key: int = tx.scalar(
        insert(_sets)
        .values(_values(tx, organization_id, version_key, by, kind))
        .returning(_sets.c.change_set_key)
    )
    return key


def _add_once(
    tx: Transaction, organization_id: UUID, version_key: int, by: Author, kind: str
) -> None:
    statement = upsert(tx, _sets).values(_values(tx, organization_id, version_key, by, kind))
    tx.execute(statement.on_conflict_do_nothing())


def last_since(read: Read, version_key: int, at: int, *, except_job: UUID) -> int | None:
    """When a version was last changed after `at` by anybody but the runs of that job."""
    own = select(schema.run.c.run_id).where(schema.run.c.job_id == except_job)
    query = select(func.max(_sets.c.created_at)).where(
        _sets.c.version_key == version_key,
        _sets.c.created_at > at,
        or_(_sets.c.run_id.is_(None), _sets.c.run_id.not_in(own)),
    )
    found: int | None = read.scalar(query)
    return found


def hand_to_run(tx: Transaction, version_key: int, run_id: UUID) -> None:
    """Make the creation of a version the work of the run that was launched to fill it."""
    tx.execute(
        update(_sets)
        .where(_sets.c.version_key == version_key, _sets.c.kind == CREATED)
        .values(run_id=run_id)
    )


def record(tx: Transaction, change_set: ChangeSet, changes: Iterable[AssetChange]) -> None:
    """Write what happened to assets. A change set keeps an asset's first before and last after."""
    steps = list(changes)
    assetblocks.touch(tx, change_set.version_key, (step.asset_key for step in steps))
    if change_set.creates:
        return
    key = change_set.change_set_key
    bulk.insert(
        tx,
        _COLUMNS,
        [
            (
                key,
                change.asset_key,
                change.data_key,
                change.existed_before,
                change.exists_after,
                change.document_before,
                change.document_after,
            )
            for change in steps
        ],
        "ON CONFLICT (change_set_key, asset_key) DO UPDATE SET "
        "exists_after = excluded.exists_after, document_after = excluded.document_after",
    )


def touch(tx: Transaction, change_set: ChangeSet) -> None:
    """Tell what is counted of the version (`assetblocks`) of changes that were recorded past `record`."""
    assetblocks.touch_changed(
        tx, change_set.version_key, change_set.change_set_key, creates=change_set.creates
    )


def record_removal(
    tx: Transaction, change_set: ChangeSet, *conditions: ColumnElement[bool]
) -> None:
    """Write that the assets of these conditions are about to go, with all that brings them back."""
    assetblocks.touch_where(tx, *conditions)
    if change_set.creates:
        return
    key = literal(change_set.change_set_key)
    gone = select(
        key,
        _assets.c.asset_key,
        _assets.c.data_key,
        true(),
        false(),
        _assets.c.document_key,
        null(),
        _assets.c.next_annotation,
        _assets.c.next_shape,
        _assets.c.created_at,
    ).where(*conditions)
    statement = upsert(tx, _changes).from_select([column.name for column in _changes.c], gone)
    new = statement.excluded
    last = ("exists_after", "document_after", "next_annotation", "next_shape", "asset_created_at")
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=list(_changes.primary_key), set_={name: new[name] for name in last}
        )
    )
    keys = select(_assets.c.asset_key).where(*conditions)
    tagged = select(_asset_tags.c.asset_key, _asset_tags.c.tag_id)
    record_tags(tx, change_set, tagged.where(_asset_tags.c.asset_key.in_(keys)), is_on=False)


def record_tags(
    tx: Transaction, change_set: ChangeSet, rows: Select[tuple[int, UUID]], *, is_on: bool
) -> None:
    """Write that these (asset key, tag id), where it is otherwise now, are about to be tagged or not."""
    if change_set.creates:
        return
    names = ("asset_key", "tag_id", "was_on", "is_on", "change_set_key")
    values = rows.add_columns(
        literal(not is_on), literal(is_on), literal(change_set.change_set_key)
    )
    statement = upsert(tx, _tag_changes).from_select(names, values)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=list(_tag_changes.primary_key), set_={"is_on": statement.excluded.is_on}
        )
    )


def record_labels(
    tx: Transaction, change_set: ChangeSet, before: int | None, after: int | None
) -> None:
    """Write that the label list moved; the first before stays."""
    row = tx.first(
        select(_sets.c.labels_before, _sets.c.labels_after).where(
            _sets.c.change_set_key == change_set.change_set_key
        )
    )
    first = row is not None and row.labels_after is None and row.labels_before is None
    values = {"labels_after": after} | ({"labels_before": before} if first else {})
    tx.execute(
        update(_sets).where(_sets.c.change_set_key == change_set.change_set_key).values(values)
    )


def record_fields(
    tx: Transaction, change_set: ChangeSet, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Write that fields of the version's row changed; the first before of each stays."""
    this = _sets.c.change_set_key == change_set.change_set_key
    row = tx.first(select(_sets.c.fields_before, _sets.c.fields_after).where(this))
    assert row is not None
    values = {
        "fields_before": {**before, **(row.fields_before or {})},
        "fields_after": {**(row.fields_after or {}), **after},
    }
    tx.execute(update(_sets).where(this).values(values))


def announce(
    tx: Transaction, organization_id: UUID, version_id: UUID, by: Author, **facts: Any
) -> None:
    """Record the event that pages listen to; once per transaction and version."""
    told = any(
        event.kind == "dataset_version_changed" and event.facts["version_id"] == str(version_id)
        for event in tx.events
    )
    if not told:
        tx.record(
            Event(
                organization_id,
                "dataset_version_changed",
                run_id=by.run_id,
                user_id=by.user_id,
                facts={"version_id": str(version_id), **facts},
            )
        )
