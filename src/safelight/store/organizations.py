"""Organizations and the installation itself: the rows everything else belongs to."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, insert, select

from safelight.errors import Invalid, NameTaken, NotFound
from safelight.ids import uuid7
from safelight.store.db import Read, Transaction
from safelight.store.schema import datalake, installation, membership, organization

# First words of paths that are not an organization.
RESERVED_NAMES = frozenset(
    {
        "api",
        "assets",
        "datalake",
        "dataset",
        "experiment",
        "favicon.ico",
        "login",
        "metrics",
        "model",
        "organization",
        "project",
        "sdk",
        "static",
    }
)


@dataclass(frozen=True, slots=True)
class Organization:
    organization_id: UUID
    name: str
    connector_id: UUID
    created_at: int


@dataclass(frozen=True, slots=True)
class Membership:
    """An organization as one of its users sees it."""

    organization_id: UUID
    organization_name: str
    user_id: UUID
    role: str


def prepare_installation(tx: Transaction) -> int:
    """The salt of this installation's packed ids, drawn on the first call."""
    salt = tx.scalar(select(installation.c.salt))
    if salt is None:
        salt = secrets.randbits(24)
        tx.execute(insert(installation).values(one=1, salt=salt, created_at=tx.now))
    return int(salt)


def salt(tx: Read) -> int:
    """The 24 random bits inside this installation's packed ids."""
    found = tx.scalar(select(installation.c.salt))
    if found is None:
        raise NotFound("This database has not been set up yet.")
    return int(found)


def add(tx: Transaction, name: str) -> Organization:
    """A new organization with its default datalake.

    Raises Invalid for a name that is a word of our addresses, NameTaken for one that exists.
    """
    name = name.strip()
    if not name or "/" in name or name.lower() in RESERVED_NAMES:
        raise Invalid(f"An organization cannot be named {name!r}.", field="name")
    if find(tx, name) is not None:
        raise NameTaken(f"An organization named {name!r} exists already.")
    row = Organization(uuid7(), name, uuid7(), tx.now)
    tx.execute(
        insert(organization).values(
            organization_id=row.organization_id,
            name=name,
            connector_id=row.connector_id,
            created_at=tx.now,
        )
    )
    tx.execute(
        insert(datalake).values(
            datalake_id=uuid7(),
            organization_id=row.organization_id,
            name="default",
            created_at=tx.now,
        )
    )
    return row


def get(tx: Read, organization_id: UUID) -> Organization:
    row = tx.first(select(organization).where(organization.c.organization_id == organization_id))
    if row is None:
        raise NotFound("No such organization.")
    return _organization(row)


def find(tx: Read, name: str) -> Organization | None:
    row = tx.first(select(organization).where(organization.c.name == name))
    return None if row is None else _organization(row)


def first(tx: Read) -> Organization | None:
    """The oldest organization, or None in an installation that was never started."""
    row = tx.first(select(organization).order_by(organization.c.organization_id).limit(1))
    return None if row is None else _organization(row)


def all_of(tx: Read) -> list[Organization]:
    rows = tx.all(select(organization).order_by(organization.c.organization_id))
    return [_organization(row) for row in rows]


def memberships(tx: Read, user_id: UUID) -> list[Membership]:
    """The organizations of a user, oldest first."""
    rows = tx.all(
        select(
            organization.c.organization_id,
            organization.c.name.label("organization_name"),
            membership.c.user_id,
            membership.c.role,
        )
        .join(membership, membership.c.organization_id == organization.c.organization_id)
        .where(membership.c.user_id == user_id)
        .order_by(organization.c.organization_id)
    )
    return [Membership(**row._mapping) for row in rows]


def role_of(read: Read, organization_id: UUID, user_id: UUID) -> str | None:
    """The role that a user has in an organization now; None for who is no member."""
    role: str | None = read.scalar(
        select(membership.c.role).where(
            membership.c.organization_id == organization_id, membership.c.user_id == user_id
        )
    )
    return role


def _organization(row: Row[tuple[object, ...]]) -> Organization:
    return Organization(row.organization_id, row.name, row.connector_id, row.created_at)
