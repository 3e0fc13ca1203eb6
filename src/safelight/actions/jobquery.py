"""Which jobs somebody asks for: names, words and dates become the filter that the store walks by."""

from __future__ import annotations

from uuid import UUID

from safelight.actions.asked import id_in, instant, user_id
from safelight.domain.jobquery import ENGINES, JobQuery
from safelight.domain.permissions import Actor
from safelight.errors import Invalid
from safelight.store import jobobjects, processings
from safelight.store.db import Read
from safelight.store.jobfilter import Filter

_ARCHIVED = {"no": False, "yes": True, "any": None}


def filter_of(read: Read, actor: Actor, query: JobQuery) -> Filter:
    """The filter that a query means to this actor. Raises Invalid naming the field that means nothing."""
    mine = actor.organization_id
    if query.archived not in _ARCHIVED:
        raise Invalid("archived must be no, yes or any.", field="archived")
    if query.engine and query.engine not in ENGINES:
        known = ", ".join(ENGINES)
        raise Invalid(f"There is no engine {query.engine!r}; there are {known}.", field="engine")
    return Filter(
        mine,
        query.type,
        query.statuses,
        user_id(read, actor, query.user) if query.user else None,
        _objects(read, mine, query.object) if query.object else None,
        _processing(read, mine, query.processing) if query.processing else None,
        query.engine or None,
        query.failure_kind,
        query.failure or None,
        instant(query.triggered_after, read.now, "triggered_after"),
        instant(query.triggered_before, read.now, "triggered_before"),
        query.search,
        _ARCHIVED[query.archived],
    )


def _objects(read: Read, organization_id: UUID, text: str) -> tuple[UUID, ...]:
    object_id = id_in(text)
    if object_id is not None:
        return (object_id,)
    found = jobobjects.find_ids(read, organization_id, text)
    if not found:
        raise Invalid(
            f"There is no object {text!r}; name it as dataset/version, model/version, "
            "project/experiment or datalake.",
            field="object",
        )
    return found


def _processing(read: Read, organization_id: UUID, text: str) -> UUID:
    processing_id = id_in(text)
    if processing_id is not None:
        return processing_id
    found = processings.find(read, organization_id, text)
    if found is None:
        raise Invalid(f"There is no processing {text!r}.", field="processing")
    return found.processing_id
