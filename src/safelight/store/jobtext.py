"""Text search over jobs: the newest are looked through first, which finds what is frequent; the trigram
index finds what is rare. In between the look goes on in greater windows. Nothing is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Text, TextClause

from safelight.store.db import Read
from safelight.store.jobfilter import Filter, Place
from safelight.store.jobwalk import Shape, Values, conditions, shape_of, statement, values_of, walk

_FIRST = 500  # newest jobs that a search looks through before it asks for candidates
_CANDIDATES = 5_000  # more than so many are frequent enough to be found by walking on
_FREQUENT = 20  # one job in so many
_GROWTH, _GREATEST = 4, 64_000

# As PostgreSQL's index says it.
_TEXT = "lower(job.name || ' ' || job.target_name)"


class Hit(NamedTuple):
    """A job that has the terms and fits the filters."""

    triggered_at: int
    job_key: int
    type: str
    status: str


def terms_of(search: str) -> tuple[str, ...]:
    """The words of a search, all of which must occur; "in quotes" is one with its spaces."""
    found = re.findall(r'"([^"]+)"|(\S+)', search.strip().lower())
    return tuple(term for quoted, word in found if (term := quoted or word.replace('"', "")))


def search(read: Read, filter: Filter, behind: Place | None, limit: int) -> list[Hit]:
    """The `limit` newest jobs that have all terms of the filter's search and fit its other filters."""
    found: list[Hit] = []
    windows = _windows(read, filter, behind)
    found += next(windows, [])
    if len(found) >= limit:
        return found[:limit]
    candidates = Candidates.of(read, filter)
    if candidates.are_all:
        return candidates.fitting(read, filter, behind)[:limit]
    for window in windows:
        found += window
        if len(found) >= limit:
            break
    return found[:limit]


def some(read: Read, filter: Filter, limit: int) -> tuple[list[Hit], bool]:
    """Jobs that fit, and whether these are all: at least `limit` of them if they are not."""
    found: list[Hit] = []
    windows = _windows(read, filter, None)
    found += next(windows, [])
    if len(found) * _FREQUENT < _FIRST:  # else walking on has enough of them sooner
        candidates = Candidates.of(read, filter)
        fitting = candidates.fitting(read, filter, None)
        if candidates.are_all or len(fitting) >= limit:
            return fitting, candidates.are_all
    while len(found) < limit:
        window = next(windows, None)
        if window is None:
            return found, True
        found += window
    return found, False


# --- windows of the walk --------------------------------------------------------------------------


def _windows(read: Read, filter: Filter, behind: Place | None) -> Iterator[list[Hit]]:
    """What has the terms among the newest jobs, then among those behind them, and so on to the end."""
    terms = terms_of(filter.search)
    shape = replace(shape_of(read, filter), is_behind=behind is not None)
    size = _FIRST
    while True:
        values = {**values_of(filter, behind), **_bound(terms), "limit": size}
        rows = read.execute(_window(shape, len(terms)), values).all()
        yield [Hit(*row[:4]) for row in rows if row.matches]
        if not rows or rows[-1].walked < size:
            return
        behind = Place(rows[-1].triggered_at, rows[-1].job_key)
        shape = replace(shape, is_behind=True)
        size = min(size * _GROWTH, _GREATEST)


@lru_cache(maxsize=512)
def _window(shape: Shape, terms: int) -> TextClause:
    """Those of the `:limit` newest that match, and the last of them anyhow: the next window begins there."""
    matches = _matches(terms)
    return _statement(
        f"WITH walked AS MATERIALIZED ({walk(shape)}) "
        f"SELECT job.triggered_at, job.job_key, job.type, job.status, {matches} AS matches, "
        "(SELECT count(*) FROM walked) AS walked "
        f"FROM walked JOIN job ON job.job_key = walked.job_key WHERE {matches} OR job.job_key = "
        "(SELECT job_key FROM walked ORDER BY triggered_at, job_key LIMIT 1) "
        "ORDER BY job.triggered_at DESC, job.job_key DESC",
        shape,
        terms,
    )


# --- candidates of the trigram index ------------------------------------------------------------------


class Candidates(NamedTuple):
    """Keys that the trigram index has for the terms, of all organizations together. `are_all`: there
    are no others; else the terms are too short for the index, or frequent.
    """

    keys: Sequence[int]
    are_all: bool

    @classmethod
    def of(cls, read: Read, filter: Filter) -> Candidates:
        wanted = tuple(term for term in terms_of(filter.search) if len(term) >= 3)
        if not wanted:
            return cls((), are_all=False)
        values: Values = {"limit": _CANDIDATES + 1}
        if read.dialect == "sqlite":
            values["phrases"] = " ".join('"{}"'.format(term.replace('"', '""')) for term in wanted)
            rows = read.execute(_HITS_SQLITE, values)
        else:
            rows = read.execute(_hits_postgresql(len(wanted)), {**values, **_bound(wanted)})
        keys = [row[0] for row in rows]
        return cls(keys, are_all=len(keys) <= _CANDIDATES)

    def fitting(self, read: Read, filter: Filter, behind: Place | None) -> list[Hit]:
        """Those that fit the filters and have the terms, newest first."""
        if not self.keys:
            return []
        terms = terms_of(filter.search)
        shape = shape_of(read, filter, behind)
        keys: Any = orjson.dumps(self.keys).decode() if shape.is_sqlite else list(self.keys)
        values = {**values_of(filter, behind), **_bound(terms), "keys": keys}
        return [Hit(*row) for row in read.execute(_fitting(shape, len(terms)), values)]


# An FTS5 table is asked as a function of its MATCH expression (sqlite.org/fts5.html 3.1).
_NOTHING = Shape(True, (), (), (), ())
_HITS_SQLITE = statement("SELECT rowid FROM job_search(:phrases) LIMIT :limit", _NOTHING)


@lru_cache(maxsize=32)
def _hits_postgresql(terms: int) -> TextClause:
    return _statement(
        f"SELECT job_key FROM job WHERE {_matches(terms)} LIMIT :limit", _NOTHING, terms
    )


@lru_cache(maxsize=512)
def _fitting(shape: Shape, terms: int) -> TextClause:
    # Counts and the page of one search share the keys; a list of 5,000 parameters would be slow.
    keys = "IN (SELECT value FROM json_each(:keys))" if shape.is_sqlite else "= ANY(:keys)"
    # The keys are known: SQLite, which keeps no statistics, would rather walk the organization's index.
    table = "job NOT INDEXED" if shape.is_sqlite else "job"
    return _statement(
        f"SELECT triggered_at, job_key, type, status FROM {table} "
        f"WHERE job_key {keys} AND {conditions(shape)} AND {_matches(terms)} "
        "ORDER BY triggered_at DESC, job_key DESC",
        shape,
        terms,
    )


def _matches(terms: int) -> str:
    return " AND ".join(f"{_TEXT} LIKE :term_{n} ESCAPE '/'" for n in range(terms)) or "1 = 1"


def _statement(sql: str, shape: Shape, terms: int) -> TextClause:
    return statement(sql, shape, **{f"term_{n}": Text for n in range(terms)})


def _bound(terms: tuple[str, ...]) -> Values:
    return {f"term_{position}": _like(term) for position, term in enumerate(terms)}


def _like(term: str) -> str:
    """The LIKE pattern of a text that stands anywhere."""
    escaped = term.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return f"%{escaped}%"
