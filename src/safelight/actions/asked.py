"""What names and moments in a filter mean to who asks: a user by id, name or `me`, a day or an age."""

from __future__ import annotations

from uuid import UUID

from safelight.domain.moments import moment
from safelight.domain.permissions import Actor
from safelight.errors import Invalid
from safelight.store import users
from safelight.store.db import Read


def id_in(text: str) -> UUID | None:
    """The id that a text is, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def user_id(read: Read, actor: Actor, text: str) -> UUID:
    """Raises Invalid for a name that nobody has."""
    if text == "me":
        return actor.user_id
    given = id_in(text)
    if given is not None:
        return given
    found = users.find(read, text)
    if found is None:
        raise Invalid(f"There is no user {text!r}.", field="user")
    return found.user_id


def instant(text: str, now: int, field: str) -> int | None:
    """None for no text. Raises Invalid for what is no moment."""
    if not text:
        return None
    at = moment(text, now)
    if at is None:
        raise Invalid(
            f"{field} must be a day (2026-11-01), a time (2026-11-01T08:30:00Z) or an age (12h, 7d).",
            field=field,
        )
    return at
