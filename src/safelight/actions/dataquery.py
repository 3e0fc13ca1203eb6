"""Which data somebody asks for: names and dates of a query become the filter that the store walks by."""

from __future__ import annotations

from safelight.actions.asked import instant, user_id
from safelight.domain.dataquery import DataQuery
from safelight.domain.permissions import Actor
from safelight.store.data import DataFilter
from safelight.store.db import Read


def filter_of(read: Read, actor: Actor, query: DataQuery, *, search: str = "") -> DataFilter:
    """The filter that a query means to this actor, and a part of the name beside it.

    Raises Invalid naming the field that means nothing.
    """
    return DataFilter(
        search=search,
        tags=tuple(frozenset({tag}) for tag in query.tags),
        types=None if query.type is None else (query.type,),
        words=query.words,
        width=query.width,
        height=query.height,
        size=query.size,
        created_by=user_id(read, actor, query.user) if query.user else None,
        created_after=instant(query.uploaded_after, read.now, "after"),
        created_before=instant(query.uploaded_before, read.now, "before"),
        custom_metadata=query.metadata,
        has_picture=query.has_picture,
    )
