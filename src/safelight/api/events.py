"""The event stream of an organization: one per browser, from any number on, without gaps."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from safelight.actions.context import Context
from safelight.actions.hub import Listener
from safelight.api.asking import Ctx
from safelight.api.jobs import JobReader
from safelight.api.streams import COMMENT, POLL_S, Pulse, message, stream
from safelight.domain.logs import stamp
from safelight.store import events
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
        pulse, told_at = Pulse(), 0.0
        while not context.hub.closing.is_set():
            found = await run_in_threadpool(_after, context, organization_id, number)
            for each in found:
                number = each.number
                yield message(_shown(each), id=number)
            progress = []
            if time.monotonic() - told_at >= PROGRESS_EVERY_S:
                progress = listener.take_news()
                told_at = time.monotonic() if progress else told_at
            for news in progress:
                yield message(news, event="progress")
            if pulse.is_due(is_sending=bool(found or progress)):
                yield COMMENT
            await _pause(listener, told_at)


async def _pause(listener: Listener, told_at: float) -> None:
    """Until something happens; while progress is held back, until it may be told."""
    held_s = told_at + PROGRESS_EVERY_S - time.monotonic()
    await listener.wait(min(POLL_S, held_s) if held_s > 0 else POLL_S)


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
