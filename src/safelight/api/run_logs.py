"""The log of a run: any part of it, search, download, and following it while it grows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from safelight.actions import logexport, loghits, logview
from safelight.actions.context import Context
from safelight.actions.logexport import Part
from safelight.actions.loghits import Question
from safelight.actions.logview import Records, View
from safelight.api.asking import Ctx, CurrentActor
from safelight.api.job_views import answer
from safelight.api.streams import COMMENT, POLL_S, Pulse, message, stream
from safelight.domain.logs import stamp
from safelight.domain.permissions import Ability, require
from safelight.store import runs
from safelight.store.runs import Run

router = APIRouter(prefix="/runs/{run_id}/log", tags=["logs"])


class LineView(BaseModel):
    """One record; `partial`: its line goes on in the next record of the stream. `more`: so many characters
    are not shown.
    """

    n: int
    at: str
    stream: str
    text: str
    partial: bool = False
    more: int = 0


class SectionView(BaseModel):
    """A named stretch of lines; `end_line` is the first line after it."""

    number: int
    name: str
    line: int
    end_line: int | None
    started_at: str
    ended_at: str | None


class LogPage(BaseModel):
    """Some lines. `open`: what stands in lines that have not ended, per stream. `cut`: the log has reached
    its limit, and what came after is not kept. `missing`: bytes that were announced and have not arrived.
    `stream_lines`: how many lines each stream has.
    """

    lines: list[LineView]
    next_line: int
    total_lines: int
    stream_lines: dict[str, int]
    complete: bool
    cut: bool
    missing: int
    open: dict[str, str]
    sections: list[SectionView]


class HitView(LineView):
    """A line that matches, with the lines around it where they were asked for."""

    before: list[LineView] = []
    after: list[LineView] = []


class HitsView(BaseModel):
    """Lines that match, in the order of the log. `next` goes into `after` (into `before` when searching
    backward) to search on; null: all was searched.
    """

    hits: list[HitView]
    next: int | None
    total: int | None


def _log_view(run_id: UUID, actor: CurrentActor, context: Ctx) -> View:
    if actor.run_id != run_id:
        require(actor, Ability.READ_JOBS)
    with context.db.read() as read:
        return logview.view(read, runs.get(read, run_id, actor.organization_id))


Log = Annotated[View, Depends(_log_view)]
Limit = Annotated[int, Query(ge=1, le=logview.MAX_LINES)]
Position = Annotated[int | None, Query(ge=0)]
Width = Annotated[int | None, Query(ge=1)]
Stream = Literal["", "stdout", "stderr", "setup"]


@router.get("", response_model=LogPage)
def get_log(
    log: Log,
    context: Ctx,
    line: Position = None,
    offset: Position = None,
    tail: Position = None,
    stream: Stream = "",
    nth: Annotated[int, Query(ge=1)] = 1,
    limit: Limit = 500,
    width: Width = None,
) -> Response:
    """Lines of a log from number `line` (from 1), from byte `offset`, its last `tail` lines, or of one
    `stream` from its `nth` on. Texts longer than `width` characters are cut.
    """
    if stream:
        found = logview.page_of_stream(context, log, stream, nth, limit)
        first = log.total_lines
    else:
        if tail is not None:
            limit = min(tail, logview.MAX_LINES)
            first = log.total_lines - limit + 1
        elif offset is not None:
            first = logview.line_at_offset(context, log, offset)
        else:
            first = line or 1
        first = max(1, first)
        found = logview.page(context, log, first, limit)
    return answer(
        {
            "lines": [logview.show(*each, width) for each in found],
            "next_line": found[-1][0] + 1 if found else min(first, log.total_lines + 1),
            "total_lines": log.total_lines,
            "stream_lines": log.stream_lines,
            "complete": log.is_complete,
            "cut": log.is_cut,
            "missing": log.missing,
            "open": log.open_lines,
            "sections": _sections(log),
        }
    )


def _sections(log: View) -> list[dict[str, Any]]:
    """All sections; with the run everything that was open has ended."""
    finished_at, after = log.run.finished_at, log.total_lines + 1
    return [
        {
            "number": each.number,
            "name": each.name,
            "line": each.line,
            "end_line": each.end_line or (after if finished_at else None),
            "started_at": stamp(each.started_at),
            "ended_at": stamp(ended) if (ended := each.ended_at or finished_at) else None,
        }
        for each in log.sections
    ]


@router.get("/search", response_model=HitsView)
def search_log(
    log: Log,
    context: Ctx,
    q: Annotated[str, Query(min_length=1, max_length=1000)],
    regex: bool = False,
    stream: Stream = "",
    section: Position = None,
    after: Annotated[int, Query(ge=0)] = 0,
    before: Position = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    around: Annotated[int, Query(ge=0, le=loghits.MAX_CONTEXT)] = 0,
) -> Response:
    """Search the whole log for a text, whatever its case, or for a Python regular expression: the first
    hits behind line `after`, or the last ones before line `before`, with `around` lines around each.
    """
    question = Question(q, regex, stream, section, after, before, limit, around)
    return answer(loghits.search(context, log, question))


@router.get("/download", response_class=StreamingResponse)
def download_log(
    log: Log,
    context: Ctx,
    format: Literal["text", "json"] = "text",
    timestamps: bool = True,
    first: Annotated[int, Query(ge=1)] = 1,
    last: Annotated[int | None, Query(ge=1)] = None,
    stream: Stream = "",
) -> StreamingResponse:
    """The whole log as a file, or its lines `first` to `last`, or one stream: text, or a JSON array of
    its records.
    """
    part = Part(first, last, stream)
    if format == "json":
        body, kind, ending = logexport.as_json(context, log, part), "application/json", "json"
    else:
        body = logexport.as_text(context, log, part, timestamps=timestamps)
        kind, ending = "text/plain; charset=utf-8", "log"
    name = f"run-{log.run.run_id}.{ending}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(body, media_type=kind, headers=headers)


@router.get("/follow", response_class=StreamingResponse)
async def follow_log(
    log: Log,
    context: Ctx,
    line: Annotated[int, Query(ge=1)] = 1,
    newest: bool = False,
    width: Width = None,
    last_event_id: Annotated[int | None, Header(ge=1)] = None,
) -> StreamingResponse:
    """A growing log from `line` on, as `text/event-stream`: `lines` as it grows, `section` when the
    sections change, `end` with the run's status when nothing more will come. `newest`: of a log that grows
    faster than one reads only the newest lines are sent, ten times a second; the rest can be asked for.
    """
    reader = _Reader(last_event_id or line, newest, width)
    return stream(_follow(context, log.run, reader))


LATE_S = 10.0  # how long after its end a run's last lines are waited for
_MOST = 1000  # lines in one message
_MOST_NEWEST = 200
_PAUSE_S = 0.1  # between messages to who reads the newest only


@dataclass(slots=True)
class _Reader:
    """Who follows: the line to go on with, and what is sent."""

    line: int
    newest: bool
    width: int | None

    def page(self, context: Context, log: View) -> Records:
        if self.newest:
            self.line = max(self.line, log.total_lines - _MOST_NEWEST + 1)
        return logview.page(context, log, self.line, _MOST)


async def _follow(context: Context, run: Run, reader: _Reader) -> AsyncIterator[bytes]:
    with context.hub.listen(run.run_id) as listener:
        pulse, sections, shown = Pulse(), None, None
        while not context.hub.closing.is_set():
            log = await run_in_threadpool(_current, context, run)
            found = await run_in_threadpool(reader.page, context, log)
            news = (log.open_lines, log.total_lines)
            if found or news != shown:
                reader.line = found[-1][0] + 1 if found else reader.line
                yield message(_lines(log, found, reader.width), event="lines", id=reader.line)
            marks = _sections(log)
            if sections is not None and marks != sections:
                yield message({"sections": marks}, event="section")
            if pulse.is_due(is_sending=bool(found) or news != shown):
                yield COMMENT
            sections, shown = marks, news
            if reader.newest and found:
                await asyncio.sleep(_PAUSE_S)
            if reader.line <= log.total_lines:
                continue
            if _is_over(log, context.db.clock()):
                yield message({"status": log.run.status, "complete": log.is_complete}, event="end")
                return
            await listener.wait(POLL_S)


def _current(context: Context, run: Run) -> View:
    with context.db.read() as read:
        return logview.view(read, runs.get(read, run.run_id))


def _lines(log: View, found: Records, width: int | None) -> dict[str, Any]:
    return {
        "lines": [logview.show(*each, width) for each in found],
        "open": log.open_lines,
        "total_lines": log.total_lines,
        "stream_lines": log.stream_lines,
    }


def _is_over(log: View, now: int) -> bool:
    if log.run.finished_at is None:
        return False
    return log.is_complete or now - log.run.finished_at > LATE_S * 1_000_000
