"""The one tree of errors; knows what went wrong and its facts, not how HTTP or a terminal shows it."""

from __future__ import annotations

from typing import Any, ClassVar


class SafelightError(Exception):
    """Anything Safelight refuses or cannot do. `code` is stable; `facts` are for machines."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class NotFound(SafelightError):
    """Nothing of that name or id exists in what the asker may see."""

    code = "not_found"


class Invalid(SafelightError):
    """What was asked makes no sense: which field, why, and what would."""

    code = "invalid"


class Unauthenticated(SafelightError):
    """No token, or one that is wrong, expired or revoked."""

    code = "unauthenticated"


class Denied(SafelightError):
    """The asker is known and may not do this."""

    code = "denied"


class Conflict(SafelightError):
    """It contradicts what is there now; nothing was changed."""

    code = "conflict"


class NameTaken(Conflict):
    """An object of that name exists already."""

    code = "name_taken"


class NewerChanges(Conflict):
    """It cannot be undone: `conflicts` are the first of the newer changes that stand on it, `total` how many."""

    code = "newer_changes"


class ClaimLost(Conflict):
    """Another scheduler holds the run now; whoever raised this must drop its work."""

    code = "claim_lost"


class AlreadyEnded(Conflict):
    """The run is final; the first report won."""

    code = "already_ended"


class LiveRun(Conflict):
    """The job has a run that has not ended, so it cannot be run again."""

    code = "live_run"


class Locked(SafelightError):
    """The dataset version is locked; the message says by whom."""

    code = "locked"


class TooLarge(SafelightError):
    """More than the limit that the message names."""

    code = "too_large"


class TooManyRequests(SafelightError):
    """Asked too often; the message says when to try again."""

    code = "too_many_requests"


class Unavailable(SafelightError):
    """Something needed (database, engine, storage) does not answer just now; trying again may help."""

    code = "unavailable"
