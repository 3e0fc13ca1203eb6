"""The event stream of an organization: one per browser, from any number on, without gaps."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Header, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from safelight.actions.context import Context
from safelight.api.asking import Ctx
from safelight.api.job_query import JobReader
from safelight.api.streams import COMMENT, POLL_S, Pulse, message, stream
from safelight.domain.logs import stamp
from safelight.store import events, runs
from safelight.store.events import Recorded

router = APIRouter(tags=["events"])

PROGRESS_EVERY_S = 0.5  # messages on one run's progress come at most so often


@router.get("/events", response_class=StreamingResponse)
async def follow_events(
    actor: JobReader,
    context: Ctx,
    after: Annotated[int | None, Query(ge=0)] = None,
    last_event_id: Annotated[int | None, Header(ge=0)] = None,
) -> StreamingResponse:
    """Everything that happens in the organization, as `text/event-stream`, in the order in which it
    was committed. It begins with `event: hello` and the number from which it goes on: `after`, else
    now. `event: progress` tells how far runs are; it is not part of the record.
    """
    begin = last_event_id if last_event_id is not None else after
    return stream(_events(context, actor.organization_id, begin))


async def _events(
    context: Context, organization_id: UUID, after: int | None
) -> AsyncIterator[bytes]:
    with context.hub.listen(organization_id) as listener:
        number = await run_in_threadpool(_begin, context, organization_id, after)
        yield message({"number": number}, event="hello", id=number)
        pulse, progress = Pulse(), _ProgressFeed(context, organization_id)
        while not context.hub.closing.is_set():
            found = await run_in_threadpool(_after, context, organization_id, number)
            for each in found:
                number = each.number
                yield message(_shown(each), id=number)
            news = await run_in_threadpool(progress.news) if progress.is_due else []
            for each_news in news:
                yield message(each_news, event="progress")
            if pulse.is_due(is_sending=bool(found or news)):
                yield COMMENT
            await listener.wait(min(POLL_S, progress.due_in_s or POLL_S))


class _ProgressFeed:
    """What has changed since the last look. Internal operations write their progress in a process of
    their own, so the database is asked, twice a second at most.
    """

    def __init__(self, context: Context, organization_id: UUID) -> None:
        self._context = context
        self._organization_id = organization_id
        self._told: dict[UUID, str] = {}
        self._looked_at = 0.0

    @property
    def due_in_s(self) -> float:
        return max(0.0, self._looked_at + PROGRESS_EVERY_S - time.monotonic())

    @property
    def is_due(self) -> bool:
        return self.due_in_s == 0

    def news(self) -> list[dict[str, Any]]:
        self._looked_at = time.monotonic()
        with self._context.db.read() as read:
            rows = runs.progress_of_live(read, self._organization_id)
        changed = [row for row in rows if self._told.get(row.run_id) != row.progress]
        self._told = {row.run_id: row.progress for row in rows}
        return [
            {
                "job_id": row.job_id,
                "run_id": row.run_id,
                "progress": orjson.Fragment(row.progress),
            }
            for row in changed
        ]


def _begin(context: Context, organization_id: UUID, after: int | None) -> int:
    with context.db.read() as read:
        last = events.last_number(read, organization_id)
    return last if after is None else min(after, last)


def _after(context: Context, organization_id: UUID, number: int) -> list[Recorded]:
    with context.db.read() as read:
        return events.after(read, organization_id, number)


def _shown(event: Recorded) -> dict[str, Any]:
    return {
        "number": event.number,
        "at": stamp(event.at),
        "kind": event.kind,
        "job_id": event.job_id,
        "run_id": event.run_id,
        "user_id": event.user_id,
        "facts": event.facts,
    }
