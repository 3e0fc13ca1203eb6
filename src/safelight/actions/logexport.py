"""A log, or some lines of it, as a file: text or JSON, streamed, whatever its length."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from safelight.actions import logview
from safelight.actions.context import Context
from safelight.actions.logview import View
from safelight.domain import logs as records

_READ = 1 << 20

Block = list[tuple[int, bytes]]  # numbers and records


@dataclass(frozen=True, slots=True)
class Part:
    """Lines `first` to `last`, of one stream or of all."""

    first: int = 1
    last: int | None = None
    stream: str = ""


WHOLE = Part()


def as_text(
    context: Context, view: View, part: Part = WHOLE, *, timestamps: bool = False
) -> Iterator[bytes]:
    """The lines as text, pieces of long ones joined."""
    waiting: dict[bytes, list[bytes]] = defaultdict(list)
    for block in blocks(context, view, part):
        lines = []
        for _, record in block:
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


def as_json(context: Context, view: View, part: Part = WHOLE) -> Iterator[bytes]:
    """The lines as one JSON array of records."""
    opening = b"[\n"
    for block in blocks(context, view, part):
        yield opening + b",\n".join(orjson.dumps(logview.show(*each)) for each in block)
        opening = b",\n"
    yield b"[]\n" if opening == b"[\n" else b"\n]\n"


def blocks(context: Context, view: View, part: Part) -> Iterator[Block]:
    """The records of a part with their numbers among all; one block is in memory at a time."""
    last = min(part.last or view.total_lines, view.total_lines)
    offset = logview.offset_of_line(context, view, part.first)
    end = logview.offset_of_line(context, view, last + 1)
    wanted = f" {part.stream} ".encode() if part.stream else b""
    number, rest = part.first, b""
    while offset < end:
        read = context.logs.read(
            view.run.run_id, view.source.source, offset, min(_READ, end - offset)
        )
        if not read:
            return
        offset += len(read)
        *whole, rest = (rest + read).split(b"\n")
        block = list(enumerate(whole, number))
        number += len(whole)
        if wanted:
            block = [each for each in block if each[1].startswith(wanted, records.STAMP_LENGTH)]
        if block:
            yield block
