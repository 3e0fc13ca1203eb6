"""How many jobs there are of each type and status under a filter, exact as far as it is quick to count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from sqlalchemy import TextClause

from safelight.domain.jobs import JobType, RunStatus
from safelight.store import jobtext
from safelight.store.db import Read
from safelight.store.jobfilter import Filter
from safelight.store.jobwalk import Shape, cell, kinds, shape_of, statement, values_of

COUNT_LIMIT = 1_000  # of one type and status
TEXT_LIMIT = 250  # of all types and statuses, where their texts have to be read

_Kind = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Counts:
    """Jobs per type under the other filters, and per status under the other filters. Numbers below
    `exact_below` are exact and the others mean "at least"; None: all are exact.
    """

    types: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    exact_below: int | None = None

    @property
    def is_capped(self) -> bool:
        return self.exact_below is not None


def counts(read: Read, filter: Filter) -> Counts:
    """Counts per type and per status."""
    of_types = replace(filter, type=None)
    of_statuses = replace(filter, statuses=())
    pairs, limit = _pairs(read, of_types)
    others, other_limit = pairs, limit
    if of_statuses != of_types:
        others, other_limit = _pairs(read, of_statuses)
    types, statuses = Counter[str](), Counter[str]()
    for (type, _), number in pairs.items():
        types[type] += number
    for (_, status), number in others.items():
        statuses[status] += number
    limits = [each for each in (limit, other_limit) if each is not None]
    return _counts(types, statuses, min(limits, default=None))


def _pairs(read: Read, filter: Filter) -> tuple[Mapping[_Kind, int], int | None]:
    """How many there are of each type and status, and from which number on that means "at least"."""
    if jobtext.terms_of(filter.search):
        hits, are_all = jobtext.some(read, filter, TEXT_LIMIT)
        found = Counter((hit.type, hit.status) for hit in hits)
        return found, None if are_all else 0
    shape = shape_of(read, filter)
    rows = read.execute(_cells(shape), {**values_of(filter), "limit": COUNT_LIMIT + 1})
    numbers = {(type, status): number for type, status, number in rows}
    is_capped = any(number > COUNT_LIMIT for number in numbers.values())
    return numbers, COUNT_LIMIT if is_capped else None


@lru_cache(maxsize=256)
def _cells(shape: Shape) -> TextClause:
    each = [
        f"SELECT '{kind[0]}' AS type, '{kind[1]}' AS status, (SELECT count(*) FROM "
        f"({cell(shape, kind)}) AS counted) AS number"
        for kind in kinds(shape)
    ]
    nothing = "SELECT '' AS type, '' AS status, 0 AS number WHERE 1 = 0"
    return statement(" UNION ALL ".join(each) or nothing, shape)


def _counts(types: Mapping[str, int], statuses: Mapping[str, int], limit: int | None) -> Counts:
    def shown(number: int) -> int:
        return number if not limit else min(number, limit)

    every_type = {value.value: shown(types.get(value, 0)) for value in JobType}
    return Counts(
        {"ALL": shown(sum(types.values())), **every_type},
        {value.value: shown(statuses.get(value, 0)) for value in RunStatus},
        limit,
    )
