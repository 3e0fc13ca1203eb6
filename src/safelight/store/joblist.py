"""The list of jobs: pages by keyset of what the list shows in a row, quick on a million jobs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Text, TextClause, bindparam, select, tuple_, type_coerce, union

from safelight.store import jobtext, schema
from safelight.store.db import Read
from safelight.store.jobfilter import Filter, Place, place_of
from safelight.store.jobwalk import Shape, shape_of, statement, values_of, walk
from safelight.store.versions import Version

jobs, runs, users = schema.job, schema.run, schema.user


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
    archived: bool
    progress: str | None  # JSON, passed through as it is
    failure: str | None  # JSON
    result: str | None  # JSON


@dataclass(frozen=True, slots=True)
class JobPage:
    """Rows, newest first; `next` is the cursor of the following page."""

    rows: list[ListRow]
    next: str | None


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
    jobs.c.archived,
    type_coerce(runs.c.progress, Text).label("progress"),
    type_coerce(runs.c.failure, Text).label("failure"),
    type_coerce(runs.c.result, Text).label("result"),
)


def page(read: Read, filter: Filter, *, after: str | None, limit: int) -> JobPage:
    """One page, newest first. Raises Invalid for a cursor that is none."""
    return _page(read, places(read, filter, place_of(after), limit + 1), limit)


def places(read: Read, filter: Filter, behind: Place | None, limit: int) -> list[Place]:
    """Where the `limit` newest jobs are that a filter shows, behind a place."""
    if jobtext.terms_of(filter.search):
        hits = jobtext.search(read, filter, behind, limit)
        return [Place(hit.triggered_at, hit.job_key) for hit in hits]
    shape = shape_of(read, filter, behind)
    rows = read.execute(_walk(shape), {**values_of(filter, behind), "limit": limit})
    return [Place(*row) for row in rows]


@lru_cache(maxsize=512)
def _walk(shape: Shape) -> TextClause:
    return statement(walk(shape), shape)


def touching(read: Read, version: Version, *, after: str | None, limit: int) -> JobPage:
    """One page of the jobs that were about a version or changed it. Raises Invalid as `page` does."""
    sets = schema.change_set
    mine = select(jobs.c.triggered_at, jobs.c.job_key).where(
        jobs.c.organization_id == version.organization_id,
    )
    # Archived or not; said, because the index has it before the object.
    about = mine.where(jobs.c.archived.in_((False, True)), jobs.c.target_id == version.version_id)
    changed = (
        mine.join(runs, runs.c.job_id == jobs.c.job_id)
        .join(sets, sets.c.run_id == runs.c.run_id)
        .where(sets.c.version_key == version.version_key)
    )
    every = union(about, changed).subquery()
    query = select(every).order_by(every.c.triggered_at.desc(), every.c.job_key.desc())
    behind = place_of(after)
    if behind is not None:
        position = tuple_(every.c.triggered_at, every.c.job_key)
        query = query.where(position < tuple_(behind.triggered_at, behind.job_key))
    return _page(read, [Place(*row) for row in read.execute(query.limit(limit + 1))], limit)


def _page(read: Read, found: list[Place], limit: int) -> JobPage:
    """The page of these places; one more than `limit` says that there is another page."""
    rows = rows_of(read, [place.job_key for place in found[:limit]])
    return JobPage(rows, found[limit - 1].cursor() if len(found) > limit else None)


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
