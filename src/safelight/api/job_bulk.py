"""One action on many jobs, named one by one or by a filter."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from safelight.actions import bulk, stop
from safelight.actions.bulk import Action, Order, Outcome
from safelight.api.asking import Db
from safelight.api.job_query import JobReader, QueryBody
from safelight.api.views import parse_instant, time_text
from safelight.errors import Invalid

router = APIRouter(tags=["jobs"])


class BulkBody(BaseModel):
    """Either `jobs` or `filter`. `as_of`: when it was decided, RFC 3339, now if left out; jobs triggered
    later are left alone, so give it to repeat a call safely. `after`: the `next` of an earlier answer.
    `every`: a filter that leaves nothing out is meant; without it such a filter is refused. `grace_s`: of
    a stop, seconds until it is killed.
    """

    action: Action
    jobs: list[UUID] | None = Field(None, max_length=bulk.MOST)
    filter: QueryBody | None = None
    every: bool = False
    as_of: str = ""
    after: str = ""
    grace_s: float = Field(stop.GRACE_S, ge=0, le=stop.LONGEST_GRACE_S)


class BulkResult(BaseModel):
    """What became of one job; `unchanged`: it was so already. `code`: of what refused it."""

    job_id: UUID
    name: str
    outcome: Outcome
    message: str
    code: str | None


class BulkResults(BaseModel):
    """`next` goes into `after` for the jobs that are left, and `as_of` into `as_of`: the server's clock
    decides what was triggered later, not the caller's.
    """

    results: list[BulkResult]
    next: str | None
    as_of: str


@router.post("/jobs/bulk")
def act_on_jobs(body: BulkBody, actor: JobReader, db: Db) -> BulkResults:
    """Stop, re-run, archive or unarchive up to 100 jobs a call. Each is done or refused by itself, with a
    sentence. An archived job leaves the list; its record stays.
    """
    # A microsecond later than the clock: what was triggered at this very moment is meant, too.
    as_of = parse_instant(body.as_of, "as_of") if body.as_of else db.clock() + 1
    order = Order(body.action, as_of, body.grace_s, body.every)
    if (body.jobs is None) == (body.filter is None):
        raise Invalid("Give either jobs or a filter.", field="jobs")
    if body.filter is None:
        done = bulk.on_jobs(db, actor, order, body.jobs or [])
    else:
        done = bulk.on_filter(db, actor, order, body.filter.query(), body.after)
    results = [
        BulkResult(
            job_id=each.job_id,
            name=each.name,
            outcome=each.outcome,
            message=each.message,
            code=each.code,
        )
        for each in done.results
    ]
    return BulkResults(results=results, next=done.next, as_of=time_text(as_of))
