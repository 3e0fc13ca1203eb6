"""The list of jobs: pages by keyset, filters, text search and counts, quick on a million jobs.

Search: the newest jobs are walked first, which finds what is frequent; candidates by trigram find what is
rare. Counts stop at COUNT_LIMIT and say so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
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


_ROWS = (
    select(*COLUMNS)
    .join(runs, runs.c.run_id == jobs.c.latest_run_id)
    .join(users, users.c.user_id == jobs.c.triggered_by)
)
_ROWS_OF_KEYS = _ROWS.where(jobs.c.job_key.in_(bindparam("keys", expanding=True))).order_by(
    jobs.c.triggered_at.desc(), jobs.c.job_key.desc()
)


def rows_of(read: Read, keys: list[int]) -> Sequence[Row[Any]]:
    """The list's rows of these jobs, newest first."""
    if not keys:
        return []
    rows: Sequence[Row[Any]] = read.execute(_ROWS_OF_KEYS, {"keys": keys}).all()
    return rows


def row_of(read: Read, organization_id: UUID, job_id: UUID) -> Row[Any] | None:
    """The list's row of one job."""
    return read.first(
        _ROWS.where(jobs.c.job_id == job_id, jobs.c.organization_id == organization_id)
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
    if _is_rare(read, terms):
        return _candidates(read, shape, values, limit, terms)
    return _found(read, replace(shape, terms=len(terms)), values, limit)


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
        names.insert(1 if "target_id" not in names else 2, "status")
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
    each = [_TEXT.like(_like(term), escape="/") for term in wanted]
    return select(jobs.c.job_key).where(*each).limit(limit)


def _is_rare(read: Read, terms: tuple[str, ...]) -> bool:
    """Whether candidates are worth asking for. The index knows all organizations together."""
    hits = _hits(read, terms, _CANDIDATES + 1)
    if hits is None:
        return False
    return int(read.scalar(select(func.count()).select_from(hits.subquery()))) <= _CANDIDATES


def _candidates(
    read: Read, shape: _Shape, values: _Values, limit: int, terms: tuple[str, ...]
) -> _Keys:
    query = _newest(
        select(jobs.c.triggered_at, jobs.c.job_key)
        .where(_among(read, terms), *_conditions(shape, None, walks=False))
        .where(*_position(shape), _matches(len(terms)))
    )
    rows = read.execute(query, {**values, "limit": limit}).all()
    return [(row.triggered_at, row.job_key) for row in rows]


def _among(read: Read, terms: tuple[str, ...]) -> ColumnElement[bool]:
    """The job is one of the candidates for these terms."""
    hits = _hits(read, terms, _CANDIDATES)
    assert hits is not None
    found = hits.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    return jobs.c.job_key.in_(select(found.c.job_key))


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
    terms = _terms(filter.search)
    is_rare = bool(terms) and _is_rare(read, terms)
    shape = _shape(read, filter, None)
    query = select(column.label("value")).where(*_conditions(shape, None, walks=not is_rare))
    if terms:
        query = query.where(_matches(len(terms)))
    if is_rare:
        query = query.where(_among(read, terms))
    bounded = query.limit(COUNT_LIMIT + 1).subquery()
    grouped = select(bounded.c.value, func.count().label("jobs")).group_by(bounded.c.value)
    rows = read.execute(grouped, _values(filter, None, terms)).all()
    numbers: dict[str, int] = {row.value: row.jobs for row in rows}
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
