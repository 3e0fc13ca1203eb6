"""Tokens, sessions and login links, by their SHA-256; the secrets themselves are nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, update

from safelight.errors import NotFound
from safelight.ids import uuid7
from safelight.store.db import Read, Transaction
from safelight.store.schema import membership, organization, session, token, user


@dataclass(frozen=True, slots=True)
class Token:
    token_id: UUID
    name: str
    created_at: int
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a valid token stands for."""

    user_id: UUID
    user_name: str
    organization_id: UUID
    organization_name: str
    role: str
    run_id: UUID | None


def add(
    tx: Transaction,
    *,
    token_hash: bytes,
    user_id: UUID,
    organization_id: UUID,
    name: str,
    run_id: UUID | None = None,
    expires_at: int | None = None,
) -> Token:
    """An API token, or the script token of `run_id`."""
    row = Token(uuid7(), name, tx.now, expires_at)
    tx.execute(
        insert(token).values(
            token_id=row.token_id,
            kind="api" if run_id is None else "script",
            token_hash=token_hash,
            user_id=user_id,
            organization_id=organization_id,
            run_id=run_id,
            name=name,
            created_at=tx.now,
            expires_at=expires_at,
        )
    )
    return row


def exists(tx: Read, token_hash: bytes) -> bool:
    """Whether this token was ever issued and not revoked."""
    return tx.first(select(token.c.token_id).where(token.c.token_hash == token_hash)) is not None


def bearer(tx: Read, token_hash: bytes) -> Bearer | None:
    """Who a token is good for now; None if it is unknown, expired, revoked or its user left."""
    row = tx.first(
        select(
            user.c.user_id,
            user.c.name.label("user_name"),
            organization.c.organization_id,
            organization.c.name.label("organization_name"),
            membership.c.role,
            token.c.run_id,
            token.c.expires_at,
        )
        .join(user, user.c.user_id == token.c.user_id)
        .join(organization, organization.c.organization_id == token.c.organization_id)
        .join(
            membership,
            (membership.c.user_id == token.c.user_id)
            & (membership.c.organization_id == token.c.organization_id),
        )
        .where(token.c.token_hash == token_hash, token.c.revoked_at.is_(None))
    )
    if row is None or (row.expires_at is not None and row.expires_at <= tx.now):
        return None
    return Bearer(
        row.user_id,
        row.user_name,
        row.organization_id,
        row.organization_name,
        row.role,
        row.run_id,
    )


def of_user(tx: Read, user_id: UUID, organization_id: UUID) -> list[Token]:
    """The API tokens of a user in an organization that work, newest first."""
    rows = tx.all(
        select(token.c.token_id, token.c.name, token.c.created_at, token.c.expires_at)
        .where(
            token.c.user_id == user_id,
            token.c.organization_id == organization_id,
            token.c.kind == "api",
            token.c.revoked_at.is_(None),
        )
        .order_by(token.c.token_id.desc())
    )
    return [Token(**row._mapping) for row in rows]


def revoke(tx: Transaction, token_id: UUID, user_id: UUID) -> None:
    """Raises NotFound if the user has no such working API token."""
    changed = tx.first(
        update(token)
        .where(
            token.c.token_id == token_id,
            token.c.user_id == user_id,
            token.c.kind == "api",
            token.c.revoked_at.is_(None),
        )
        .values(revoked_at=tx.now)
        .returning(token.c.token_id)
    )
    if changed is None:
        raise NotFound("No such token.")


def revoke_of_run(tx: Transaction, run_id: UUID) -> None:
    tx.execute(
        update(token)
        .where(token.c.run_id == run_id, token.c.revoked_at.is_(None))
        .values(revoked_at=tx.now)
    )


def add_session(
    tx: Transaction, *, session_hash: bytes, user_id: UUID, kind: str, expires_at: int
) -> None:
    """What a browser holds: `kind` is session, or link (good once, for a session)."""
    tx.execute(
        insert(session).values(
            session_hash=session_hash,
            user_id=user_id,
            kind=kind,
            created_at=tx.now,
            expires_at=expires_at,
        )
    )


def session_user(tx: Read, session_hash: bytes) -> UUID | None:
    """The user of a session that is not over."""
    row = _session(tx, session_hash, "session")
    return None if row is None else row.user_id


def take_link(tx: Transaction, session_hash: bytes) -> UUID | None:
    """The user of a login link, which is used up by this; None if it is unknown, used or old."""
    row = tx.first(
        delete(session)
        .where(
            session.c.session_hash == session_hash,
            session.c.kind == "link",
            session.c.expires_at > tx.now,
        )
        .returning(session.c.user_id)
    )
    return None if row is None else row.user_id


def remove_session(tx: Transaction, session_hash: bytes) -> None:
    tx.execute(delete(session).where(session.c.session_hash == session_hash))


def remove_sessions_of(tx: Transaction, user_id: UUID) -> None:
    """End every session and login link of a user."""
    tx.execute(delete(session).where(session.c.user_id == user_id))


def remove_expired(tx: Transaction) -> None:
    tx.execute(delete(session).where(session.c.expires_at <= tx.now))


def _session(tx: Read, session_hash: bytes, kind: str) -> Row[tuple[object, ...]] | None:
    return tx.first(
        select(session.c.user_id).where(
            session.c.session_hash == session_hash,
            session.c.kind == kind,
            session.c.expires_at > tx.now,
        )
    )
