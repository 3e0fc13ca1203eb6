"""The same failure elsewhere: other jobs whose newest run failed with the same key."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select

from safelight.store import schema
from safelight.store.db import Read

jobs = schema.job

COUNT_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Others:
    """How many other jobs there are (`is_capped`: at least so many), since when, and the newest of them
    as keys of their rows.
    """

    jobs: int
    is_capped: bool
    since: int | None
    newest: list[int]


def others(
    read: Read, organization_id: UUID, failure_key: str, job_id: UUID, *, limit: int
) -> Others:
    """The jobs beside this one that failed in the same way: three bounded walks over one index."""

    def same(*columns: object) -> Select[tuple[int]]:
        return select(*columns).where(  # type: ignore[call-overload, no-any-return]
            jobs.c.organization_id == organization_id,
            jobs.c.archived.is_(False),  # as the list that it leads to
            jobs.c.failure_key == failure_key,
            jobs.c.job_id != job_id,
        )

    order = (jobs.c.triggered_at, jobs.c.job_key)
    bounded = same(jobs.c.job_key).limit(COUNT_LIMIT + 1).subquery()
    count = int(read.scalar(select(func.count()).select_from(bounded)))
    first = read.first(same(jobs.c.triggered_at).order_by(*order).limit(1))
    backwards = (each.desc() for each in order)
    newest = read.all(same(jobs.c.job_key).order_by(*backwards).limit(limit))
    return Others(
        min(count, COUNT_LIMIT),
        count > COUNT_LIMIT,
        first.triggered_at if first else None,
        [row.job_key for row in newest],
    )
