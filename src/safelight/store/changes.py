"""Change sets: which run or user changed what of a dataset version, from what to what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Table, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from safelight.store import bulk, schema
from safelight.store.db import Event, Read, Transaction

CREATED = (
    "version_created"  # its undo removes the version, so what else its author did needs no record
)
ANNOTATIONS = "annotations"
ASSETS = "assets"
LABELS = "labels"
RUN = "run"  # everything that one run did to a version that it did not create

_sets, _changes = schema.change_set, schema.asset_change
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
    tx: Transaction, organization_id: UUID, version_key: int, by: Author, kind: str
) -> ChangeSet:
    """The change set to write into: a run's one per version, or a new one for a user's edit."""
    if by.run_id is None:
        return ChangeSet(_add(tx, organization_id, version_key, by, kind), creates=kind == CREATED)
    kind = CREATED if kind == CREATED else RUN
    existing = _of_run(tx, version_key, by.run_id)
    if existing is None:
        # Threads of the same run may come here together: the unique index keeps one set.
        _add_once(tx, organization_id, version_key, by, kind)
        existing = _of_run(tx, version_key, by.run_id)
    assert existing is not None
    return existing


def _of_run(tx: Transaction, version_key: int, run_id: UUID) -> ChangeSet | None:
    rows = tx.all(
        select(_sets.c.change_set_key, _sets.c.kind)
        .where(_sets.c.run_id == run_id, _sets.c.version_key == version_key)
        .order_by(_sets.c.change_set_key)
    )
    return ChangeSet(rows[0].change_set_key, rows[0].kind == CREATED) if rows else None


def _values(
    tx: Transaction, organization_id: UUID, version_key: int, by: Author, kind: str
) -> dict[str, Any]:
    return {
        "organization_id": organization_id,
        "version_key": version_key,
        "run_id": by.run_id,
        "user_id": by.user_id,
        "kind": kind,
        "created_at": tx.now,
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
            for change in changes
        ],
        "ON CONFLICT (change_set_key, asset_key) DO UPDATE SET "
        "exists_after = excluded.exists_after, document_after = excluded.document_after",
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


def upsert(tx: Transaction, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that can say ON CONFLICT, in the words of the database in use."""
    return sqlite.insert(table) if tx.dialect == "sqlite" else postgresql.insert(table)
