"""What an empty installation needs before anybody can enter: an organization and its owner."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from safelight.actions import access
from safelight.domain.permissions import Role
from safelight.errors import Invalid
from safelight.store import organizations, schema, users
from safelight.store.db import Database, Read, Transaction

ORGANIZATION = "safelight"
OWNER = "owner"
MIN_TOKEN = 16


def prepare(db: Database, admin_token: str = "") -> bool:
    """Make the first organization and its owner if there is none; whether that was needed.

    `admin_token`: an API token of the owner with this text. Raises Invalid if it could be guessed.
    """
    if admin_token and len(admin_token) < MIN_TOKEN:
        raise Invalid(f"SAFELIGHT_ADMIN_TOKEN must have at least {MIN_TOKEN} characters.")
    with db.transaction() as tx:
        organizations.prepare_installation(tx)
        if organizations.first(tx) is not None:
            return False
        _found(tx, admin_token)
    return True


def _found(tx: Transaction, admin_token: str) -> None:
    home = organizations.add(tx, ORGANIZATION)
    owner = users.add(tx, OWNER)
    users.join(tx, home.organization_id, owner.user_id, Role.OWNER)
    if admin_token:
        access.issue_token(
            tx, owner.user_id, home.organization_id, "SAFELIGHT_ADMIN_TOKEN", secret=admin_token
        )


def login_link(db: Database) -> str:
    """The secret of a login link for the first organization's owner."""
    with db.transaction() as tx:
        return access.issue_link(tx, first_owner(tx))


def owner_token(db: Database, name: str, *, lasting_s: int | None = None) -> str:
    """A new API token of the first organization's owner, for who holds the data folder."""
    with db.transaction() as tx:
        home = organizations.first(tx)
        owner = first_owner(tx)  # raises Invalid if there is no organization yet
        expires_at = None if lasting_s is None else tx.now + lasting_s * access.SECOND
        assert home is not None
        return access.issue_token(tx, owner, home.organization_id, name, expires_at=expires_at)


def first_owner(tx: Read) -> UUID:
    """The user who owns the first organization."""
    home = organizations.first(tx)
    if home is None:
        raise Invalid("This installation has not been set up yet.")
    found: UUID = tx.scalar(
        select(schema.membership.c.user_id)
        .where(
            schema.membership.c.organization_id == home.organization_id,
            schema.membership.c.role == Role.OWNER,
        )
        .order_by(schema.membership.c.user_id)
        .limit(1)
    )
    return found
