"""The shapes that several resources of /api/v1 share: names, pages, times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Generic, Self, TypeVar
from uuid import UUID

from pydantic import BaseModel

from safelight.errors import Invalid
from safelight.store.history import JobFact

T = TypeVar("T")


class Named(BaseModel):
    """Something with an id and a name, as it appears inside something else."""

    id: UUID
    name: str


class JobRef(BaseModel):
    """The job whose run did it; `number` of the run."""

    id: UUID
    run_id: UUID
    number: int
    name: str

    @classmethod
    def of(cls, job: JobFact) -> Self:
        return cls(id=job.job_id, run_id=job.run_id, number=job.number, name=job.name)


class Page(BaseModel, Generic[T]):
    """One page of a list; `next` goes into `after` for the following one."""

    items: list[T]
    next: str | None = None


def time_text(at: int) -> str:
    """Microseconds since 1970 as RFC 3339 in UTC."""
    seconds, microseconds = divmod(at, 1_000_000)
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=microseconds)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def optional_time(at: int | None) -> str | None:
    return None if at is None else time_text(at)


def parse_instant(text: str, field: str) -> int:
    """RFC 3339 as microseconds since 1970. Raises Invalid naming the field."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(
            f"{field} must be a time such as 2026-11-23T12:00:00Z.", field=field
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond
