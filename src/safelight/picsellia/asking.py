"""What every route of the wire asks first: who is it, and what was sent. Bearer tokens only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from fastapi import Depends, Request, Response
from msgspec import Struct

from safelight.actions import access
from safelight.actions.context import Context
from safelight.domain import permissions
from safelight.domain.permissions import Ability, Actor
from safelight.errors import Conflict, Invalid, NotFound, Unauthenticated
from safelight.store import organizations
from safelight.store.changes import Author
from safelight.store.db import Database
from safelight.store.organizations import Organization

T = TypeVar("T")


def _context(request: Request) -> Context:
    context: Context = request.app.state.safelight
    return context


Ctx = Annotated[Context, Depends(_context)]


def _database(context: Ctx) -> Database:
    return context.db


Db = Annotated[Database, Depends(_database)]


def _caller(request: Request, context: Ctx) -> Actor:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("Send a token as Authorization: Bearer.")
    return access.authenticate(context.db, token.strip())


Caller = Annotated[Actor, Depends(_caller)]


def _needs(ability: Ability) -> Callable[[Actor], Actor]:
    def check(actor: Caller) -> Actor:
        permissions.require(actor, ability)
        return actor

    return check


Reader = Annotated[Actor, Depends(_needs(Ability.READ))]
Writer = Annotated[Actor, Depends(_needs(Ability.WRITE_DATA))]
Launcher = Annotated[Actor, Depends(_needs(Ability.LAUNCH))]
PackageAdder = Annotated[Actor, Depends(_needs(Ability.ADD_PACKAGE))]


def author(actor: Actor) -> Author:
    """The caller as the one who changes something."""
    return Author(actor.user_id, actor.run_id)


def _own_organization(organization_id: UUID, actor: Reader, db: Db) -> Organization:
    """The organization in the path, which must be the token's."""
    if organization_id != actor.organization_id:
        raise NotFound("There is no such organization.")
    with db.read() as read:
        return organizations.get(read, organization_id)


Own = Annotated[Organization, Depends(_own_organization)]


def _own_connector(connector_id: UUID, actor: Reader, db: Db) -> Organization:
    """The organization whose object storage the path names, which must be the token's."""
    with db.read() as read:
        found = organizations.get(read, actor.organization_id)
    if found.connector_id != connector_id:
        raise NotFound("There is no such connector.")
    return found


OwnStorage = Annotated[Organization, Depends(_own_connector)]


def sent(kind: type[T]) -> Callable[[Request], Awaitable[T]]:
    """A dependency: the JSON body as `kind`, whatever the verb. An empty body is an empty object.

    Numbers inside `msgspec.Raw` keep their digits. Raises Invalid.
    """
    decoder = msgspec.json.Decoder(kind)

    async def read(request: Request) -> T:
        body = await request.body()
        try:
            return decoder.decode(body or b"{}")
        except msgspec.DecodeError as error:
            raise Invalid(f"The body does not fit: {error}.") from error

    return read


class NameBody(Struct):
    name: str


class IdsBody(Struct):
    ids: list[UUID]


Named = Annotated[NameBody, Depends(sent(NameBody))]
Chosen = Annotated[IdsBody, Depends(sent(IdsBody))]


def answer(content: Any, status: int = 200) -> Response:
    """JSON, where `msgspec.Raw` stands as it is."""
    return Response(msgspec.json.encode(content), status, media_type="application/json")


def already_there(used: Conflict) -> Response:
    """What the wire says of an object name that was used: success to HTTP, an error to clients."""
    return answer({"code": used.code, "message": used.message, "detail": None}, 208)


def base_url(request: Request, context: Context) -> str:
    """Where the asker reaches this server: signed addresses must work from where it is."""
    return context.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")


def _base(request: Request, context: Ctx) -> str:
    return base_url(request, context)


BaseUrl = Annotated[str, Depends(_base)]
