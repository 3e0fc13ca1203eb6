"""Which data something is done to: those with some ids, or step by step all that a query lets through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from safelight.actions import data as actions
from safelight.actions.context import Context
from safelight.actions.dataquery import filter_of
from safelight.domain.dataquery import DataQuery
from safelight.domain.datasets import check_name
from safelight.domain.permissions import Actor
from safelight.errors import Invalid, NotFound
from safelight.store import data, datalakes, datawalk, tags
from safelight.store.db import Read, Transaction

AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Choice:
    """Ids, or a query: `before` is where its next step begins, None for its first."""

    data_ids: Sequence[UUID] | None = None
    query: DataQuery | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What one step was about: `reached` goes into the next `before`; None when all is done."""

    keys: list[int]
    reached: int | None
    left: int


def choose(read: Read, by: Actor, datalake_id: UUID, choice: Choice) -> Step:
    """The keys of one step. Raises NotFound for an id that the datalake does not have, Invalid for a
    query that means nothing.
    """
    datalakes.get(read, by.organization_id, datalake_id)
    if choice.query is not None:
        wanted = filter_of(read, by, choice.query)
        found = datawalk.walk(read, datalake_id, wanted, before=choice.before, limit=AT_ONCE)
        return Step(found.keys, found.reached, found.left)
    keys = data.keys_of(read, by.organization_id, choice.data_ids or ())
    for one in data.by_keys(read, keys):
        if one.datalake_id != datalake_id:
            raise NotFound(f"The datalake has no data {one.data_id}.", data_id=one.data_id)
    return Step(keys, None, 0)


def choose_all(context: Context, by: Actor, datalake_id: UUID, choice: Choice) -> list[UUID]:
    """The ids of all that is chosen, in as many steps as that takes."""
    if choice.query is None:
        return list(choice.data_ids or ())
    ids: list[UUID] = []
    before: int | None = None
    while True:
        with context.db.read() as read:
            step = choose(read, by, datalake_id, Choice(query=choice.query, before=before))
            ids.extend(data.ids_of(read, step.keys))
        if step.reached is None:
            return ids
        before = step.reached


def tag(
    context: Context,
    by: Actor,
    datalake_id: UUID,
    choice: Choice,
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> Step:
    """Put tags on data and take others off, by name; tags are made where they are missing.

    Raises Invalid for a name that is none or stands on both sides, and what `choose` raises.
    """
    both = sorted(set(add) & set(remove))
    if both:
        raise Invalid(f"{both[0]!r} cannot be put on and taken off at once.", field="add")
    with context.db.transaction() as tx:
        step = choose(tx, by, datalake_id, choice)
        tags.attach(tx, [_ensured(tx, by, datalake_id, name) for name in add], step.keys)
        for name in remove:
            found = tags.find(tx, datalake_id, tags.DATA, name)
            if found is not None:
                tags.detach(tx, found, step.keys)
    return step


def _ensured(tx: Transaction, by: Actor, datalake_id: UUID, name: str) -> tags.Tag:
    return tags.ensure(tx, by.organization_id, datalake_id, tags.DATA, check_name(name, "tag"))


def delete(context: Context, by: Actor, datalake_id: UUID, choice: Choice) -> Step:
    """Delete data and their bytes: all of a step or, raising Conflict where a version uses one, nothing."""
    with context.db.transaction() as tx:
        step = choose(tx, by, datalake_id, choice)
        names = actions.take_out(tx, step.keys)
    context.blobs.remove(names)
    return step
