"""One action on many jobs, call after call, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from safelight.client.http import Http, Json

Action = Literal["stop", "rerun", "archive", "unarchive"]
_AT_ONCE = 100  # jobs a call


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of one job. `outcome`: done, unchanged (it was so already) or refused; `code` of the
    error that refused it.
    """

    job_id: UUID
    name: str
    outcome: str
    message: str
    code: str | None


def act(
    http: Http,
    action: Action,
    jobs: Sequence[UUID] | None,
    filter: Json,
    *,
    every: bool = False,
    grace_s: float | None = None,
) -> list[BulkResult]:
    """Do it to these jobs, or to all that the filter shows; `every`: it may leave none out."""
    order = _Order(http, {"action": action, "grace_s": grace_s, "every": every})
    if jobs is None:
        return list(order.on_filter(filter))
    return list(order.on_jobs([str(job_id) for job_id in jobs]))


class _Order:
    """Calls that belong together: jobs that were triggered after the first are left alone by all."""

    def __init__(self, http: Http, said: Json) -> None:
        self.http = http
        self._said = {name: value for name, value in said.items() if value is not None}
        self._as_of = ""  # as the server's clock said it; ours may be wrong

    def on_jobs(self, job_ids: Sequence[str]) -> Iterator[BulkResult]:
        for first in range(0, len(job_ids), _AT_ONCE):
            yield from _results(self._call(jobs=job_ids[first : first + _AT_ONCE]))

    def on_filter(self, filter: Json) -> Iterator[BulkResult]:
        after: str | None = ""
        while after is not None:
            page = self._call(filter=filter, after=after)
            yield from _results(page)
            after = page["next"]

    def _call(self, **chosen: object) -> Json:
        # Without `as_of` a re-run that is asked for twice would happen twice.
        is_repeatable = bool(self._as_of) or self._said["action"] != "rerun"
        body = {**self._said, **chosen, "as_of": self._as_of}
        page = self.http.post("/api/v1/jobs/bulk", body, repeatable=is_repeatable)
        self._as_of = page["as_of"]
        return page


def _results(page: Json) -> Iterator[BulkResult]:
    for each in page["results"]:
        yield BulkResult(**{**each, "job_id": UUID(each["job_id"])})
