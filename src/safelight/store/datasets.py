"""Datasets: named things that have versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, insert, select, update

from safelight.errors import NameTaken, NotFound
from safelight.ids import uuid7
from safelight.store import schema
from safelight.store.changes import Author
from safelight.store.db import Read, Transaction

_datasets, _versions = schema.dataset, schema.dataset_version


@dataclass(frozen=True, slots=True)
class Dataset:
    dataset_id: UUID
    organization_id: UUID
    name: str
    description: str
    created_by: UUID | None
    created_at: int


_COLUMNS = (
    _datasets.c.dataset_id,
    _datasets.c.organization_id,
    _datasets.c.name,
    _datasets.c.description,
    _datasets.c.created_by,
    _datasets.c.created_at,
)


def _living(organization_id: UUID) -> Select[Any]:
    return select(*_COLUMNS).where(
        _datasets.c.organization_id == organization_id, _datasets.c.removed_at.is_(None)
    )


def _dataset(row: Row[Any]) -> Dataset:
    return Dataset(
        row.dataset_id,
        row.organization_id,
        row.name,
        row.description,
        row.created_by,
        row.created_at,
    )


def get(read: Read, organization_id: UUID, dataset_id: UUID) -> Dataset:
    """Raises NotFound."""
    row = read.first(_living(organization_id).where(_datasets.c.dataset_id == dataset_id))
    if row is None:
        raise NotFound("There is no such dataset.", dataset_id=dataset_id)
    return _dataset(row)


def find(read: Read, organization_id: UUID, name: str) -> Dataset | None:
    row = read.first(_living(organization_id).where(_datasets.c.name == name))
    return None if row is None else _dataset(row)


def page(
    read: Read,
    organization_id: UUID,
    *,
    name: str | None = None,
    before: UUID | None = None,
    limit: int | None = None,
) -> list[Dataset]:
    """Newest first; `before` is the last id of the page before."""
    statement = _living(organization_id).order_by(_datasets.c.dataset_id.desc()).limit(limit)
    if name is not None:
        statement = statement.where(_datasets.c.name == name)
    if before is not None:
        statement = statement.where(_datasets.c.dataset_id < before)
    return [_dataset(row) for row in read.all(statement)]


def version_counts(read: Read, dataset_ids: list[UUID]) -> dict[UUID, int]:
    """How many versions each dataset has; datasets without any are left out."""
    rows = read.all(
        select(_versions.c.dataset_id, func.count().label("versions"))
        .where(_versions.c.dataset_id.in_(dataset_ids), _versions.c.removed_at.is_(None))
        .group_by(_versions.c.dataset_id)
    )
    return {row.dataset_id: row.versions for row in rows}


def add(
    tx: Transaction, organization_id: UUID, name: str, *, description: str = "", by: Author
) -> Dataset:
    """Raises NameTaken."""
    _check_free(tx, organization_id, name)
    dataset = Dataset(uuid7(), organization_id, name, description, by.user_id, tx.now)
    tx.execute(
        insert(_datasets).values(
            dataset_id=dataset.dataset_id,
            organization_id=organization_id,
            name=name,
            description=description,
            created_by=by.user_id,
            created_at=tx.now,
        )
    )
    return dataset


def change(
    tx: Transaction, dataset: Dataset, *, name: str | None = None, description: str | None = None
) -> Dataset:
    """Rename or describe. Raises NameTaken."""
    if name is not None and name != dataset.name:
        _check_free(tx, dataset.organization_id, name)
    tx.execute(
        update(_datasets)
        .where(_datasets.c.dataset_id == dataset.dataset_id)
        .values(
            name=dataset.name if name is None else name,
            description=dataset.description if description is None else description,
        )
    )
    return get(tx, dataset.organization_id, dataset.dataset_id)


def _check_free(read: Read, organization_id: UUID, name: str) -> None:
    if find(read, organization_id, name) is not None:
        raise NameTaken(f"There is a dataset {name!r} already.", name=name)


def is_there(read: Read, dataset_id: UUID) -> bool:
    """It was not removed."""
    removed_at = select(_datasets.c.removed_at).where(_datasets.c.dataset_id == dataset_id)
    return read.scalar(removed_at) is None


def remove(tx: Transaction, dataset: Dataset) -> None:
    """Make it disappear. Its versions must be gone or removed with it."""
    tx.execute(
        update(_datasets)
        .where(_datasets.c.dataset_id == dataset.dataset_id)
        .values(removed_at=tx.now)
    )
