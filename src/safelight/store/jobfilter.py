"""What a list of jobs shows, and where one of its pages begins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from safelight.domain.jobs import FailureKind, JobType, RunStatus
from safelight.errors import Invalid


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list shows. Empty fields do not filter, except that archived jobs are left out unless
    asked for: `archived` True shows only them, None all. `since` and `before`: microseconds UTC.
    """

    organization_id: UUID
    type: JobType | None = None
    statuses: tuple[RunStatus, ...] = ()
    user_id: UUID | None = None
    target_ids: tuple[UUID, ...] | None = None  # any of these; none of them at all shows nothing
    processing_id: UUID | None = None
    engine: str | None = None
    failure_kind: FailureKind | None = None
    failure_key: str | None = None  # of failures that are equal
    since: int | None = None
    before: int | None = None
    search: str = ""
    archived: bool | None = False


@dataclass(frozen=True, slots=True)
class Place:
    """A job's place in the order of the list: by `triggered_at`, then by key, the greatest first."""

    triggered_at: int
    job_key: int

    def cursor(self) -> str:
        return f"{self.triggered_at:x}.{self.job_key:x}"


def place_of(cursor: str | None) -> Place | None:
    """The place that a cursor names; the page behind it follows. Raises Invalid for one that is none."""
    if not cursor:
        return None
    if not re.fullmatch(r"[0-9a-f]{1,16}\.[0-9a-f]{1,16}", cursor):
        raise Invalid("This is not a cursor of this list.", field="after")
    triggered_at, key = cursor.split(".")
    return Place(int(triggered_at, 16), int(key, 16))
