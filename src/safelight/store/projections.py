"""Projections: other files that are looked at beside a picture, such as another view of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, insert, select

from safelight.errors import NotFound
from safelight.ids import uuid7
from safelight.store import schema
from safelight.store.data import Data
from safelight.store.db import Read, Transaction

_projections, _data, _datalakes = schema.data_projection, schema.data, schema.datalake
AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class NewProjection:
    """A file under a stored object name. `infos`: what its maker says of it."""

    object_name: str
    name: str
    filename: str
    content_type: str
    size: int
    width: int | None = None
    height: int | None = None
    infos: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Projection:
    projection_id: UUID
    data_key: int
    file: NewProjection
    created_at: int


def _projection(row: Row[Any]) -> Projection:
    file = NewProjection(
        row.object_name,
        row.name,
        row.filename,
        row.content_type,
        row.size,
        row.width,
        row.height,
        row.infos,
    )
    return Projection(row.projection_id, row.data_key, file, row.created_at)


def _select() -> Select[Any]:
    return select(_projections)


def get(read: Read, organization_id: UUID, projection_id: UUID) -> Projection:
    """Raises NotFound."""
    row = read.first(
        _select()
        .join(_data, _data.c.data_key == _projections.c.data_key)
        .join(_datalakes, _datalakes.c.datalake_id == _data.c.datalake_id)
        .where(
            _projections.c.projection_id == projection_id,
            _datalakes.c.organization_id == organization_id,
        )
    )
    if row is None:
        raise NotFound("There is no such projection.", projection_id=projection_id)
    return _projection(row)


def by_object(read: Read, object_name: str) -> Projection | None:
    row = read.first(_select().where(_projections.c.object_name == object_name))
    return None if row is None else _projection(row)


def of_data(read: Read, data_key: int) -> list[Projection]:
    """In the order of their making."""
    mine = _select().where(_projections.c.data_key == data_key)
    return [_projection(row) for row in read.all(mine.order_by(_projections.c.projection_id))]


def object_names(read: Read, data_keys: Sequence[int]) -> list[str]:
    """The objects of all projections of these data."""
    found: list[str] = []
    for at in range(0, len(data_keys), AT_ONCE):
        some = _projections.c.data_key.in_(data_keys[at : at + AT_ONCE])
        rows = read.all(select(_projections.c.object_name).where(some))
        found += [row.object_name for row in rows]
    return found


def add(tx: Transaction, data: Data, new: NewProjection, created_by: UUID | None) -> Projection:
    """Raises Conflict if the object is a projection already."""
    projection_id = uuid7()
    tx.execute(
        insert(_projections).values(
            projection_id=projection_id,
            data_key=data.data_key,
            object_name=new.object_name,
            name=new.name,
            filename=new.filename,
            content_type=new.content_type,
            size=new.size,
            width=new.width,
            height=new.height,
            infos=new.infos,
            created_by=created_by,
            created_at=tx.now,
        )
    )
    return Projection(projection_id, data.data_key, new, tx.now)


def remove(tx: Transaction, projection: Projection) -> None:
    """Delete its row; the caller removes the object after the commit."""
    mine = _projections.c.projection_id == projection.projection_id
    tx.execute(delete(_projections).where(mine))
