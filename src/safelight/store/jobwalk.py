"""Walks along the indexes of jobs, newest first: the SQL of them, and which index serves a filter.

Every index has (type, status) before the order of the list. A walk that is given neither merges one
branch for each of their pairs, so each filter and each pair with type or status reads what it shows and
nothing else, however many jobs there are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Any

from sqlalchemy import BigInteger, TextClause, bindparam, text

from safelight.domain.jobs import JobType, RunStatus
from safelight.store import schema
from safelight.store.db import Read
from safelight.store.jobfilter import Filter, Place

jobs = schema.job
Values = dict[str, Any]

# Columns that filter, each with an index of its own; the first is likely to leave the fewest jobs.
_INDEX_OF = {
    "target_id": "ix_job_target",
    "failure_key": "ix_job_failure_key",
    "failure_kind": "ix_job_failure_kind",
    "processing_id": "ix_job_processing",
    "triggered_by": "ix_job_user",
    "engine": "ix_job_engine",
}
_MOST_BRANCHES = 200  # SQLite takes 500 in one statement
_FEW = 2_000  # jobs that are read faster than a smaller choice is looked for
_ORDER = "ORDER BY triggered_at DESC, job_key DESC"


@dataclass(frozen=True, slots=True)
class Shape:
    """What makes two walks the same statement. `filters`: the columns that filter, the one whose index
    is walked first, with how many values each.
    """

    is_sqlite: bool
    filters: tuple[tuple[str, int], ...]
    types: tuple[JobType, ...]
    statuses: tuple[RunStatus, ...]
    archived: tuple[bool, ...]
    has_since: bool = False
    has_before: bool = False
    is_behind: bool = False


def shape_of(read: Read, filter: Filter, behind: Place | None = None) -> Shape:
    """The shape of a filter's walk; asks the indexes which of several filters leaves the fewest jobs."""
    archived = (False, True) if filter.archived is None else (filter.archived,)
    given = _given(filter)
    shape = Shape(
        read.dialect == "sqlite",
        tuple((name, len(given[name])) for name in _INDEX_OF if name in given),
        (filter.type,) if filter.type else (),
        tuple(sorted(set(filter.statuses))),
        archived,
        filter.since is not None,
        filter.before is not None,
        behind is not None,
    )
    return _by_fewest(read, filter, shape) if len(shape.filters) > 1 else shape


def _given(filter: Filter) -> dict[str, tuple[Any, ...]]:
    single = {
        "failure_key": filter.failure_key,
        "failure_kind": filter.failure_kind,
        "processing_id": filter.processing_id,
        "triggered_by": filter.user_id,
        "engine": filter.engine,
    }
    given = {name: (value,) for name, value in single.items() if value is not None}
    return given if filter.target_ids is None else {"target_id": filter.target_ids, **given}


def values_of(filter: Filter, behind: Place | None = None) -> Values:
    """What a walk's parameters are for this filter."""
    values: Values = {"organization_id": filter.organization_id}
    for name, chosen in _given(filter).items():
        values |= {f"{name}_{position}": value for position, value in enumerate(chosen)}
    bounds = {"since": filter.since, "before": filter.before}
    values |= {name: at for name, at in bounds.items() if at is not None}
    if behind is not None:
        values |= {"at": behind.triggered_at, "key": behind.job_key}
    return values


# --- statements -----------------------------------------------------------------------------------


def statement(sql: str, shape: Shape, **types: Any) -> TextClause:
    """The SQL with the parameters of the shape typed; `types` for others."""
    known: dict[str, Any] = {"organization_id": jobs.c.organization_id.type, **types}
    for name, count in shape.filters:
        known |= {f"{name}_{position}": jobs.c[name].type for position in range(count)}
    known |= dict.fromkeys(("since", "before", "at", "key"), BigInteger)
    used = set(re.findall(r":(\w+)", sql))
    return text(sql).bindparams(
        *(bindparam(name, type_=type) for name, type in known.items() if name in used)
    )


@lru_cache(maxsize=512)
def walk(shape: Shape) -> str:
    """SELECT of (triggered_at, job_key) of the `:limit` newest jobs that the shape's filters show."""
    if not shape.filters and not (shape.types or shape.statuses) and len(shape.archived) == 1:
        return _branch(shape, "ix_job_newest", [_is_archived(shape.archived[0])])
    index = _INDEX_OF[shape.filters[0][0]] if shape.filters else "ix_job_kind"
    first = _one_of_each(*shape.filters[0]) if shape.filters else [""]
    cells = list(product(first, kinds(shape), shape.archived))
    if not cells:
        return f"SELECT triggered_at, job_key FROM job WHERE 1 = 0 {_ORDER} LIMIT :limit"
    if len(cells) > _MOST_BRANCHES:  # many objects: what all of them have is put in order
        where = [_any_of(*shape.filters[0]), *_any_kind(shape), _any_archived(shape)]
        return _branch(shape, index, where)
    branches = [
        _branch(shape, index, [chosen, *_is_kind(kind), _is_archived(archived)])
        for chosen, kind, archived in cells
    ]
    if len(branches) == 1:
        return branches[0]
    merged = " UNION ALL ".join(f"SELECT * FROM ({sql}) AS b{n}" for n, sql in enumerate(branches))
    return f"SELECT triggered_at, job_key FROM ({merged}) AS merged {_ORDER} LIMIT :limit"


def kinds(shape: Shape) -> list[tuple[JobType, RunStatus]]:
    """The pairs of type and status that a shape shows. Only failed jobs have a kind of failure."""
    statuses: Sequence[RunStatus] = shape.statuses or tuple(RunStatus)
    if any(name.startswith("failure_") for name, _ in shape.filters):
        statuses = [status for status in statuses if status is RunStatus.FAILED]
    return list(product(shape.types or tuple(JobType), statuses))


def cell(shape: Shape, kind: tuple[JobType, RunStatus]) -> str:
    """SELECT of `:limit` keys of one type and status, in no order: for counting."""
    index = _INDEX_OF[shape.filters[0][0]] if shape.filters else "ix_job_kind"
    first = [_any_of(*shape.filters[0])] if shape.filters else []
    where = _where(shape, [*first, *_is_kind(kind), _any_archived(shape)])
    return f"SELECT job_key FROM {_table(shape, index)} WHERE {where} LIMIT :limit"


def conditions(shape: Shape) -> str:
    """All filters of a shape as a condition on rows whose keys are known."""
    first = [_any_of(*shape.filters[0])] if shape.filters else []
    return _where(shape, [*first, *_any_kind(shape), _any_archived(shape)])


def _branch(shape: Shape, index: str, chosen: list[str]) -> str:
    where = _where(shape, chosen)
    return f"SELECT triggered_at, job_key FROM {_table(shape, index)} WHERE {where} {_ORDER} LIMIT :limit"


def _table(shape: Shape, index: str) -> str:
    """SQLite keeps no statistics, so it is told the index; PostgreSQL sees that it fits exactly."""
    return f"job INDEXED BY {index}" if shape.is_sqlite else "job"


def _where(shape: Shape, chosen: list[str]) -> str:
    rest = [_any_of(name, count) for name, count in shape.filters[1:]]
    bounds = []
    if shape.has_since:
        bounds.append("triggered_at >= :since")
    if shape.has_before:
        bounds.append("triggered_at < :before")
    if shape.is_behind:
        # The first alone bounds the walk on the index; the second is exact.
        bounds += ["triggered_at <= :at", "(triggered_at, job_key) < (:at, :key)"]
    given = ["organization_id = :organization_id", *chosen, *rest, *bounds]
    return " AND ".join(condition for condition in given if condition)


def _one_of_each(name: str, count: int) -> list[str]:
    return [f"{name} = :{name}_{position}" for position in range(count)]


def _any_of(name: str, count: int) -> str:
    if count == 1:
        return f"{name} = :{name}_0"
    return f"{name} IN ({', '.join(f':{name}_{position}' for position in range(count))})"


def _is_kind(kind: tuple[JobType, RunStatus]) -> list[str]:
    return [f"type = '{kind[0]}'", f"status = '{kind[1]}'"]


def _any_kind(shape: Shape) -> list[str]:
    chosen = {"type": shape.types, "status": shape.statuses}
    return [f"{name} IN ({_quoted(values)})" for name, values in chosen.items() if values]


def _quoted(values: Sequence[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _is_archived(value: bool) -> str:
    return f"archived = {str(value).lower()}"


def _any_archived(shape: Shape) -> str:
    return f"archived IN ({', '.join(str(value).lower() for value in shape.archived)})"


# --- which index ----------------------------------------------------------------------------------


def _by_fewest(read: Read, filter: Filter, shape: Shape) -> Shape:
    """The shape with that filter first that leaves the fewest jobs, counted on the indexes alone."""
    values = values_of(filter)
    sizes: dict[tuple[str, int], int] = {}
    for each in shape.filters:
        sql = _how_many(shape, each)
        sizes[each] = read.execute(statement(sql, shape), {**values, "limit": _FEW}).scalar()
        if sizes[each] < _FEW:
            break
    fewest = min(sizes, key=lambda each: sizes[each])
    rest = tuple(each for each in shape.filters if each != fewest)
    return replace(shape, filters=(fewest, *rest))


def _how_many(shape: Shape, each: tuple[str, int]) -> str:
    name, count = each
    return (
        f"SELECT count(*) FROM (SELECT 1 FROM {_table(shape, _INDEX_OF[name])} WHERE "
        f"organization_id = :organization_id AND {_any_archived(shape)} AND {_any_of(name, count)} "
        "LIMIT :limit) AS counted"
    )
