"""Reading logs: any place of a log of any length by one index look-up and one range read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from safelight.actions.context import Context
from safelight.domain import logs as records
from safelight.domain.logs import State
from safelight.domain.posted import PostedState
from safelight.store import logs
from safelight.store.db import Read
from safelight.store.logs import CAPTURED, POSTED, Section, Source
from safelight.store.runs import Run

MAX_LINES = 2000
_PAGE_BYTES = 4 << 20
_READ = 256 * 1024

Records = list[tuple[int, bytes]]  # numbers and records


@dataclass(frozen=True, slots=True)
class View:
    """The log of a run as people see it. `open_lines`: what stands in lines that have not ended.
    `stream_lines`: how many lines each stream has. `is_cut`: it has reached its limit; `missing`: bytes that were announced and have not arrived.
    """

    run: Run
    source: Source
    open_lines: dict[str, str]
    sections: list[Section]
    is_complete: bool
    is_cut: bool = False
    missing: int = 0
    stream_lines: dict[str, int] = field(default_factory=dict)

    @property
    def total_lines(self) -> int:
        return self.source.lines


def view(read: Read, run: Run, *, with_sections: bool = True) -> View:
    """How the shown log of a run stands."""
    source = logs.get(read, run.run_id, CAPTURED)
    state = State.from_json(source.state) if source.state else State()
    if records.shown(run.engine, state) == POSTED:
        source = logs.get(read, run.run_id, POSTED)
        state = PostedState.from_json(source.state) if source.state else PostedState()
    found = logs.sections_of(read, run.run_id, source.source) if with_sections else []
    # What is posted has no announced end; but a runner that posted nothing may still ship its bytes.
    is_all_posted = source.source == POSTED and not run.has_runner
    has_all = run.log_completed_at is not None or state.is_finished or is_all_posted
    open_lines = {} if state.is_cut else state.open_lines
    return View(
        run,
        source,
        open_lines,
        found,
        is_complete=run.is_final and has_all,
        is_cut=state.is_cut,
        missing=state.missing,
        stream_lines=state.stream_lines,
    )


def read_records(context: Context, run_id: UUID, source: str, first: int, count: int) -> Records:
    """Records `first` to `first + count - 1` with their numbers, as many as there are."""
    with context.db.read() as read:
        stands = logs.get(read, run_id, source)
        place = logs.place_of_line(read, run_id, source, first)
    return _records(context, stands, place, first, count)


def page(context: Context, view: View, first: int, count: int) -> Records:
    """Some records of a viewed log, from number `first`."""
    first = max(1, first)
    with context.db.read() as read:
        place = logs.place_of_line(read, view.run.run_id, view.source.source, first)
    return _records(context, view.source, place, first, min(count, MAX_LINES))


def page_of_stream(context: Context, view: View, stream: str, nth: int, count: int) -> Records:
    """The lines of one stream, from its `nth` on (from 1), with their numbers in the whole log."""
    nth, count = max(1, nth), min(count, MAX_LINES)
    run_id, source = view.run.run_id, view.source
    with context.db.read() as read:
        stretches = logs.stretches_with(read, run_id, source.source, stream, nth, count)
    found: Records = []
    wanted, taken = f" {stream} ".encode(), 0
    for place, end in stretches:
        before = place.lines_of(stream)
        size = (source.size if end is None else end) - place.offset
        data = context.logs.read(run_id, source.source, place.offset, size)
        for number, record in enumerate(data.split(b"\n")[:-1], place.line):
            if not record.startswith(wanted, records.STAMP_LENGTH):
                continue
            before += 1
            if before < nth:
                continue
            found.append((number, record))
            taken += len(record)
            if len(found) == count or taken >= _PAGE_BYTES:
                return found
    return found


def line_at_offset(context: Context, view: View, offset: int) -> int:
    """The number of the first record that begins at or behind byte `offset`."""
    with context.db.read() as read:
        place = logs.place_of_offset(read, view.run.run_id, view.source.source, offset)
    data = context.logs.read(
        view.run.run_id, view.source.source, place.offset, max(0, offset - place.offset)
    )
    return place.line + data.count(b"\n") + (1 if data and not data.endswith(b"\n") else 0)


def lines_at(context: Context, view: View, offsets: Sequence[int]) -> list[int]:
    """The numbers of the records that begin at these offsets, which are in order."""
    run_id, source = view.run.run_id, view.source.source
    numbers, line, at = [], 1, 0
    with context.db.read() as read:
        for offset in offsets:
            if offset - at > _READ:
                place = logs.place_of_offset(read, run_id, source, offset)
                line, at = place.line, place.offset
            line += context.logs.read(run_id, source, at, offset - at).count(b"\n")
            at = offset
            numbers.append(line)
    return numbers


def offset_of_line(context: Context, view: View, line: int) -> int:
    """Where record `line` begins; the log's length if it is behind the last one."""
    run_id, source = view.run.run_id, view.source
    if line > source.lines:
        return source.size
    with context.db.read() as read:
        place = logs.place_of_line(read, run_id, source.source, line)
    offset, left = place.offset, line - place.line
    while left > 0:
        data = context.logs.read(run_id, source.source, offset, _READ)
        here = data.count(b"\n")
        if here <= left:
            offset, left = offset + data.rfind(b"\n") + 1, left - here
            continue
        end = 0
        for _ in range(left):
            end = data.index(b"\n", end) + 1
        return offset + end
    return offset


def _records(
    context: Context, source: Source, place: logs.Place, first: int, count: int
) -> Records:
    found: Records = []
    line, offset, rest, taken = place.line, place.offset, b"", 0
    count = min(count, source.lines - first + 1)
    while len(found) < count and offset < source.size and taken < _PAGE_BYTES:
        size = min(_READ, source.size - offset)
        block = context.logs.read(source.run_id, source.source, offset, size)
        if not block:
            break
        offset += len(block)
        *whole, rest = (rest + block).split(b"\n")
        start = min(len(whole), max(0, first - line))
        for record in whole[start : start + count - len(found)]:
            found.append((line + start, record))
            start += 1
            taken += len(record)
        line += len(whole)
    return found


def show(number: int, record: bytes, width: int | None = None) -> dict[str, Any]:
    """A record as the API shows it: n, at, stream, text; `partial` where the line goes on. A text longer
    than `width` characters is cut; `more` says how many are not shown.
    """
    stream, flag, raw = record[records.STAMP_LENGTH + 1 :].split(b" ", 2)
    text = raw.decode(errors="replace")
    shown: dict[str, Any] = {
        "n": number,
        "at": record[: records.STAMP_LENGTH].decode(),
        "stream": stream.decode(),
        "text": text,
    }
    if flag == b"P":
        shown["partial"] = True
    if width is not None and len(text) > width:
        shown |= {"text": text[:width], "more": len(text) - width}
    return shown
