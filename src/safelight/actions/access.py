"""Proving who somebody is: tokens, sessions, login links and passwords. Rights are the domain's."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from safelight.actions.sealing import SCRIPT_MARK
from safelight.domain.permissions import Actor, Role
from safelight.errors import Denied, Invalid, TooManyRequests, Unauthenticated
from safelight.store import organizations, tokens, users
from safelight.store.db import Database, Transaction
from safelight.store.organizations import Membership

__all__ = ["Actor", "authenticate", "authenticate_session", "issue_link", "issue_token"]

SECOND = 1_000_000  # microseconds
SESSION_S = 30 * 24 * 3600
LINK_S = 24 * 3600
MIN_PASSWORD = 8
_MARK = "sl_"  # lets secret scanners and people recognise a token


def hash_secret(secret: str) -> bytes:
    """What is kept of a token: SHA-256. It has 256 random bits, so it needs no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


# --- tokens ---------------------------------------------------------------------------------------


def issue_token(
    tx: Transaction,
    user_id: UUID,
    organization_id: UUID,
    name: str,
    *,
    expires_at: int | None = None,
    secret: str = "",
) -> str:
    """A new API token; this is the only time its text is known. `secret`: the text, if given."""
    if expires_at is not None and expires_at <= tx.now:
        raise Invalid("A token cannot expire before it is issued.", field="expires_at")
    secret = secret or _MARK + secrets.token_urlsafe(32)
    tokens.add(
        tx,
        token_hash=hash_secret(secret),
        user_id=user_id,
        organization_id=organization_id,
        name=name,
        expires_at=expires_at,
    )
    return secret


def issue_script_token(
    tx: Transaction, run_id: UUID, user_id: UUID, organization_id: UUID, secret: str = ""
) -> str:
    """The token of the script inside a run: its own job, data, models and experiments, no more.

    `secret`: the text, if given; only that of `Sealer.script_token` can be masked in the run's log.
    Issuing a text again changes nothing.
    """
    secret = secret or SCRIPT_MARK + secrets.token_urlsafe(32)
    if not tokens.exists(tx, hash_secret(secret)):
        tokens.add(
            tx,
            token_hash=hash_secret(secret),
            user_id=user_id,
            organization_id=organization_id,
            name=f"run {run_id}",
            run_id=run_id,
        )
    return secret


def revoke_script_tokens(tx: Transaction, run_id: UUID) -> None:
    tokens.revoke_of_run(tx, run_id)


def authenticate(db: Database, token: str) -> Actor:
    """Who an API or script token stands for. Raises Unauthenticated."""
    with db.read() as tx:
        bearer = tokens.bearer(tx, hash_secret(token))
    if bearer is None:
        raise Unauthenticated("The token is wrong, expired or revoked.")
    is_script = bearer.run_id is not None
    return Actor(
        user_id=bearer.user_id,
        user_name=bearer.user_name,
        organization_id=bearer.organization_id,
        role=Role.MEMBER.value if is_script else bearer.role,
        run_id=bearer.run_id,
        scope="script" if is_script else "user",
        organization_name=bearer.organization_name,
    )


# --- sessions -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Session:
    """A browser's session: the secret for its cookie, and who it is."""

    secret: str
    user_id: UUID


def authenticate_session(db: Database, cookie: str, organization: str = "") -> Actor:
    """Who a session cookie stands for, acting in the organization of that name or id if the user
    belongs to it, else in its first one. Raises Unauthenticated.
    """
    with db.read() as tx:
        user_id = tokens.session_user(tx, hash_secret(cookie))
        if user_id is None:
            raise Unauthenticated("The session is over. Log in again.")
        user = users.get(tx, user_id)
        memberships = organizations.memberships(tx, user_id)
    chosen = choose(memberships, organization)
    return Actor(
        user_id,
        user.name,
        chosen.organization_id,
        chosen.role,
        None,
        "user",
        chosen.organization_name,
    )


def choose(memberships: list[Membership], organization: str) -> Membership:
    """The membership meant by an organization's name or id, else the first."""
    if not memberships:
        raise Denied("This user belongs to no organization.")
    for each in memberships:
        if organization in (each.organization_name, str(each.organization_id)):
            return each
    return memberships[0]


def log_in(db: Database, throttle: Throttle, name: str, password: str) -> Session:
    """A session for the right password.

    Raises Unauthenticated for a wrong name or password alike, TooManyRequests after too many.
    """
    now = db.clock()
    throttle.check(name, now)
    with db.read() as tx:
        user = users.find(tx, name)
    # An unknown name costs the same time as a wrong password, so that names cannot be guessed.
    password_hash = user.password_hash if user else None
    if not _matches(password_hash or _decoy(), password) or user is None or not password_hash:
        throttle.fail(name, now)
        raise Unauthenticated("The name or the password is wrong.")
    throttle.forget(name)
    with db.transaction() as tx:
        return _open_session(tx, user.user_id)


def log_in_by_link(db: Database, link: str) -> Session:
    """A session for a login link, which works once. Raises Unauthenticated."""
    with db.transaction() as tx:
        user_id = tokens.take_link(tx, hash_secret(link))
        if user_id is not None:
            return _open_session(tx, user_id)
    raise Unauthenticated("This login link was used already or is too old.")


def issue_link(tx: Transaction, user_id: UUID) -> str:
    """The secret of a login link that works once within a day: {url}/login?link={secret}."""
    secret = secrets.token_urlsafe(32)
    tokens.add_session(
        tx,
        session_hash=hash_secret(secret),
        user_id=user_id,
        kind="link",
        expires_at=tx.now + LINK_S * SECOND,
    )
    return secret


def log_out(db: Database, cookie: str) -> None:
    with db.transaction() as tx:
        tokens.remove_session(tx, hash_secret(cookie))


def _open_session(tx: Transaction, user_id: UUID) -> Session:
    tokens.remove_expired(tx)
    secret = secrets.token_urlsafe(32)
    tokens.add_session(
        tx,
        session_hash=hash_secret(secret),
        user_id=user_id,
        kind="session",
        expires_at=tx.now + SESSION_S * SECOND,
    )
    return Session(secret, user_id)


# --- passwords ------------------------------------------------------------------------------------

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Argon2id with its parameters. Raises Invalid for one that is too short."""
    if len(password) < MIN_PASSWORD:
        raise Invalid(f"A password needs at least {MIN_PASSWORD} characters.", field="password")
    return _hasher.hash(password)


def reset_user(db: Database, name: str, password: str | None = None) -> str:
    """A fresh login link for a user whose sessions all end; the password becomes the one given, or
    none. Raises Invalid naming an unknown user.
    """
    password_hash = hash_password(password) if password else None
    with db.transaction() as tx:
        user = users.find(tx, name)
        if user is None:
            raise Invalid(f"There is no user named {name!r}.", field="name")
        users.set_password(tx, user.user_id, password_hash)
        tokens.remove_sessions_of(tx, user.user_id)
        return issue_link(tx, user.user_id)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def _decoy() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


class Throttle:
    """Counts failed logins per name in this process: 5 within 5 minutes, then wait.

    In memory on purpose: writing each failure down would let an attacker write for free.
    """

    LIMIT = 5
    WINDOW_S = 300

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: dict[str, list[int]] = defaultdict(list)

    def check(self, name: str, now: int) -> None:
        """Raises TooManyRequests, saying how long to wait, if `name` failed too often."""
        with self._lock:
            failures = self._recent(name, now)
            if len(failures) < self.LIMIT:
                return
            wait_s = self.WINDOW_S - (now - failures[0]) // SECOND
        raise TooManyRequests(
            f"Too many failed logins. Try again in {wait_s} s.", retry_after_s=wait_s
        )

    def fail(self, name: str, now: int) -> None:
        with self._lock:
            self._recent(name, now).append(now)

    def forget(self, name: str) -> None:
        with self._lock:
            self._failures.pop(name, None)

    def _recent(self, name: str, now: int) -> list[int]:
        for known in [*self._failures]:  # few, as each costs the asker an argon2 round
            kept = [at for at in self._failures[known] if now - at < self.WINDOW_S * SECOND]
            if kept:
                self._failures[known] = kept
            else:
                del self._failures[known]
        return self._failures[name]
