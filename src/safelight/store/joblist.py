"""The list of jobs: pages by keyset, filters, text search and counts, quick on a million jobs.

Search: the newest jobs are walked first, which finds what is frequent; candidates by trigram find what is
rare. Counts stop at COUNT_LIMIT and say so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    func,
    literal,
    literal_column,
    select,
    tuple_,
    type_coerce,
    union_all,
)

from safelight.domain.jobs import JobType, RunStatus
from safelight.errors import Invalid
from safelight.store import schema
from safelight.store.db import Read

jobs, runs, users = schema.job, schema.run, schema.user

COUNT_LIMIT = 10_000
_WALK = 500  # newest jobs that a search looks at before it asks for candidates
_CANDIDATES = 5_000  # more than so many are frequent enough to be found by walking on


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list shows. Empty fields do not filter."""

    organization_id: UUID
    type: JobType | None = None
    statuses: tuple[RunStatus, ...] = ()
    user_id: UUID | None = None
    target_id: UUID | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class JobPage:
    """Rows with the columns of `COLUMNS`, newest first; `next` is the cursor of the following page."""

    rows: Sequence[Row[Any]]
    next: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Jobs per type under the other filters, and per status under the other filters."""

    types: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    is_capped: bool = False


COLUMNS = (
    jobs.c.job_id,
    jobs.c.type,
    jobs.c.operation,
    jobs.c.name,
    jobs.c.status,
    jobs.c.target_type,
    jobs.c.target_id,
    jobs.c.target_name,
    jobs.c.target_path,
    jobs.c.triggered_at,
    jobs.c.triggered_by,
    users.c.name.label("user_name"),
    runs.c.run_id,
    runs.c.number,
    runs.c.engine,
    runs.c.created_at.label("run_created_at"),
    runs.c.started_at,
    runs.c.finished_at,
    runs.c.seen_at,
    runs.c.stop_requested_at,
    runs.c.kept,
    type_coerce(runs.c.progress, Text).label("progress"),  # passed through as it is
    type_coerce(runs.c.failure, Text).label("failure"),
    type_coerce(runs.c.result, Text).label("result"),
)


def page(read: Read, filter: Filter, *, after: str | None, limit: int) -> JobPage:
    """One page, newest first. Raises Invalid for a cursor that is none."""
    found = _keys(read, filter, _behind(after), limit + 1)
    rows = rows_of(read, [key for _, key in found[:limit]])
    cursor = None
    if len(found) > limit:
        triggered_at, key = found[limit - 1]
        cursor = f"{triggered_at:x}.{key:x}"
    return JobPage(rows, cursor)


def rows_of(read: Read, keys: list[int]) -> Sequence[Row[Any]]:
    """The list's rows of these jobs, newest first."""
    if not keys:
        return []
    return read.all(
        select(*COLUMNS)
        .join(runs, runs.c.run_id == jobs.c.latest_run_id)
        .join(users, users.c.user_id == jobs.c.triggered_by)
        .where(jobs.c.job_key.in_(keys))
        .order_by(jobs.c.triggered_at.desc(), jobs.c.job_key.desc())
    )


def row_of(read: Read, organization_id: UUID, job_id: UUID) -> Row[Any] | None:
    """The list's row of one job."""
    return read.first(
        select(*COLUMNS)
        .join(runs, runs.c.run_id == jobs.c.latest_run_id)
        .join(users, users.c.user_id == jobs.c.triggered_by)
        .where(jobs.c.job_id == job_id, jobs.c.organization_id == organization_id)
    )


def _behind(after: str | None) -> tuple[int, int] | None:
    if not after:
        return None
    if not re.fullmatch(r"[0-9a-f]{1,16}\.[0-9a-f]{1,16}", after):
        raise Invalid("This is not a cursor of this list.", field="after")
    triggered_at, key = after.split(".")
    return int(triggered_at, 16), int(key, 16)


# --- which jobs -----------------------------------------------------------------------------------

_Keys = list[tuple[int, int]]  # (triggered_at, job_key)


def _keys(read: Read, filter: Filter, behind: tuple[int, int] | None, limit: int) -> _Keys:
    terms = _terms(filter.search)
    if not terms:
        return _walk(read, filter, behind, limit)
    window = _walk(read, filter, behind, _WALK, among=terms)
    found = [(at, key) for at, key, matches in window if matches]
    if len(found) >= limit or len(window) < _WALK:
        return found[:limit]
    if _is_rare(read, terms):
        return _candidates(read, filter, behind, limit, terms)
    return _walk(read, filter, behind, limit, terms=terms)


def _walk(
    read: Read,
    filter: Filter,
    behind: tuple[int, int] | None,
    limit: int,
    *,
    terms: tuple[str, ...] = (),
    among: tuple[str, ...] = (),
) -> list[Any]:
    """Keys along the index, newest first. `terms` filter; `among` only adds whether they match.

    Several statuses are several walks that are merged, so that each follows its own index.
    """
    columns: list[Any] = [jobs.c.triggered_at, jobs.c.job_key]
    if among:
        columns.append(_matches(among).label("matches"))
    branches = [
        _newest(select(*columns).where(*_conditions(read, each), *_position(behind)), limit)
        for each in _per_status(filter)
    ]
    if terms:
        branches = [branch.where(_matches(terms)) for branch in branches]
    if len(branches) == 1:
        return [tuple(row) for row in read.all(branches[0])]
    merged = union_all(*(select(branch.subquery()) for branch in branches)).subquery()
    query = select(merged).order_by(merged.c.triggered_at.desc(), merged.c.job_key.desc())
    return [tuple(row) for row in read.all(query.limit(limit))]


def _newest(query: Select[Any], limit: int) -> Select[Any]:
    return query.order_by(jobs.c.triggered_at.desc(), jobs.c.job_key.desc()).limit(limit)


def _per_status(filter: Filter) -> list[Filter]:
    if len(filter.statuses) < 2:
        return [filter]
    return [replace(filter, statuses=(status,)) for status in sorted(set(filter.statuses))]


def _position(behind: tuple[int, int] | None) -> list[ColumnElement[bool]]:
    if behind is None:
        return []
    at, key = behind
    # The first condition alone bounds the walk on the index; the second is exact.
    return [
        jobs.c.triggered_at <= at,
        tuple_(jobs.c.triggered_at, jobs.c.job_key) < tuple_(literal(at), literal(key)),
    ]


def _conditions(read: Read, filter: Filter) -> list[ColumnElement[bool]]:
    """The filters but the text. SQLite keeps no statistics of ours, so it is told which one to walk by:
    a leading `+` keeps a column out of its choice.
    """
    given: list[tuple[str, Any]] = [
        ("target_id", filter.target_id),
        ("status", filter.statuses[0] if len(filter.statuses) == 1 else None),
        ("triggered_by", filter.user_id),
        ("type", filter.type),
    ]
    found: list[ColumnElement[bool]] = [jobs.c.organization_id == filter.organization_id]
    is_free = True
    for name, value in given:
        if value is None:
            continue
        column: ColumnElement[Any] = jobs.c[name]
        if not is_free and read.dialect == "sqlite":
            column = type_coerce(literal_column(f"+job.{name}"), jobs.c[name].type)
        found.append(column == value)
        is_free = False
    if len(filter.statuses) > 1:
        found.append(jobs.c.status.in_(filter.statuses))
    return found


# --- text -----------------------------------------------------------------------------------------

_TEXT: ColumnElement[str] = literal_column(
    "lower(job.name || ' ' || job.target_name)"
)  # as the index says it


def _terms(search: str) -> tuple[str, ...]:
    """The words of a search, all of which must occur; "in quotes" is one with its spaces."""
    found = re.findall(r'"([^"]+)"|(\S+)', search.strip().lower())
    return tuple(term for quoted, word in found if (term := quoted or word.replace('"', "")))


def _matches(terms: tuple[str, ...]) -> ColumnElement[bool]:
    return and_(*(_TEXT.contains(term, autoescape=True) for term in terms))


def _long(terms: tuple[str, ...]) -> list[str]:
    """The terms that trigrams can find."""
    return [term for term in terms if len(term) >= 3]


def _hits(read: Read, terms: tuple[str, ...], limit: int) -> Select[Any] | None:
    """The keys of jobs that have the long terms, by the trigram index; None if none is long."""
    wanted = _long(terms)
    if not wanted:
        return None
    if read.dialect == "sqlite":
        # An FTS5 table is asked as a function of its MATCH expression (sqlite.org/fts5.html 3.1).
        phrases = " ".join('"{}"'.format(term.replace('"', '""')) for term in wanted)
        table = func.job_search(phrases).table_valued("rowid", name="found")
        return select(table.c.rowid.label("job_key")).limit(limit)
    return select(jobs.c.job_key).where(_matches(tuple(wanted))).limit(limit)


def _is_rare(read: Read, terms: tuple[str, ...]) -> bool:
    """Whether candidates are worth asking for. The index knows all organizations together."""
    hits = _hits(read, terms, _CANDIDATES + 1)
    if hits is None:
        return False
    return int(read.scalar(select(func.count()).select_from(hits.subquery()))) <= _CANDIDATES


def _candidates(
    read: Read,
    filter: Filter,
    behind: tuple[int, int] | None,
    limit: int,
    terms: tuple[str, ...],
) -> _Keys:
    hits = _hits(read, terms, _CANDIDATES)
    assert hits is not None
    found = hits.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    query = (
        select(jobs.c.triggered_at, jobs.c.job_key)
        .where(jobs.c.job_key.in_(select(found.c.job_key)))
        .where(*_conditions(read, filter), *_position(behind), _matches(terms))
    )
    return [(row.triggered_at, row.job_key) for row in read.all(_newest(query, limit))]


# --- counts ---------------------------------------------------------------------------------------


def counts(read: Read, filter: Filter) -> Counts:
    """Counts per type and per status, each up to COUNT_LIMIT."""
    is_plain = not (filter.type or filter.statuses or filter.user_id or filter.target_id)
    if is_plain and not filter.search:
        return _plain_counts(read, filter)
    types, types_capped = _grouped(read, replace(filter, type=None), jobs.c.type)
    statuses, statuses_capped = _grouped(read, replace(filter, statuses=()), jobs.c.status)
    return _counts(types, statuses, is_capped=types_capped or statuses_capped)


def _plain_counts(read: Read, filter: Filter) -> Counts:
    """Without filters each number is one bounded walk over an index alone."""
    queries: list[Any] = []
    for name, values in (("type", JobType), ("status", RunStatus)):
        for value in values:
            walk = select(jobs.c.job_key).where(
                jobs.c.organization_id == filter.organization_id, jobs.c[name] == value
            )
            bounded = walk.limit(COUNT_LIMIT + 1).subquery()
            count = select(func.count()).select_from(bounded).scalar_subquery()
            queries.append(count.label(f"{name}_{value}"))
    row = read.first(select(*queries))
    assert row is not None
    found = row._mapping
    types = {value.value: found[f"type_{value}"] for value in JobType}
    statuses = {value.value: found[f"status_{value}"] for value in RunStatus}
    is_capped = any(number > COUNT_LIMIT for number in (*types.values(), *statuses.values()))
    return _counts(types, statuses, is_capped=is_capped)


def _grouped(read: Read, filter: Filter, column: Any) -> tuple[dict[str, int], bool]:
    query = select(column.label("value")).where(*_conditions(read, filter))
    terms = _terms(filter.search)
    if terms:
        query = query.where(_matches(terms))
        if _is_rare(read, terms):
            hits = _hits(read, terms, _CANDIDATES)
            assert hits is not None
            found = hits.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
            query = query.where(jobs.c.job_key.in_(select(found.c.job_key)))
    bounded = query.limit(COUNT_LIMIT + 1).subquery()
    grouped = select(bounded.c.value, func.count().label("jobs")).group_by(bounded.c.value)
    numbers: dict[str, int] = {row.value: row.jobs for row in read.all(grouped)}
    return numbers, sum(numbers.values()) > COUNT_LIMIT


def _counts(types: dict[str, int], statuses: dict[str, int], *, is_capped: bool) -> Counts:
    def capped(number: int) -> int:
        return min(number, COUNT_LIMIT)

    every_type = {value.value: capped(types.get(value, 0)) for value in JobType}
    total = sum(types.values())
    return Counts(
        {"ALL": capped(total) if is_capped else total, **every_type},
        {value.value: capped(statuses.get(value, 0)) for value in RunStatus},
        is_capped,
    )
