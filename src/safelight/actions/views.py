"""Saving, changing and deleting views, and who may."""

from __future__ import annotations

from uuid import UUID

from safelight.actions.jobquery import filter_of
from safelight.domain.jobquery import read_query
from safelight.domain.permissions import Ability, Actor, may, require
from safelight.domain.views import ViewContent, tidied
from safelight.errors import Denied, Invalid
from safelight.store import views
from safelight.store.db import Database, Read, Transaction
from safelight.store.views import SavedView


def add(db: Database, by: Actor, content: ViewContent) -> SavedView:
    """Save a view. Raises Invalid as the list would for its query, NameTaken, Denied."""
    content = _checked(db, by, content)
    with db.transaction() as tx:
        return views.add(tx, by.organization_id, by.user_id, content)


def change(db: Database, by: Actor, view_id: UUID, content: ViewContent) -> SavedView:
    """Let a view say something else. Raises NotFound, Denied, Invalid, NameTaken."""
    with db.read() as read:
        _mine_to_change(read, by, view_id)
    content = _checked(db, by, content)
    with db.transaction() as tx:
        view = _mine_to_change(tx, by, view_id)  # meanwhile its owner may have taken it back
        if not content.shared:
            _require_owner(by, view)
        views.put(tx, view, content)
        return views.get(tx, by.organization_id, view_id, by.user_id)


def remove(db: Database, by: Actor, view_id: UUID) -> None:
    """Delete a view. Raises NotFound, Denied."""
    with db.transaction() as tx:
        views.remove(tx, _mine_to_change(tx, by, view_id))


def _checked(db: Database, by: Actor, content: ViewContent) -> ViewContent:
    """The content, if it means something today: what it names may go later, and the list then says so."""
    if content.shared:
        require(by, Ability.SHARE_VIEWS)
    content = tidied(content)
    with db.read() as read:
        filter_of(read, by, read_query(content.query))
    return content


def _mine_to_change(read: Read | Transaction, by: Actor, view_id: UUID) -> SavedView:
    view = views.get(read, by.organization_id, view_id, by.user_id)
    if view.owner_id != by.user_id and not may(by, Ability.MANAGE_JOBS):
        raise Denied(
            "Only its owner and admins may change or delete a shared view.",
            ability=Ability.MANAGE_JOBS.value,
            role=by.role,
        )
    return view


def _require_owner(by: Actor, view: SavedView) -> None:
    if view.owner_id is None:
        raise Invalid(
            "Its owner is gone, so it cannot be private: keep it shared, or delete it.",
            field="shared",
        )
    if view.owner_id != by.user_id:
        raise Denied("Only its owner may take a shared view back.")
