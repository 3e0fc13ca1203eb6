"""The list of jobs: pages by keyset, filters, text search and counts, quick on a million jobs.

Search: the newest jobs are walked first, which finds what is frequent; candidates by trigram find what is
rare. Counts stop at COUNT_LIMIT and say so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    true,
    tuple_,
    type_coerce,
    union,
    union_all,
)

from safelight.domain.jobs import JobType, RunStatus
from safelight.errors import Invalid
from safelight.store import schema
from safelight.store.db import Read
from safelight.store.versions import Version

jobs, runs, users = schema.job, schema.run, schema.user

_Keys = list[tuple[int, int]]  # (triggered_at, job_key)

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
    failure_key: str | None = None


class ListRow(NamedTuple):
    """A job as the list shows it, with its newest run. Its fields are `COLUMNS`, in their order."""

    job_id: UUID
    type: str
    operation: str
    name: str
    status: str
    target_type: str | None
    target_id: UUID | None
    target_name: str
    target_path: str | None
    triggered_at: int
    triggered_by: UUID
    user_name: str
    run_id: UUID
    number: int
    engine: str
    started_at: int | None
    finished_at: int | None
    seen_at: int | None
    stop_requested_at: int | None
    kept: bool
    progress: str | None  # JSON, passed through as it is
    failure: str | None  # JSON
    result: str | None  # JSON


@dataclass(frozen=True, slots=True)
class JobPage:
    """Rows, newest first; `next` is the cursor of the following page."""

    rows: list[ListRow]
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
    runs.c.started_at,
    runs.c.finished_at,
    runs.c.seen_at,
    runs.c.stop_requested_at,
    runs.c.kept,
    type_coerce(runs.c.progress, Text).label("progress"),
    type_coerce(runs.c.failure, Text).label("failure"),
    type_coerce(runs.c.result, Text).label("result"),
)


def page(read: Read, filter: Filter, *, after: str | None, limit: int) -> JobPage:
    """One page, newest first. Raises Invalid for a cursor that is none."""
    return _page(read, _keys(read, filter, _behind(after), limit + 1), limit)


def touching(read: Read, version: Version, *, after: str | None, limit: int) -> JobPage:
    """One page of the jobs that were about a version or changed it. Raises Invalid as `page` does."""
    sets = schema.change_set
    mine = select(jobs.c.triggered_at, jobs.c.job_key).where(
        jobs.c.organization_id == version.organization_id
    )
    about = mine.where(jobs.c.target_id == version.version_id)
    changed = (
        mine.join(runs, runs.c.job_id == jobs.c.job_id)
        .join(sets, sets.c.run_id == runs.c.run_id)
        .where(sets.c.version_key == version.version_key)
    )
    every = union(about, changed).subquery()
    query = select(every).order_by(every.c.triggered_at.desc(), every.c.job_key.desc())
    behind = _behind(after)
    if behind is not None:
        query = query.where(tuple_(every.c.triggered_at, every.c.job_key) < tuple_(*behind))
    return _page(read, [tuple(row) for row in read.all(query.limit(limit + 1))], limit)


def _page(read: Read, found: _Keys, limit: int) -> JobPage:
    """The page of these keys; one key more than `limit` says that there is another."""
    rows = rows_of(read, [key for _, key in found[:limit]])
    cursor = None
    if len(found) > limit:
        triggered_at, key = found[limit - 1]
        cursor = f"{triggered_at:x}.{key:x}"
    return JobPage(rows, cursor)


_ROWS = (
    select(*COLUMNS)
    .join(runs, runs.c.run_id == jobs.c.latest_run_id)
    .join(users, users.c.user_id == jobs.c.triggered_by)
)
_ROWS_OF_KEYS = _ROWS.where(jobs.c.job_key.in_(bindparam("keys", expanding=True))).order_by(
    jobs.c.triggered_at.desc(), jobs.c.job_key.desc()
)


def rows_of(read: Read, keys: list[int]) -> list[ListRow]:
    """The list's rows of these jobs, newest first."""
    if not keys:
        return []
    # A field of SQLAlchemy's rows costs ten times as much to read, which shows on 50 rows of 23.
    return [ListRow._make(row) for row in read.execute(_ROWS_OF_KEYS, {"keys": keys})]


def row_of(read: Read, organization_id: UUID, job_id: UUID) -> ListRow | None:
    """The list's row of one job."""
    row = read.first(
        _ROWS.where(jobs.c.job_id == job_id, jobs.c.organization_id == organization_id)
    )
    return None if row is None else ListRow._make(row)


def _behind(after: str | None) -> tuple[int, int] | None:
    if not after:
        return None
    if not re.fullmatch(r"[0-9a-f]{1,16}\.[0-9a-f]{1,16}", after):
        raise Invalid("This is not a cursor of this list.", field="after")
    triggered_at, key = after.split(".")
    return int(triggered_at, 16), int(key, 16)


# --- which jobs -----------------------------------------------------------------------------------

_Values = dict[str, Any]


def _keys(read: Read, filter: Filter, behind: tuple[int, int] | None, limit: int) -> _Keys:
    terms = _terms(filter.search)
    values = _values(filter, behind, terms)
    shape = _shape(read, filter, behind)
    if not terms:
        return _found(read, shape, values, limit)
    window = _found(read, replace(shape, terms=len(terms), is_marking=True), values, _WALK)
    found = [(at, key) for at, key, matches in window if matches]
    if len(found) >= limit or len(window) < _WALK:
        return found[:limit]
    shape = replace(shape, terms=len(terms))
    keys = _rare_keys(read, terms)
    if keys is None:
        return _found(read, shape, values, limit)
    rows = read.execute(_candidates(shape), {**values, "limit": limit, "keys": keys}).all()
    return [(row.triggered_at, row.job_key) for row in rows]


def _found(read: Read, shape: _Shape, values: _Values, limit: int) -> list[Any]:
    rows = read.execute(_walk(shape), {**values, "limit": limit}).all()
    return [tuple(row) for row in rows]


@dataclass(frozen=True, slots=True)
class _Shape:
    """What makes two walks the same statement; built once, as building costs as much as running it.

    `names`: the columns that filter, in the order in which an index shall serve them. `is_marking`: the
    terms do not filter, a column says whether they match.
    """

    is_sqlite: bool
    names: tuple[str, ...]
    statuses: int
    is_behind: bool
    terms: int = 0
    is_marking: bool = False


def _shape(read: Read, filter: Filter, behind: tuple[int, int] | None) -> _Shape:
    given = {
        "organization_id": filter.organization_id,
        "target_id": filter.target_id,
        "failure_key": filter.failure_key,
        "triggered_by": filter.user_id,
        "type": filter.type,
    }
    names = tuple(name for name, value in given.items() if value is not None)
    is_sqlite = read.dialect == "sqlite"
    return _Shape(is_sqlite, names, len(set(filter.statuses)), behind is not None)


def _values(filter: Filter, behind: tuple[int, int] | None, terms: tuple[str, ...]) -> _Values:
    at, key = behind or (0, 0)
    statuses = sorted(set(filter.statuses))
    return {
        "organization_id": filter.organization_id,
        "target_id": filter.target_id,
        "failure_key": filter.failure_key,
        "triggered_by": filter.user_id,
        "type": filter.type,
        "at": at,
        "key": key,
        **{f"status_{position}": status for position, status in enumerate(statuses)},
        **{f"term_{position}": _like(term) for position, term in enumerate(terms)},
    }


@lru_cache(maxsize=256)
def _walk(shape: _Shape) -> Select[Any]:
    """Keys along the index, newest first.

    Several statuses are several walks that are merged, so that each follows its own index.
    """
    columns: list[Any] = [jobs.c.triggered_at, jobs.c.job_key]
    matches = _matches(shape.terms)
    if shape.is_marking:
        columns.append(matches.label("matches"))
    branches = []
    for status in range(max(1, shape.statuses)):
        branch = select(*columns).where(*_conditions(shape, status), *_position(shape))
        if shape.terms and not shape.is_marking:
            branch = branch.where(matches)
        branches.append(_newest(branch))
    if len(branches) == 1:
        return branches[0]
    merged = union_all(*(select(branch.subquery()) for branch in branches)).subquery()
    return (
        select(merged)
        .order_by(merged.c.triggered_at.desc(), merged.c.job_key.desc())
        .limit(bindparam("limit"))
    )


def _newest(query: Select[Any]) -> Select[Any]:
    order = (jobs.c.triggered_at.desc(), jobs.c.job_key.desc())
    return query.order_by(*order).limit(bindparam("limit"))


def _position(shape: _Shape) -> list[ColumnElement[bool]]:
    if not shape.is_behind:
        return []
    at, key = bindparam("at", type_=BigInteger), bindparam("key", type_=BigInteger)
    # The first condition alone bounds the walk on the index; the second is exact.
    return [
        jobs.c.triggered_at <= at,
        tuple_(jobs.c.triggered_at, jobs.c.job_key) < tuple_(at, key),
    ]


def _conditions(
    shape: _Shape, status: int | None, *, walks: bool = True
) -> list[ColumnElement[bool]]:
    """The filters but the text. SQLite keeps no statistics of ours, so it is told which one to walk by:
    a leading `+` keeps a column out of its choice. `walks` False: by none, the keys are known.
    `status`: which of several, None for any of them.
    """
    names = list(shape.names)
    if shape.statuses and status is not None:
        # Few jobs are about one object or failed in one way: their indexes come before the status.
        names.insert(2 if {"target_id", "failure_key"} & set(names) else 1, "status")
    found: list[ColumnElement[bool]] = []
    for position, name in enumerate(names):
        column: ColumnElement[Any] = jobs.c[name]
        # The organization and the first filter; an object's own index knows no organization.
        is_index = walks and (position < 2 if "target_id" not in names else name == "target_id")
        if not is_index and shape.is_sqlite:
            column = type_coerce(literal_column(f"+job.{name}"), jobs.c[name].type)
        value = f"status_{status}" if name == "status" else name
        found.append(column == bindparam(value, type_=jobs.c[name].type))
    if shape.statuses and status is None:
        each = [bindparam(f"status_{n}", type_=Text) for n in range(shape.statuses)]
        found.append(jobs.c.status.in_(each))
    return found


# --- text -----------------------------------------------------------------------------------------

_TEXT: ColumnElement[str] = literal_column(
    "lower(job.name || ' ' || job.target_name)"
)  # as the index says it


def _terms(search: str) -> tuple[str, ...]:
    """The words of a search, all of which must occur; "in quotes" is one with its spaces."""
    found = re.findall(r'"([^"]+)"|(\S+)', search.strip().lower())
    return tuple(term for quoted, word in found if (term := quoted or word.replace('"', "")))


def _like(term: str) -> str:
    """The LIKE pattern of a text that stands anywhere."""
    escaped = term.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return f"%{escaped}%"


def _matches(terms: int) -> ColumnElement[bool]:
    """All of so many terms, bound as `term_0`, `term_1` ..., are in the text."""
    each = [_TEXT.like(bindparam(f"term_{n}", type_=Text), escape="/") for n in range(terms)]
    return and_(true(), *each)


# An FTS5 table is asked as a function of its MATCH expression (sqlite.org/fts5.html 3.1).
_SEARCH_TABLE = func.job_search(bindparam("phrases", type_=Text)).table_valued("rowid", name="hit")
_HITS_SQLITE = select(_SEARCH_TABLE.c.rowid.label("job_key")).limit(bindparam("limit"))


@lru_cache(maxsize=32)
def _hits_postgresql(terms: int) -> Select[Any]:
    return select(jobs.c.job_key).where(_matches(terms)).limit(bindparam("limit"))


def _rare_keys(read: Read, terms: tuple[str, ...]) -> list[int] | None:
    """The keys that the trigram index has for the terms, of all organizations together. None if the
    terms are too short for it, or so frequent that walking on finds them sooner.
    """
    wanted = [term for term in terms if len(term) >= 3]
    if not wanted:
        return None
    values: _Values = {"limit": _CANDIDATES + 1}
    if read.dialect == "sqlite":
        values["phrases"] = " ".join('"{}"'.format(term.replace('"', '""')) for term in wanted)
        rows = read.execute(_HITS_SQLITE, values).all()
    else:
        values |= {f"term_{position}": _like(term) for position, term in enumerate(wanted)}
        rows = read.execute(_hits_postgresql(len(wanted)), values).all()
    return [row.job_key for row in rows] if len(rows) <= _CANDIDATES else None


@lru_cache(maxsize=256)
def _candidates(shape: _Shape) -> Select[Any]:
    """Those of the given keys that fit the filters and have the terms, newest first."""
    return _newest(
        select(jobs.c.triggered_at, jobs.c.job_key)
        .where(_IS_CANDIDATE, *_conditions(shape, None, walks=False))
        .where(*_position(shape), _matches(shape.terms))
    )


_IS_CANDIDATE = jobs.c.job_key.in_(bindparam("keys", expanding=True))


# --- counts ---------------------------------------------------------------------------------------


def counts(read: Read, filter: Filter) -> Counts:
    """Counts per type and per status, each up to COUNT_LIMIT."""
    if filter == Filter(filter.organization_id):
        return _plain_counts(read, filter)
    of_types = replace(filter, type=None)
    of_statuses = replace(filter, statuses=())
    pairs = _pairs(read, of_types)
    others = pairs if of_statuses == of_types else _pairs(read, of_statuses)
    types, statuses = Counter[str](), Counter[str]()
    for (type, _), number in pairs.items():
        types[type] += number
    for (_, status), number in others.items():
        statuses[status] += number
    is_capped = max(types.total(), statuses.total()) > COUNT_LIMIT
    return _counts(types, statuses, is_capped=is_capped)


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


def _pairs(read: Read, filter: Filter) -> dict[tuple[str, str], int]:
    """How many there are of each type and status, of the first COUNT_LIMIT + 1."""
    terms = _terms(filter.search)
    keys = _rare_keys(read, terms)
    shape = _shape(read, filter, None)
    query = select(jobs.c.type, jobs.c.status).where(
        *_conditions(shape, None, walks=keys is None), _matches(len(terms))
    )
    values = _values(filter, None, terms)
    if keys is not None:
        query, values = query.where(_IS_CANDIDATE), {**values, "keys": keys}
    bounded = query.limit(COUNT_LIMIT + 1).subquery()
    pair = (bounded.c.type, bounded.c.status)
    rows = read.execute(select(*pair, func.count()).group_by(*pair), values)
    return {(type, status): number for type, status, number in rows}


def _counts(types: Mapping[str, int], statuses: Mapping[str, int], *, is_capped: bool) -> Counts:
    def capped(number: int) -> int:
        return min(number, COUNT_LIMIT)

    every_type = {value.value: capped(types.get(value, 0)) for value in JobType}
    total = sum(types.values())
    return Counts(
        {"ALL": capped(total) if is_capped else total, **every_type},
        {value.value: capped(statuses.get(value, 0)) for value in RunStatus},
        is_capped,
    )
