"""Reading logs: any place of any length by one index look-up and one range read; search; download."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from safelight.actions.context import Context
from safelight.domain import logs as records
from safelight.domain.logs import State
from safelight.domain.posted import PostedState
from safelight.errors import Invalid
from safelight.store import logs, logsearch
from safelight.store.db import Read
from safelight.store.logs import CAPTURED, POSTED, Section, Source
from safelight.store.runs import Run

MAX_LINES = 2000
_PAGE_BYTES = 4 << 20
_READ = 256 * 1024
SEARCH_S = 5.0


@dataclass(frozen=True, slots=True)
class View:
    """The log of a run as people see it. `open_lines`: what stands in lines that have not ended.
    `is_cut`: it has reached its limit; `missing`: bytes that were announced and have not arrived.
    """

    run: Run
    source: Source
    open_lines: dict[str, str]
    sections: list[Section]
    is_complete: bool
    is_cut: bool = False
    missing: int = 0

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
    has_all = run.log_completed_at is not None or state.is_finished or source.source == POSTED
    open_lines = {} if state.is_cut else state.open_lines
    return View(
        run,
        source,
        open_lines,
        found,
        is_complete=run.is_final and has_all,
        is_cut=state.is_cut,
        missing=state.missing,
    )


def read_records(
    context: Context, run_id: UUID, source: str, first: int, count: int
) -> list[tuple[int, bytes]]:
    """Records `first` to `first + count - 1` with their numbers, as many as there are."""
    with context.db.read() as read:
        stands = logs.get(read, run_id, source)
        place = logs.place_of_line(read, run_id, source, first)
    return _records(context, stands, place, first, count)


def page(context: Context, view: View, first: int, count: int) -> list[tuple[int, bytes]]:
    """Some records of a viewed log, from number `first`."""
    first = max(1, first)
    with context.db.read() as read:
        place = logs.place_of_line(read, view.run.run_id, view.source.source, first)
    return _records(context, view.source, place, first, min(count, MAX_LINES))


def line_at_offset(context: Context, view: View, offset: int) -> int:
    """The number of the first record that begins at or behind byte `offset`."""
    with context.db.read() as read:
        place = logs.place_of_offset(read, view.run.run_id, view.source.source, offset)
    data = context.logs.read(
        view.run.run_id, view.source.source, place.offset, max(0, offset - place.offset)
    )
    return place.line + data.count(b"\n") + (1 if data and not data.endswith(b"\n") else 0)


def _records(
    context: Context, source: Source, place: logs.Place, first: int, count: int
) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
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


def show(number: int, record: bytes) -> dict[str, Any]:
    """A record as the API shows it: n, at, stream, text; `partial` where the line goes on."""
    return logsearch.hit(record, number)


# --- search ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Question:
    """What to look for behind line `after`."""

    text: str
    is_regex: bool = False
    stream: str = ""
    after: int = 0
    limit: int = 100


def search(context: Context, view: View, question: Question) -> dict[str, Any]:
    """Hits, and the line to go on behind (None when all was searched).

    Raises Invalid for an expression that is none or that takes too long.
    """
    if not question.text or "\n" in question.text:
        raise Invalid("Say what to look for, in one line.", field="q")
    source = view.source
    with context.db.read() as read:
        place = logs.place_of_line(read, view.run.run_id, source.source, question.after + 1)
    asked: dict[str, Any] = {
        "line": place.line,
        "after": question.after,
        "stream": question.stream,
        "limit": question.limit,
        "seconds": SEARCH_S,
    }
    size = source.size - place.offset
    with context.logs.open(view.run.run_id, source.source) as file:
        file.seek(place.offset)
        if question.is_regex:
            answer = _search_apart(file.fileno(), place.offset, question.text, size, asked)
        else:
            found = logsearch.Search(**asked)
            found.text(file, size, question.text)
            answer = found.answer()
    next_line = answer["next_line"]
    return {
        "hits": answer["hits"],
        "next": None if next_line is None else next_line - 1,
        "total": len(answer["hits"]) if next_line is None and question.after == 0 else None,
    }


def _search_apart(
    descriptor: int, offset: int, pattern: str, size: int, asked: dict[str, Any]
) -> dict[str, Any]:
    os.lseek(descriptor, offset, os.SEEK_SET)
    program = [sys.executable, "-I", "-S", logsearch.__file__]
    question = json.dumps({**asked, "pattern": pattern, "size": size})
    try:
        done = subprocess.run(
            [*program, question],
            stdin=descriptor,
            capture_output=True,
            timeout=SEARCH_S + 3,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise Invalid("This expression takes too long; make it simpler.", field="q") from error
    answer: dict[str, Any] = orjson.loads(done.stdout)
    if "error" in answer:
        raise Invalid(f"This is not a regular expression: {answer['error']}.", field="q")
    return answer


# --- download -------------------------------------------------------------------------------------


def as_text(context: Context, view: View, *, timestamps: bool) -> Iterator[bytes]:
    """The whole log as text, pieces of long lines joined."""
    waiting: dict[bytes, list[bytes]] = defaultdict(list)
    for block in _blocks(context, view):
        lines = []
        for record in block[:-1].split(b"\n"):
            stream, flag, text = record[records.STAMP_LENGTH + 1 :].split(b" ", 2)
            if flag == b"P":
                waiting[stream].append(text)
                continue
            if stream in waiting:
                text = b"".join(waiting.pop(stream)) + text
            if timestamps:
                lines.append(record[: records.STAMP_LENGTH + 1] + text)
            else:
                lines.append(text)
        lines.append(b"")
        yield b"\n".join(lines)
    for pieces in waiting.values():
        yield b"".join(pieces) + b"\n"


def as_json(context: Context, view: View) -> Iterator[bytes]:
    """The whole log as one JSON array of records."""
    number, opening = 0, b"[\n"
    for block in _blocks(context, view):
        shown_records = []
        for record in block[:-1].split(b"\n"):
            number += 1
            shown_records.append(orjson.dumps(show(number, record)))
        yield opening + b",\n".join(shown_records)
        opening = b",\n"
    yield b"[]\n" if not number else b"\n]\n"


def _blocks(context: Context, view: View) -> Iterator[bytes]:
    with context.logs.open(view.run.run_id, view.source.source) as file:
        yield from logsearch.blocks(file, view.source.size)
