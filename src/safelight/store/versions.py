"""Dataset versions: their row, their lock, their place in a dataset. Content is in `assets`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, insert, select, update

from safelight.domain.datasets import InferenceType
from safelight.errors import Locked, NameTaken, NotFound
from safelight.ids import uuid7
from safelight.store import changes, schema
from safelight.store.changes import Author
from safelight.store.db import Read, Transaction

_versions, _datasets = schema.dataset_version, schema.dataset
_locker = schema.user.alias("locker")
_creator = schema.user.alias("creator")


@dataclass(frozen=True, slots=True)
class Person:
    user_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Lock:
    by: Person
    at: int


@dataclass(frozen=True, slots=True)
class Version:
    version_key: int
    version_id: UUID
    dataset_id: UUID
    dataset_name: str
    organization_id: UUID
    name: str
    description: str
    type: InferenceType
    labels_key: int | None
    asset_count: int
    lock: Lock | None
    forked_from: UUID | None
    created_by: Person | None
    created_at: int
    removed_at: int | None = None

    @property
    def path(self) -> str:
        """Its place in the page, without the organization."""
        return f"/dataset/{self.dataset_id}/version/{self.version_id}"


def _select(*, also_removed: bool = False) -> Select[Any]:
    statement = (
        select(
            _versions,
            _datasets.c.name.label("dataset_name"),
            _locker.c.name.label("locker_name"),
            _creator.c.name.label("creator_name"),
        )
        .join(_datasets, _datasets.c.dataset_id == _versions.c.dataset_id)
        .outerjoin(_locker, _locker.c.user_id == _versions.c.locked_by)
        .outerjoin(_creator, _creator.c.user_id == _versions.c.created_by)
    )
    return statement if also_removed else statement.where(_versions.c.removed_at.is_(None))


def _version(row: Row[Any]) -> Version:
    lock = row.locked_by and Lock(Person(row.locked_by, row.locker_name), row.locked_at)
    creator = row.created_by and Person(row.created_by, row.creator_name)
    return Version(
        row.version_key,
        row.version_id,
        row.dataset_id,
        row.dataset_name,
        row.organization_id,
        row.name,
        row.description,
        InferenceType(row.type),
        row.labels_key,
        row.asset_count,
        lock,
        row.forked_from,
        creator,
        row.created_at,
        row.removed_at,
    )


def get(read: Read, organization_id: UUID, version_id: UUID) -> Version:
    """Raises NotFound."""
    return _one(
        read, organization_id, _select().where(_versions.c.version_id == version_id), version_id
    )


def by_key(read: Read, organization_id: UUID, version_key: int) -> Version:
    """Raises NotFound."""
    return _one(
        read, organization_id, _select().where(_versions.c.version_key == version_key), None
    )


def ever(
    read: Read, organization_id: UUID, *, key: int | None = None, version_id: UUID | None = None
) -> Version:
    """A version by key or id, also one that was removed. Raises NotFound."""
    this = _versions.c.version_id == version_id if key is None else _versions.c.version_key == key
    return _one(read, organization_id, _select(also_removed=True).where(this), version_id)


def ever_named(
    read: Read, organization_id: UUID, version_ids: Collection[UUID]
) -> dict[UUID, Version]:
    """Those of these versions that there are or were, by id."""
    rows = read.all(
        _select(also_removed=True).where(
            _versions.c.organization_id == organization_id, _versions.c.version_id.in_(version_ids)
        )
    )
    return {row.version_id: _version(row) for row in rows}


def _one(
    read: Read, organization_id: UUID, statement: Select[Any], version_id: UUID | None
) -> Version:
    row = read.first(statement.where(_versions.c.organization_id == organization_id))
    if row is None:
        raise NotFound("There is no such dataset version.", version_id=version_id)
    return _version(row)


def find(read: Read, organization_id: UUID, dataset_id: UUID, name: str) -> Version | None:
    row = read.first(
        _select().where(
            _versions.c.organization_id == organization_id,
            _versions.c.dataset_id == dataset_id,
            _versions.c.name == name,
        )
    )
    return None if row is None else _version(row)


def using(read: Read, data_keys: Sequence[int], *, limit: int) -> list[Version]:
    """Versions that some of these data are in, oldest first."""
    inside = select(schema.asset.c.version_key).where(schema.asset.c.data_key.in_(data_keys))
    statement = _select().where(_versions.c.version_key.in_(inside))
    rows = read.all(statement.order_by(_versions.c.version_key).limit(limit))
    return [_version(row) for row in rows]


def search(read: Read, organization_id: UUID, text: str, *, limit: int) -> list[Version]:
    """Versions of an organization with a text in DATASET/VERSION, in any case, newest first."""
    path = _datasets.c.name + "/" + _versions.c.name
    statement = _select().where(
        _versions.c.organization_id == organization_id,
        func.lower(path).contains(text.lower(), autoescape=True),
    )
    rows = read.all(statement.order_by(_versions.c.version_key.desc()).limit(limit))
    return [_version(row) for row in rows]


def of_dataset(read: Read, dataset_id: UUID) -> list[Version]:
    """All versions of a dataset, newest first."""
    return [
        _version(row)
        for row in read.all(
            _select()
            .where(_versions.c.dataset_id == dataset_id)
            .order_by(_versions.c.version_key.desc())
        )
    ]


def latest_of(read: Read, dataset_ids: list[UUID]) -> dict[UUID, Version]:
    """The newest version of each dataset that has one."""
    newest = (
        select(func.max(_versions.c.version_key))
        .where(_versions.c.dataset_id.in_(dataset_ids), _versions.c.removed_at.is_(None))
        .group_by(_versions.c.dataset_id)
    )
    rows = read.all(_select().where(_versions.c.version_key.in_(newest)))
    return {row.dataset_id: _version(row) for row in rows}


def add(
    tx: Transaction,
    organization_id: UUID,
    dataset_id: UUID,
    name: str,
    *,
    by: Author,
    type: InferenceType = InferenceType.NOT_CONFIGURED,
    description: str = "",
    labels_key: int | None = None,
    forked_from: UUID | None = None,
) -> Version:
    """A new, empty version; its creation is the first change of its author. Raises NameTaken."""
    _check_free(tx, organization_id, dataset_id, name)
    version_id = uuid7()
    key = tx.scalar(
        insert(_versions)
        .values(
            version_id=version_id,
            dataset_id=dataset_id,
            organization_id=organization_id,
            name=name,
            description=description,
            type=type,
            labels_key=labels_key,
            forked_from=forked_from,
            created_by=by.user_id,
            created_at=tx.now,
        )
        .returning(_versions.c.version_key)
    )
    changes.open_set(tx, organization_id, key, by, changes.CREATED)
    changes.announce(tx, organization_id, version_id, by, dataset_id=str(dataset_id))
    return get(tx, organization_id, version_id)


def _check_free(read: Read, organization_id: UUID, dataset_id: UUID, name: str) -> None:
    if find(read, organization_id, dataset_id, name) is not None:
        raise NameTaken(f"The dataset has a version {name!r} already.", name=name)


def open_to_write(
    tx: Transaction, organization_id: UUID, version_id: UUID, *, alone: bool = False
) -> Version:
    """The version, which stays unlocked and in place until this transaction ends.

    Editors of single assets come together; `alone`: the version's own row (labels, number of
    assets, name) is going to change, so nobody else may hold it. SQLite has one writer anyway.
    Raises NotFound, Locked.
    """
    _hold(tx, _versions.c.version_id == version_id, alone=alone)
    version = get(tx, organization_id, version_id)
    check_unlocked(version)
    return version


def open_key_to_write(
    tx: Transaction, organization_id: UUID, version_key: int, *, alone: bool = False
) -> Version:
    """The same by key."""
    _hold(tx, _versions.c.version_key == version_key, alone=alone)
    version = by_key(tx, organization_id, version_key)
    check_unlocked(version)
    return version


def open_ever_to_write(tx: Transaction, organization_id: UUID, version_key: int) -> Version:
    """The same of a version that may have been removed; alone."""
    _hold(tx, _versions.c.version_key == version_key, alone=True)
    version = ever(tx, organization_id, key=version_key)
    check_unlocked(version)
    return version


def _hold(tx: Transaction, condition: Any, *, alone: bool) -> None:
    # Order of locks, everywhere: version, then its assets in key order, then the organization.
    if tx.dialect != "sqlite":
        tx.execute(select(_versions.c.version_key).where(condition).with_for_update(read=not alone))


def check_unlocked(version: Version) -> None:
    """Raises Locked, saying by whom and since when."""
    if version.lock is not None:
        at = datetime.fromtimestamp(version.lock.at / 1e6, UTC)
        raise Locked(
            f"Version {version.dataset_name}/{version.name} was locked by {version.lock.by.name} "
            f"on {at:%Y-%m-%d at %H:%M} UTC.",
            version_id=version.version_id,
            locked_by=version.lock.by.name,
            locked_at=version.lock.at,
        )


def lock(tx: Transaction, organization_id: UUID, version_id: UUID, user_id: UUID) -> Version:
    """Refuse every write from now on. Locking what is locked changes nothing. Raises NotFound."""
    _hold(tx, _versions.c.version_id == version_id, alone=True)
    version = get(tx, organization_id, version_id)
    if version.lock is None:
        _set(tx, version, locked_by=user_id, locked_at=tx.now)
        _announce(tx, version, Author(user_id))
    return get(tx, organization_id, version_id)


def unlock(tx: Transaction, organization_id: UUID, version_id: UUID, user_id: UUID) -> Version:
    """Allow writes again. Raises NotFound."""
    version = get(tx, organization_id, version_id)
    if version.lock is not None:
        _set(tx, version, locked_by=None, locked_at=None)
        _announce(tx, version, Author(user_id))
    return get(tx, organization_id, version_id)


def change(
    tx: Transaction,
    version: Version,
    *,
    by: Author,
    name: str | None = None,
    description: str | None = None,
    type: InferenceType | None = None,
) -> Version:
    """Rename, describe, set the type. `version` must be open to write alone. Raises NameTaken."""
    if name is not None and name != version.name:
        _check_free(tx, version.organization_id, version.dataset_id, name)
    given = {"name": name, "description": description, "type": type}
    values = {
        key: value
        for key, value in given.items()
        if value is not None and value != getattr(version, key)
    }
    if values:
        _record(tx, version, by, changes.FIELDS, values)
        _set(tx, version, **values)
        _announce(tx, version, by)
    return get(tx, version.organization_id, version.version_id)


def point_to_labels(tx: Transaction, version: Version, labels_key: int | None) -> None:
    """Move the pointer to the label list. `version` must be open to write alone."""
    _set(tx, version, labels_key=labels_key)


def fork_of(tx: Transaction, version: Version, source: Version) -> Version:
    """Note what it is forked from."""
    _set(tx, version, forked_from=source.version_id)
    return replace(version, forked_from=source.version_id)


def count_assets(tx: Transaction, version: Version, more: int) -> None:
    """Correct the number of assets by `more` or less. `version` must be open to write alone."""
    _set(tx, version, asset_count=_versions.c.asset_count + more)


def remove(tx: Transaction, version: Version, *, by: Author) -> None:
    """Make it disappear for everybody at once. What it held stays, so that this can be undone.

    `version` must be open to write alone.
    """
    _record(tx, version, by, changes.REMOVED, {"exists": False})
    _set(tx, version, removed_at=tx.now)
    _announce(tx, version, by, removed=True)


def put_back(tx: Transaction, version: Version, fields: dict[str, Any]) -> None:
    """Set `name`, `description`, `type` or `exists` as they were; the caller records it.

    `version` must be open to write alone, and the name free.
    """
    values = {key: value for key, value in fields.items() if key != "exists"}
    if "exists" in fields:
        values["removed_at"] = None if fields["exists"] else tx.now
    _set(tx, version, **values)


def _record(
    tx: Transaction, version: Version, by: Author, kind: str, values: dict[str, Any]
) -> None:
    change_set = changes.open_set(tx, version.organization_id, version.version_key, by, kind)
    before = {key: key == "exists" or getattr(version, key) for key in values}
    changes.record_fields(tx, change_set, before, values)


def _set(tx: Transaction, version: Version, **values: Any) -> None:
    tx.execute(
        update(_versions).where(_versions.c.version_key == version.version_key).values(values)
    )


def _announce(tx: Transaction, version: Version, by: Author, **facts: Any) -> None:
    changes.announce(
        tx,
        version.organization_id,
        version.version_id,
        by,
        dataset_id=str(version.dataset_id),
        **facts,
    )
