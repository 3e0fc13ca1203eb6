"""The list of jobs, its counts, and the names that its filters can be given."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from safelight.actions.context import Context
from safelight.actions.jobquery import filter_of
from safelight.api.asking import Ctx, Db
from safelight.api.job_query import Asked, JobReader
from safelight.api.job_views import CountsView, JobRow, Json, answer, job_rows
from safelight.api.views import Page
from safelight.domain.jobquery import ENGINES
from safelight.store import jobcounts, joblist, jobobjects, processings, users
from safelight.store.db import Read
from safelight.store.jobfilter import Filter

router = APIRouter(tags=["jobs"])

Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/jobs", response_model=Page[JobRow])
def list_jobs(
    context: Ctx, actor: JobReader, asked: Asked, after: str = "", limit: Limit = 50
) -> Response:
    """Jobs, newest first. `status` may be given several times; `search` wants all its words, "in
    quotes" as one, in the job's name or its object's. A name that nothing has answers 400.
    """
    with context.db.read() as read:
        filter = filter_of(read, actor, asked)
        page = joblist.page(read, filter, after=after, limit=limit)
        return answer(shown(context, read, page))


def jobs_page(context: Context, filter: Filter, *, after: str = "", limit: int = 50) -> Json:
    """One page of jobs as JSON values; other nouns use it for the jobs of their objects."""
    with context.db.read() as read:
        return shown(context, read, joblist.page(read, filter, after=after, limit=limit))


def shown(context: Context, read: Read, page: joblist.JobPage) -> Json:
    """A page of jobs as JSON values."""
    return {"items": job_rows(context, read, page.rows), "next": page.next}


@router.get("/jobs/counts", response_model=CountsView)
def count_jobs(db: Db, actor: JobReader, asked: Asked) -> CountsView:
    """How many jobs there are per type (under the other filters) and per status (likewise). Numbers
    from `exact_below` on mean "at least"; null: all are exact.
    """
    with db.read() as read:
        counts = jobcounts.counts(read, filter_of(read, actor, asked))
    return CountsView(
        types=counts.types,
        statuses=counts.statuses,
        capped=counts.is_capped,
        exact_below=counts.exact_below,
    )


class Noun(StrEnum):
    USER = "user"
    OBJECT = "object"
    PROCESSING = "processing"
    ENGINE = "engine"


class ValueView(BaseModel):
    """A value that a filter can be given. `type`: of an object."""

    name: str
    id: UUID | None = None
    type: str | None = None


_MOST = 12


@router.get("/jobs/values", response_model=list[ValueView])
def list_values(
    db: Db, actor: JobReader, of: Noun, text: Annotated[str, Query(max_length=400)] = ""
) -> list[ValueView]:
    """Up to 12 names that the filter `of` can be given, those with `text` in them."""
    with db.read() as read:
        return [ValueView(**value) for value in _values(read, actor.organization_id, of, text)]


def _values(read: Read, organization_id: UUID, of: Noun, text: str) -> list[dict[str, Any]]:
    if of is Noun.OBJECT:
        found = jobobjects.named(read, organization_id, text, _MOST)
        return [each._asdict() for each in found]
    names: list[dict[str, Any]]
    if of is Noun.USER:
        names = [{"name": m.name, "id": m.user_id} for m in users.members(read, organization_id)]
    elif of is Noun.PROCESSING:
        every = processings.of_organization(read, organization_id)
        names = [{"name": each.name, "id": each.processing_id} for each in every]
    else:
        names = [{"name": name} for name in ENGINES]
    return [each for each in names if text.lower() in each["name"].lower()][:_MOST]
