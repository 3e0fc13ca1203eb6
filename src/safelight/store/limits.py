"""How many runs an organization may have going on at once, and which ones it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select, text, update

from safelight.store import schema
from safelight.store.db import Read, Transaction

_runs, _organizations = schema.run, schema.organization
_S = TypeVar("_S", bound=Select[Any])

# Two conditions, each on its own index: written with OR, all that waits would be looked at too.
_HANDED_OVER = text("run.status IN ('QUEUED', 'RUNNING')")
_CLAIMED = _runs.c.claim_token.is_not(None)
_IS_LIVE = text(f"run.{schema.LIVE_SQL}")


@dataclass(frozen=True, slots=True)
class Holder:
    """A run that has a place now."""

    engine: str
    is_internal: bool
    name: str


def held(query: _S, now: int) -> tuple[_S, _S]:
    """The query on runs, once over those that an engine has, once over those being given to one."""
    return (
        query.where(_IS_LIVE, _HANDED_OVER),
        query.where(_CLAIMED, _runs.c.claimed_until >= now),
    )


def count(read: Read, organization_id: UUID) -> int:
    """How many runs the organization has going on; those that are only tracked take no place here."""
    query = (
        select(func.count())
        .select_from(_runs)
        .where(_runs.c.organization_id == organization_id, _runs.c.engine != "external")
    )
    return sum(int(read.scalar(each)) for each in held(query, read.now))


def holders(read: Read, organization_id: UUID, *, most: int = 200) -> list[Holder]:
    """The runs that the organization has going on."""
    query = (
        select(_runs.c.engine, _runs.c.is_internal, schema.job.c.name)
        .join(schema.job, schema.job.c.job_id == _runs.c.job_id)
        .where(_runs.c.organization_id == organization_id, _runs.c.engine != "external")
        .limit(most)
    )
    return [
        Holder(row.engine, row.is_internal, row.name)
        for each in held(query, read.now)
        for row in read.all(each)
    ]


def get(read: Read, organization_id: UUID) -> int | None:
    """The limit; None: as many as there is room for."""
    return _limit(read.scalar(_limit_of(organization_id)))


def put(tx: Transaction, organization_id: UUID, limit: int | None) -> None:
    """Set the limit. What goes on already goes on."""
    tx.execute(
        update(_organizations)
        .where(_organizations.c.organization_id == organization_id)
        .values(live_limit=limit)
    )


def has_room(tx: Transaction, organization_id: UUID) -> bool:
    """Whether one more run may begin; if so, nobody else finds that out before the commit.

    Two schedulers that both see the last place would both take it, so whoever asks holds the row of an
    organization with a limit. Runs are locked before their organization, here as in every step of a run.
    """
    if get(tx, organization_id) is None:
        return True
    limit = _limit(tx.scalar(_limit_of(organization_id).with_for_update()))
    return limit is None or count(tx, organization_id) < limit


def _limit_of(organization_id: UUID) -> Select[Any]:
    return select(_organizations.c.live_limit).where(
        _organizations.c.organization_id == organization_id
    )


def _limit(value: Any) -> int | None:
    return None if value is None else int(value)
