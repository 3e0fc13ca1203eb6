"""How many runs an organization may have going on at once."""

from __future__ import annotations

from dataclasses import dataclass

from safelight.actions.context import Context
from safelight.domain.permissions import Actor, require
from safelight.errors import Invalid
from safelight.store import limits


@dataclass(frozen=True, slots=True)
class Allowance:
    """`limit` None: as many as there is room for. `live`: those that have a place now."""

    limit: int | None
    live: int


def get(context: Context, actor: Actor) -> Allowance:
    with context.db.read() as read:
        return Allowance(
            limits.get(read, actor.organization_id), limits.count(read, actor.organization_id)
        )


def put(context: Context, actor: Actor, limit: int | None) -> Allowance:
    """Set the limit; runs that go on go on, and the next one waits for room. Raises Denied, Invalid."""
    require(actor, "manage_jobs")
    if limit is not None and not 1 <= limit < 1 << 31:
        raise Invalid("The limit is at least 1 run, or none.", field="limit")
    with context.db.transaction() as tx:
        limits.put(tx, actor.organization_id, limit)
    context.wake.set()  # what waited for the limit may have room now
    return get(context, actor)
