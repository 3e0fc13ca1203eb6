"""User accounts and their memberships; knows password hashes, never passwords."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, insert, select, update

from safelight.errors import NameTaken, NotFound
from safelight.ids import uuid7
from safelight.store.db import Read, Transaction
from safelight.store.schema import membership, user


@dataclass(frozen=True, slots=True)
class User:
    user_id: UUID
    name: str
    password_hash: str | None
    created_at: int


@dataclass(frozen=True, slots=True)
class Member:
    """A user in an organization."""

    user_id: UUID
    name: str
    role: str


def add(tx: Transaction, name: str, password_hash: str | None = None) -> User:
    """Raises NameTaken if a user of that name exists."""
    if find(tx, name) is not None:
        raise NameTaken(f"A user named {name!r} exists already.")
    row = User(uuid7(), name, password_hash, tx.now)
    tx.execute(
        insert(user).values(
            user_id=row.user_id, name=name, password_hash=password_hash, created_at=tx.now
        )
    )
    return row


def get(tx: Read, user_id: UUID) -> User:
    row = tx.first(select(user).where(user.c.user_id == user_id))
    if row is None:
        raise NotFound("No such user.")
    return _user(row)


def find(tx: Read, name: str) -> User | None:
    row = tx.first(select(user).where(user.c.name == name))
    return None if row is None else _user(row)


def set_password(tx: Transaction, user_id: UUID, password_hash: str | None) -> None:
    tx.execute(update(user).where(user.c.user_id == user_id).values(password_hash=password_hash))


def join(tx: Transaction, organization_id: UUID, user_id: UUID, role: str) -> None:
    """Make a user a member of an organization."""
    tx.execute(
        insert(membership).values(organization_id=organization_id, user_id=user_id, role=role)
    )


def role(tx: Read, organization_id: UUID, user_id: UUID) -> str | None:
    """The role of a user in an organization; None if it is not a member."""
    found = tx.scalar(
        select(membership.c.role).where(
            membership.c.organization_id == organization_id, membership.c.user_id == user_id
        )
    )
    return None if found is None else str(found)


def members(tx: Read, organization_id: UUID) -> list[Member]:
    """Everybody in an organization, by name."""
    rows = tx.all(
        select(user.c.user_id, user.c.name, membership.c.role)
        .join(membership, membership.c.user_id == user.c.user_id)
        .where(membership.c.organization_id == organization_id)
        .order_by(user.c.name)
    )
    return [Member(**row._mapping) for row in rows]


def names(tx: Read, user_ids: set[UUID]) -> dict[UUID, str]:
    """The names of many users at once."""
    if not user_ids:
        return {}
    rows = tx.all(select(user.c.user_id, user.c.name).where(user.c.user_id.in_(user_ids)))
    return {row.user_id: row.name for row in rows}


def _user(row: Row[tuple[object, ...]]) -> User:
    return User(row.user_id, row.name, row.password_hash, row.created_at)
