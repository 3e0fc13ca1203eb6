"""How the address of a list of jobs says which, and how the body of a bulk action says the same."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from safelight.api.asking import needs
from safelight.domain.jobquery import FAILURE_KEY, JobQuery, read_query
from safelight.domain.jobs import FailureKind, JobType, RunStatus
from safelight.domain.permissions import Ability, Actor

JobReader = Annotated[Actor, Depends(needs(Ability.READ_JOBS))]

_USER = "A user's id or name, or `me`."
_OBJECT = "An object's id or name: `dataset/version`, `model/version`, `project/experiment`, a datalake; or the name of a dataset, model or project for all in it."
_PROCESSING = "A processing's id or name."
_ENGINE = "Where the newest run executes: local, container, ray, slurm or external."
_FAILURE = "The `key` of a failure: jobs that failed so."
_AFTER = "Triggered at or after this day (2026-11-01), time (RFC 3339), or age (12h, 7d)."
_BEFORE = "Triggered before this day, time or age."
_SEARCH = "Words of name or object."
_ARCHIVED = "`no` leaves archived jobs out, `yes` shows only them, `any` shows all."
_Q = "The text of the search box, such as `status:failure user:me tiles`, beside what the others say."
LONGEST_TEXT = 4000

Text = Annotated[str, Query(max_length=400)]


async def _asked(
    type: JobType | None = None,
    status: Annotated[list[RunStatus] | None, Query()] = None,
    user: Annotated[str, Query(description=_USER, max_length=400)] = "",
    object: Annotated[str, Query(description=_OBJECT, max_length=400)] = "",
    processing: Annotated[str, Query(description=_PROCESSING, max_length=400)] = "",
    engine: Annotated[str, Query(description=_ENGINE, max_length=400)] = "",
    failure_kind: FailureKind | None = None,
    failure: Annotated[str, Query(pattern=FAILURE_KEY, description=_FAILURE)] = "",
    triggered_after: Annotated[str, Query(description=_AFTER, max_length=40)] = "",
    triggered_before: Annotated[str, Query(description=_BEFORE, max_length=40)] = "",
    search: Annotated[str, Query(max_length=4000, description=_SEARCH)] = "",
    archived: Annotated[str, Query(description=_ARCHIVED)] = "no",
    q: Annotated[str, Query(max_length=LONGEST_TEXT, description=_Q)] = "",
) -> JobQuery:
    others = JobQuery(
        type,
        tuple(status or ()),
        user,
        object,
        processing,
        engine,
        failure_kind,
        failure,
        triggered_after,
        triggered_before,
        search,
        archived,
    )
    return read_query(q, others)


Asked = Annotated[JobQuery, Depends(_asked)]


class FilterBody(BaseModel, extra="forbid"):
    """Which jobs, as the list's address says it."""

    type: JobType | None = None
    status: list[RunStatus] = Field(default_factory=list)
    user: str = Field("", max_length=400)
    object: str = Field("", max_length=400)
    processing: str = Field("", max_length=400)
    engine: str = Field("", max_length=400)
    failure_kind: FailureKind | None = None
    failure: str = Field("", pattern=FAILURE_KEY)
    triggered_after: str = Field("", max_length=40)
    triggered_before: str = Field("", max_length=40)
    search: str = Field("", max_length=4000)
    archived: str = "no"

    @classmethod
    def of(cls, query: JobQuery) -> FilterBody:
        given = {name: getattr(query, name) for name in cls.model_fields if name != "status"}
        return cls(status=list(query.statuses), **given)


class QueryBody(FilterBody):
    """Which jobs, as the list's address says it. `q`: the text of the search box, beside the others."""

    q: str = Field("", max_length=LONGEST_TEXT)

    def query(self) -> JobQuery:
        others = JobQuery(statuses=tuple(self.status), **self.model_dump(exclude={"status", "q"}))
        return read_query(self.q, others)
