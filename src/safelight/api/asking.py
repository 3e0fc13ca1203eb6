"""What every route asks first: who is it, where is the database. Shared by the routes of /api/v1."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import unquote, urlsplit

from fastapi import Depends, Request

from safelight.actions import access
from safelight.actions.context import Context
from safelight.domain import permissions
from safelight.domain.permissions import Ability, Actor
from safelight.errors import Denied, Unauthenticated
from safelight.store.db import Database

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "XGET"})


# Dependencies without I/O are async: a sync one costs a change of thread, for nothing here.
async def _context(request: Request) -> Context:
    context: Context = request.app.state.safelight
    return context


Ctx = Annotated[Context, Depends(_context)]


async def _database(context: Ctx) -> Database:
    return context.db


Db = Annotated[Database, Depends(_database)]


def cookie_name(context: Context) -> str:
    """Named with the port: cookies do not tell ports apart, and two servers may share a host."""
    return f"safelight_session_{context.settings.port}"


def bearer_token(request: Request) -> str | None:
    """The token of an `Authorization: Bearer` header."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def check_origin(request: Request) -> None:
    """Raises Denied for a write from another site's page: its Origin is not this host."""
    if request.method in _SAFE_METHODS:
        return
    origin = urlsplit(request.headers.get("origin", "")).netloc
    if origin != request.headers.get("host", ""):
        raise Denied("A write with a session must come from this site's own page.")


def _actor(request: Request, context: Ctx) -> Actor:
    token = bearer_token(request)
    if token is not None:
        return access.authenticate(context.db, token)
    cookie = request.cookies.get(cookie_name(context))
    if not cookie:
        raise Unauthenticated("Log in, or send a token as Authorization: Bearer.")
    check_origin(request)
    # An EventSource and a download link cannot send a header, so they say it in the address.
    asked = request.query_params.get("organization", "")
    wanted = unquote(request.headers.get("x-organization", "")) or asked
    return access.authenticate_session(context.db, cookie, wanted)


CurrentActor = Annotated[Actor, Depends(_actor)]


def needs(ability: Ability | str) -> Callable[[Actor], Awaitable[Actor]]:
    """A dependency: the actor, once it is sure that it has `ability`."""
    needed = Ability(ability)

    async def check(actor: CurrentActor) -> Actor:
        permissions.require(actor, needed)
        return actor

    return check


Reader = Annotated[Actor, Depends(needs(Ability.READ))]
DataWriter = Annotated[Actor, Depends(needs(Ability.WRITE_DATA))]
Launcher = Annotated[Actor, Depends(needs(Ability.LAUNCH))]
PackageAdder = Annotated[Actor, Depends(needs(Ability.ADD_PACKAGE))]
MemberManager = Annotated[Actor, Depends(needs(Ability.MANAGE_MEMBERS))]
