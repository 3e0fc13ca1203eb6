"""Saved views: whose they are, and who sees them. What their queries mean is nothing of this module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, insert, select, update

from safelight.domain.views import Density, JobColumn, ListKind, ViewContent
from safelight.errors import Conflict, NameTaken, NotFound
from safelight.ids import uuid7
from safelight.store.db import Read, Transaction
from safelight.store.schema import membership, saved_view, user

MOST_OF_ONE = 200


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view. `owner_id` None: the account of its owner is gone. `is_owner_here`: who made it is a member
    of the organization still.
    """

    view_id: UUID
    organization_id: UUID
    kind: ListKind
    content: ViewContent
    owner_id: UUID | None
    owner_name: str | None
    is_owner_here: bool
    created_at: int
    updated_at: int


def add(tx: Transaction, organization_id: UUID, owner_id: UUID, content: ViewContent) -> SavedView:
    """Raises NameTaken if the owner has a view of that name; Conflict for one more than MOST_OF_ONE.

    Of two calls at once the schema refuses the second by name; both may pass the limit, which is only to
    keep the list of views readable.
    """
    _check_free(tx, organization_id, owner_id, content.name)
    if _count(tx, organization_id, owner_id) >= MOST_OF_ONE:
        raise Conflict(f"Nobody has more than {MOST_OF_ONE} views: delete one first.")
    view_id = uuid7()
    tx.execute(
        insert(saved_view).values(
            view_id=view_id,
            organization_id=organization_id,
            kind=ListKind.JOBS,
            owner_id=owner_id,
            created_at=tx.now,
            updated_at=tx.now,
            **_values(content),
        )
    )
    return get(tx, organization_id, view_id, owner_id)


def get(read: Read, organization_id: UUID, view_id: UUID, user_id: UUID) -> SavedView:
    """A view that this user sees. Raises NotFound."""
    row = read.first(_seen_by(organization_id, user_id).where(saved_view.c.view_id == view_id))
    if row is None:
        raise NotFound("No such view.")
    return _view(row)


def of_user(read: Read, organization_id: UUID, user_id: UUID) -> list[SavedView]:
    """All that this user sees, the own and the shared ones, by name."""
    query = _seen_by(organization_id, user_id)
    rows = read.all(query.order_by(func.lower(saved_view.c.name), saved_view.c.view_id))
    return [_view(row) for row in rows]


def put(tx: Transaction, view: SavedView, content: ViewContent) -> None:
    """Let the view say this. Raises NameTaken if its owner has another one of that name."""
    if view.owner_id is not None and content.name != view.content.name:
        _check_free(tx, view.organization_id, view.owner_id, content.name)
    tx.execute(
        update(saved_view)
        .where(saved_view.c.view_id == view.view_id)
        .values(updated_at=tx.now, **_values(content))
    )


def remove(tx: Transaction, view: SavedView) -> None:
    tx.execute(delete(saved_view).where(saved_view.c.view_id == view.view_id))


def _of(organization_id: UUID, owner_id: UUID) -> ColumnElement[bool]:
    return and_(saved_view.c.organization_id == organization_id, saved_view.c.owner_id == owner_id)


def _check_free(tx: Transaction, organization_id: UUID, owner_id: UUID, name: str) -> None:
    named = select(saved_view.c.view_id).where(_of(organization_id, owner_id))
    if tx.first(named.where(saved_view.c.name == name)) is not None:
        raise NameTaken(f"There is a view {name!r} already.", name=name)


def _count(tx: Transaction, organization_id: UUID, owner_id: UUID) -> int:
    query = select(func.count()).select_from(saved_view).where(_of(organization_id, owner_id))
    return int(tx.scalar(query))


def _seen_by(organization_id: UUID, user_id: UUID) -> Select[Any]:
    is_here = and_(
        membership.c.organization_id == saved_view.c.organization_id,
        membership.c.user_id == saved_view.c.owner_id,
    )
    return (
        select(
            saved_view,
            user.c.name.label("owner_name"),
            membership.c.role.is_not(None).label("is_owner_here"),
        )
        .outerjoin(user, user.c.user_id == saved_view.c.owner_id)
        .outerjoin(membership, is_here)
        .where(
            saved_view.c.organization_id == organization_id,
            saved_view.c.shared | (saved_view.c.owner_id == user_id),
        )
    )


def _values(content: ViewContent) -> dict[str, Any]:
    return {
        "name": content.name,
        "query": content.query,
        "columns": None if content.columns is None else list(content.columns),
        "density": content.density,
        "shared": content.shared,
    }


def _view(row: Row[Any]) -> SavedView:
    content = ViewContent(
        row.name,
        row.query,
        None if row.columns is None else tuple(JobColumn(each) for each in row.columns),
        None if row.density is None else Density(row.density),
        row.shared,
    )
    return SavedView(
        row.view_id,
        row.organization_id,
        ListKind(row.kind),
        content,
        row.owner_id,
        row.owner_name,
        bool(row.is_owner_here),
        row.created_at,
        row.updated_at,
    )
