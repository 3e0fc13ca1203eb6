"""Change sets as they are read: of a version, of a run, newest first. Counting them is in `numbers`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Text, exists, or_, select, type_coerce

from safelight.errors import NotFound
from safelight.store import schema
from safelight.store.changes import CREATED
from safelight.store.db import Read

_sets, _runs, _jobs, _users = schema.change_set, schema.run, schema.job, schema.user


@dataclass(frozen=True, slots=True)
class JobFact:
    """The job whose run did it."""

    job_id: UUID
    run_id: UUID
    number: int
    name: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One change set. `undone_by`: the set of the undo that holds now."""

    change_set_key: int
    organization_id: UUID
    version_key: int
    kind: str
    at: int
    user_id: UUID | None
    user_name: str | None
    job: JobFact | None
    labels_before: int | None
    labels_after: int | None
    fields_before: dict[str, Any]
    fields_after: dict[str, Any]
    undoes: int | None
    undone_by: int | None
    numbers: dict[str, Any] | None

    @property
    def moved_labels(self) -> bool:
        return self.labels_before != self.labels_after

    @property
    def brought_version(self) -> bool:
        """The version came into being, or came back, so an undo takes it away as it is."""
        return self.fields_before.get("exists") is False

    @property
    def is_made_by_job(self) -> bool:
        """A run made the version and filled it, without a record of single pictures."""
        return self.kind == CREATED and self.job is not None

    @property
    def is_over(self) -> bool:
        """Nothing more will be written into it by the run that it is of."""
        return self.job is None or self.job.is_over


def _select() -> Select[Any]:
    return (
        select(
            _sets,
            _users.c.name.label("user_name"),
            _runs.c.number.label("run_number"),
            _runs.c.finished_at.label("run_finished_at"),
            _jobs.c.job_id,
            _jobs.c.name.label("job_name"),
        )
        .outerjoin(_users, _users.c.user_id == _sets.c.user_id)
        .outerjoin(_runs, _runs.c.run_id == _sets.c.run_id)
        .outerjoin(_jobs, _jobs.c.job_id == _runs.c.job_id)
    )


def _entry(row: Row[Any]) -> Entry:
    job = None
    if row.run_id is not None:
        is_over = row.run_finished_at is not None
        job = JobFact(row.job_id, row.run_id, row.run_number, row.job_name, is_over)
    return Entry(
        row.change_set_key,
        row.organization_id,
        row.version_key,
        row.kind,
        row.created_at,
        row.user_id,
        row.user_name,
        job,
        row.labels_before,
        row.labels_after,
        row.fields_before or {},
        row.fields_after or {},
        row.undoes,
        row.undone_by,
        row.numbers,
    )


def get(read: Read, organization_id: UUID, change_set_key: int) -> Entry:
    """Raises NotFound."""
    row = read.first(
        _select().where(
            _sets.c.change_set_key == change_set_key, _sets.c.organization_id == organization_id
        )
    )
    if row is None:
        raise NotFound("There is no such change.")
    return _entry(row)


def of_run(read: Read, run_id: UUID) -> list[Entry]:
    """What a run changed: one set for each version, in the order of versions."""
    return [
        _entry(row)
        for row in read.all(
            _select()
            .where(_sets.c.run_id == run_id)
            .order_by(_sets.c.version_key, _sets.c.change_set_key)
        )
    ]


def of_version(
    read: Read, version_key: int, *, before: int | None = None, limit: int = 50
) -> list[Entry]:
    """Newest first. `before`: the last key of the page before."""
    statement = _select().where(_sets.c.version_key == version_key)
    if before is not None:
        statement = statement.where(_sets.c.change_set_key < before)
    rows = read.all(statement.order_by(_sets.c.change_set_key.desc()).limit(limit))
    return [_entry(row) for row in rows]


def of_asset(read: Read, version_key: int, asset_key: int, *, limit: int = 50) -> list[Entry]:
    """What changed one picture of a version or its tags, newest first."""
    # Looked up set by set, of which a version has few: pictures have no index into their changes.
    touched = [
        exists().where(
            table.c.change_set_key == _sets.c.change_set_key, table.c.asset_key == asset_key
        )
        for table in (schema.asset_change, schema.asset_tag_change)
    ]
    statement = _select().where(_sets.c.version_key == version_key, or_(*touched))
    rows = read.all(statement.order_by(_sets.c.change_set_key.desc()).limit(limit))
    return [_entry(row) for row in rows]


def removals(read: Read, dataset_id: UUID) -> list[Entry]:
    """What removed the versions of a dataset that are gone now, newest first; one of each."""
    versions = schema.dataset_version
    rows = read.all(
        _select()
        .join(versions, versions.c.version_key == _sets.c.version_key)
        .where(
            versions.c.dataset_id == dataset_id,
            versions.c.removed_at.is_not(None),
            type_coerce(_sets.c.fields_after, Text).contains('"exists":false'),
            _sets.c.undone_by.is_(None),
        )
        .order_by(_sets.c.change_set_key.desc())
    )
    newest: dict[int, Entry] = {}
    for row in rows:
        newest.setdefault(row.version_key, _entry(row))
    return list(newest.values())


def standing_after(read: Read, entry: Entry, *, limit: int) -> list[Entry]:
    """The later changes of the same version by others that nobody has undone, oldest first."""
    statement = _select().where(
        _sets.c.version_key == entry.version_key,
        _sets.c.change_set_key > entry.change_set_key,
        _sets.c.undone_by.is_(None),
        _sets.c.undoes.is_(None),
    )
    rows = read.all(statement.order_by(_sets.c.change_set_key).limit(limit))
    return [_entry(row) for row in rows]


def last_with(read: Read, entry: Entry, *conditions: Any) -> Entry | None:
    """The newest other set of the same version that meets conditions on `schema.change_set`."""
    row = read.first(
        _select()
        .where(
            _sets.c.version_key == entry.version_key,
            _sets.c.change_set_key != entry.change_set_key,
            *conditions,
        )
        .order_by(_sets.c.change_set_key.desc())
        .limit(1)
    )
    return None if row is None else _entry(row)
