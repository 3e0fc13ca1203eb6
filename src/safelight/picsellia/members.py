"""The people of an organization. All of them reach all of its datasets, so a dataset has nobody of its own."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from msgspec import Struct

from safelight.domain.permissions import Ability, require
from safelight.errors import Invalid, NotFound
from safelight.picsellia import views
from safelight.picsellia.asking import Db, Own, Reader, answer, sent
from safelight.store import datasets, users
from safelight.store.db import Read

router = APIRouter()


class UserBody(Struct):
    user_id: UUID
    role: str | None = None


@router.get("/access/organization/{organization_id}/users")
def list_users(own: Own, db: Db, username: str | None = None) -> Response:
    """Everybody, or who has this name."""
    with db.read() as read:
        found = _users(read, own.organization_id)
    return answer({"users": [one for one in found if username in (None, one["username"])]})


@router.get("/access/dataset/{dataset_id}/users")
def list_users_of_dataset(dataset_id: UUID, actor: Reader, db: Db) -> Response:
    with db.read() as read:
        datasets.get(read, actor.organization_id, dataset_id)
        return answer({"users": _users(read, actor.organization_id)})


@router.post("/access/dataset/{dataset_id}/users")
def add_user_to_dataset(
    dataset_id: UUID,
    actor: Reader,
    db: Db,
    body: Annotated[UserBody, Depends(sent(UserBody))],
) -> Response:
    """Nothing is to be done for who is in the organization; anybody else, and any role, is refused."""
    require(actor, Ability.MANAGE_MEMBERS)
    with db.read() as read:
        datasets.get(read, actor.organization_id, dataset_id)
        known = {one["id"]: one for one in _users(read, actor.organization_id)}
    if body.user_id not in known:
        raise NotFound(
            "There is no such user in the organization. People join the organization, not a dataset: all "
            "of its members reach all of its datasets.",
            user_id=body.user_id,
        )
    if body.role is not None:
        raise Invalid(
            "A role is one in the organization, for all of its datasets: there is none on a dataset. "
            "Leave it out.",
            field="role",
        )
    return answer(known[body.user_id])


def _users(read: Read, organization_id: UUID) -> list[views.Json]:
    everybody = users.members(read, organization_id)
    return [{"id": one.user_id, "username": one.name} for one in everybody]
