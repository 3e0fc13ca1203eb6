"""Saved views of the list of jobs: own ones, and those that others share."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from safelight.actions import views as actions
from safelight.api.asking import Db
from safelight.api.job_query import LONGEST_TEXT, FilterBody, JobReader
from safelight.api.views import Named, Page, time_text
from safelight.domain.jobquery import read_query
from safelight.domain.permissions import Actor
from safelight.domain.views import Density, JobColumn, ListKind, ViewContent
from safelight.store import views
from safelight.store.views import SavedView

router = APIRouter(tags=["jobs"])


class ViewBody(BaseModel, extra="forbid"):
    """A view. `query`: the text of the search box; `user:me` in it is whoever looks. `columns`, in their
    order, and `density`: null leaves them as whoever looks has them. `shared`: everybody in the
    organization sees it.
    """

    name: str
    query: str = Field("", max_length=LONGEST_TEXT)
    columns: list[JobColumn] | None = None
    density: Density | None = None
    shared: bool = False

    def content(self) -> ViewContent:
        columns = None if self.columns is None else tuple(self.columns)
        return ViewContent(self.name, self.query, columns, self.density, self.shared)


class ViewView(BaseModel):
    """A saved view. `filters`: its query as the list's parameters. `owner` null: the account of who made
    it is gone; `owner_is_gone`: also where who made it has left the organization.
    """

    id: UUID
    kind: ListKind
    name: str
    query: str
    filters: FilterBody
    columns: list[JobColumn] | None
    density: Density | None
    shared: bool
    owner: Named | None
    owner_is_gone: bool
    is_own: bool
    created_at: str
    updated_at: str


@router.get("/views")
def list_views(actor: JobReader, db: Db) -> Page[ViewView]:
    """All saved views that one sees, the own and the shared ones, by name."""
    with db.read() as read:
        found = views.of_user(read, actor.organization_id, actor.user_id)
    return Page(items=[_shown(actor, view) for view in found])


@router.post("/views", status_code=201)
def add_view(body: ViewBody, actor: JobReader, db: Db) -> ViewView:
    """Save a view. 400 for a query that the list would refuse, 409 if one has a view of that name. A
    private view is for every role, a shared one for members.
    """
    return _shown(actor, actions.add(db, actor, body.content()))


@router.get("/views/{view_id}")
def get_view(view_id: UUID, actor: JobReader, db: Db) -> ViewView:
    """A saved view, own or shared."""
    with db.read() as read:
        return _shown(actor, views.get(read, actor.organization_id, view_id, actor.user_id))


@router.put("/views/{view_id}")
def change_view(view_id: UUID, body: ViewBody, actor: JobReader, db: Db) -> ViewView:
    """Let a view say this instead: an own one, or as an admin a shared one. Only its owner may take it
    back from the others.
    """
    return _shown(actor, actions.change(db, actor, view_id, body.content()))


@router.delete("/views/{view_id}", status_code=204)
def remove_view(view_id: UUID, actor: JobReader, db: Db) -> None:
    """Delete a view: an own one, or as an admin a shared one."""
    actions.remove(db, actor, view_id)


def _shown(actor: Actor, view: SavedView) -> ViewView:
    content, owner = view.content, None
    if view.owner_id is not None and view.owner_name is not None:
        owner = Named(id=view.owner_id, name=view.owner_name)
    return ViewView(
        id=view.view_id,
        kind=view.kind,
        name=content.name,
        query=content.query,
        filters=FilterBody.of(read_query(content.query)),
        columns=None if content.columns is None else list(content.columns),
        density=content.density,
        shared=content.shared,
        owner=owner,
        owner_is_gone=not view.is_owner_here,
        is_own=view.owner_id == actor.user_id,
        created_at=time_text(view.created_at),
        updated_at=time_text(view.updated_at),
    )
