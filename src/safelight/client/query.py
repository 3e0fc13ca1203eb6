"""Which jobs are meant: the text of the search box, and the same filters by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict
from uuid import UUID

from safelight.client.http import Json


class Filters(TypedDict, total=False):
    """Filters of the list of jobs; None filters nothing. Objects, users and processings by name or id."""

    type: str | None
    status: str | Sequence[str] | None
    user: str | None
    object: UUID | str | None
    processing: UUID | str | None
    engine: str | None
    failure_kind: str | None
    failure: str | None  # the key of equal failures
    triggered_after: str | None  # a day, a time or an age: 2026-11-01, 2026-11-01T08:30:00Z, 7d
    triggered_before: str | None
    search: str | None
    archived: str | None  # no, yes or any


def asked(query: str, filters: Filters) -> Json:
    """What the list of jobs is asked with. Raises TypeError for a filter that there is not."""
    unknown = filters.keys() - Filters.__annotations__.keys()
    if unknown:
        raise TypeError(f"There is no filter {min(unknown)!r}.")
    given: Json = {name: value for name, value in filters.items() if value is not None}
    if isinstance(given.get("status"), str):
        given["status"] = [given["status"]]
    for name in ("object", "processing"):
        if name in given:
            given[name] = str(given[name])
    return {**given, "q": query} if query else given
