"""What jobs are about, by name: dataset versions, datalakes, model versions, experiments."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Subquery, func, literal, or_, select, union_all

from safelight.domain.jobs import TargetType
from safelight.store import schema
from safelight.store.db import Read

_MOST = 100  # objects of one name that a filter takes together


class Named(NamedTuple):
    """An object as jobs name it: `dataset/version`, `model/version`, `project/experiment`, `datalake`."""

    type: str
    id: UUID
    name: str


def find_ids(read: Read, organization_id: UUID, name: str) -> tuple[UUID, ...]:
    """The ids of what is named so, or of all that belongs to a dataset, model or project of that name."""
    every = _every(organization_id)
    fits = or_(every.c.name == name, every.c.parent == name)
    return tuple(row.id for row in read.all(select(every.c.id).where(fits).limit(_MOST)))


def named(read: Read, organization_id: UUID, text: str, limit: int) -> list[Named]:
    """Objects with `text` in their name, by name."""
    every = _every(organization_id)
    fits = func.lower(every.c.name).contains(text.lower(), autoescape=True)
    query = select(every.c.type, every.c.id, every.c.name).where(fits)
    return [
        Named(row.type, row.id, row.name)
        for row in read.all(query.order_by(every.c.name).limit(limit))
    ]


def _every(organization_id: UUID) -> Subquery:
    parts = (
        (TargetType.DATASET_VERSION, schema.dataset_version, schema.dataset, "version_id"),
        (TargetType.MODEL_VERSION, schema.model_version, schema.model, "model_version_id"),
        (TargetType.EXPERIMENT, schema.experiment, schema.project, "experiment_id"),
    )
    found = [
        select(
            literal(type.value).label("type"),
            part.c[key].label("id"),
            (whole.c.name + "/" + part.c.name).label("name"),
            whole.c.name.label("parent"),
        )
        .join_from(part, whole)
        .where(whole.c.organization_id == organization_id)
        for type, part, whole, key in parts
    ]
    lakes = schema.datalake
    lake = select(
        literal(TargetType.DATALAKE.value), lakes.c.datalake_id, lakes.c.name, literal("")
    ).where(lakes.c.organization_id == organization_id)
    return union_all(*found, lake).subquery()
