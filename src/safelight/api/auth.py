"""Sessions, tokens and members: how people come in, and who else is here."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from safelight.actions import access
from safelight.actions.access import Throttle
from safelight.api.asking import (
    Ctx,
    CurrentActor,
    Db,
    Reader,
    bearer_token,
    check_origin,
    cookie_name,
)
from safelight.api.views import Named, parse_instant, time_text
from safelight.domain.permissions import Actor
from safelight.errors import Denied
from safelight.store import events, organizations, tokens, users
from safelight.store.db import Database

router = APIRouter(tags=["people"])


class OrganizationOf(BaseModel):
    """An organization, and the role that one has in it."""

    id: UUID
    name: str
    role: str


class SessionView(BaseModel):
    user: Named
    organization: Named
    role: str
    organizations: list[OrganizationOf]
    event_number: int  # of the newest event: a stream from here on misses nothing that follows


class LogIn(BaseModel):
    """Name and password, or the secret of a one-time login link."""

    name: str = ""
    password: str = ""
    link: str = ""


class NewPassword(BaseModel):
    password: str


class TokenView(BaseModel):
    id: UUID
    name: str
    created_at: str
    expires_at: str | None


class NewToken(BaseModel):
    name: str = Field(min_length=1, max_length=200)
    expires_at: str | None = None


class IssuedToken(BaseModel):
    token: str  # shown this once


class MemberView(BaseModel):
    id: UUID
    name: str
    role: str


@router.get("/session")
def get_session(actor: CurrentActor, db: Db) -> SessionView:
    """Who is asking, in which organization, and which others there are."""
    return _session_view(db, actor)


@router.post("/session")
def open_session(
    request: Request, response: Response, body: LogIn, context: Ctx, db: Db
) -> SessionView:
    """Log in. The session is a cookie that scripts of the page cannot read."""
    check_origin(request)
    throttle: Throttle = request.app.state.throttle
    if body.link:
        session = access.log_in_by_link(db, body.link)
    else:
        session = access.log_in(db, throttle, body.name, body.password)
    response.set_cookie(
        cookie_name(context),
        session.secret,
        max_age=access.SESSION_S,
        path="/api/v1",
        httponly=True,
        samesite="lax",
        secure=context.settings.public_url.startswith("https://"),
    )
    return _session_view(db, access.authenticate_session(db, session.secret))


@router.delete("/session", status_code=204)
def close_session(request: Request, response: Response, context: Ctx, db: Db) -> None:
    """Log out. Harmless without a session."""
    check_origin(request)
    cookie = request.cookies.get(cookie_name(context))
    if cookie:
        access.log_out(db, cookie)
    response.delete_cookie(cookie_name(context), path="/api/v1")


def _person(actor: CurrentActor) -> Actor:
    # A script token must not be able to make itself a token that outlives its run.
    if actor.is_script:
        raise Denied("A script token may not touch passwords, tokens or members.")
    return actor


Person = Annotated[Actor, Depends(_person)]


@router.put("/session/password", status_code=204)
def set_password(actor: Person, request: Request, db: Db, body: NewPassword) -> None:
    """Set one's own password. Only with a session: a stolen token must not become a login."""
    if bearer_token(request) is not None:
        raise Denied("A password is set in a browser's session, not with a token.")
    password_hash = access.hash_password(body.password)
    with db.transaction() as tx:
        users.set_password(tx, actor.user_id, password_hash)


@router.get("/tokens")
def list_tokens(actor: Person, db: Db) -> dict[str, list[TokenView] | None]:
    """One's own API tokens in this organization; their texts are not kept anywhere."""
    with db.read() as tx:
        mine = tokens.of_user(tx, actor.user_id, actor.organization_id)
    items = [
        TokenView(
            id=each.token_id,
            name=each.name,
            created_at=time_text(each.created_at),
            expires_at=time_text(each.expires_at) if each.expires_at else None,
        )
        for each in mine
    ]
    return {"items": items, "next": None}


@router.post("/tokens", status_code=201)
def issue_token(actor: Person, db: Db, body: NewToken) -> IssuedToken:
    """A new API token with one's own rights in this organization. Its text is shown this once."""
    expires_at = parse_instant(body.expires_at, "expires_at") if body.expires_at else None
    with db.transaction() as tx:
        secret = access.issue_token(
            tx, actor.user_id, actor.organization_id, body.name, expires_at=expires_at
        )
    return IssuedToken(token=secret)


@router.delete("/tokens/{token_id}", status_code=204)
def revoke_token(token_id: UUID, actor: Person, db: Db) -> None:
    """Revoke one of one's own tokens, at once."""
    with db.transaction() as tx:
        tokens.revoke(tx, token_id, actor.user_id)


@router.get("/members")
def list_members(actor: Reader, db: Db) -> dict[str, list[MemberView] | None]:
    """Everybody in the organization."""
    with db.read() as tx:
        everyone = users.members(tx, actor.organization_id)
    items = [MemberView(id=each.user_id, name=each.name, role=each.role) for each in everyone]
    return {"items": items, "next": None}


def _session_view(db: Database, actor: Actor) -> SessionView:
    with db.read() as tx:
        memberships = organizations.memberships(tx, actor.user_id)
        event_number = events.last_number(tx, actor.organization_id)
    return SessionView(
        user=Named(id=actor.user_id, name=actor.user_name),
        organization=Named(id=actor.organization_id, name=actor.organization_name),
        role=actor.role,
        organizations=[
            OrganizationOf(id=each.organization_id, name=each.organization_name, role=each.role)
            for each in memberships
            if not actor.is_script or each.organization_id == actor.organization_id
        ],
        event_number=event_number,
    )
