"""Projects: frames around experiments."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select

from safelight.errors import NameTaken, NotFound
from safelight.ids import uuid7
from safelight.store import schema
from safelight.store.db import Read, Transaction

_projects = schema.project


@dataclass(frozen=True, slots=True)
class Project:
    project_id: UUID
    organization_id: UUID
    name: str
    description: str
    created_at: int


def add(
    tx: Transaction,
    organization_id: UUID,
    name: str,
    *,
    description: str = "",
    created_by: UUID | None = None,
) -> Project:
    """Raises NameTaken."""
    if find(tx, organization_id, name) is not None:
        raise NameTaken(f"A project named {name!r} exists already.", name=name)
    project = Project(uuid7(), organization_id, name, description, tx.now)
    tx.execute(insert(_projects).values(created_by=created_by, **asdict(project)))
    return project


def get(read: Read, organization_id: UUID, project_id: UUID) -> Project:
    """Raises NotFound."""
    row = read.first(
        select(_projects).where(
            _projects.c.project_id == project_id, _projects.c.organization_id == organization_id
        )
    )
    if row is None:
        raise NotFound("There is no such project.", project_id=project_id)
    return _project(row)


def find(read: Read, organization_id: UUID, name: str) -> Project | None:
    row = read.first(
        select(_projects).where(
            _projects.c.organization_id == organization_id, _projects.c.name == name
        )
    )
    return None if row is None else _project(row)


def of_organization(read: Read, organization_id: UUID) -> list[tuple[Project, int]]:
    """All projects, newest first, each with its number of experiments."""
    counted = (
        select(func.count())
        .select_from(schema.experiment)
        .where(schema.experiment.c.project_id == _projects.c.project_id)
        .scalar_subquery()
    )
    rows = read.all(
        select(_projects, counted.label("experiments"))
        .where(_projects.c.organization_id == organization_id)
        .order_by(_projects.c.project_id.desc())
    )
    return [(_project(row), row.experiments) for row in rows]


def _project(row: Row[Any]) -> Project:
    return Project(row.project_id, row.organization_id, row.name, row.description, row.created_at)
