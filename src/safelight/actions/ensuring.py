"""Things that are made where they are missing, although others look for them and make them at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from safelight.errors import Conflict
from safelight.store.db import Database, Transaction

T = TypeVar("T")
TRIES = 5


def ensured(db: Database, make: Callable[[Transaction], T]) -> T:
    """The outcome of a transaction that makes what it does not find.

    On PostgreSQL another one may make the same just then, and a unique index refuses the second: it is run
    again, and finds it. Raises what `make` raises; a Conflict once it is none of this kind.
    """
    for _ in range(TRIES - 1):
        try:
            with db.transaction() as tx:
                return make(tx)
        except Conflict:
            continue
    with db.transaction() as tx:
        return make(tx)
