"""The second source of a log: lines that the wire's clients post one by one under numbers of their own.

The highest number stays open: the same number replaces it, a higher one records it. A lower number with
equal text says nothing new, with other text it is a correction that names its line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from safelight.domain.logs import (
    LINE_LIMIT,
    Appended,
    Mark,
    State,
    close_sections,
    mark_section,
    prefix,
    read_mark,
    section_name,
)
from safelight.domain.logs import plain_text as without_colours
from safelight.domain.progress import ProgressReader

POSTED_AS = "stdout"  # the stream of all posted lines
_REMEMBERED = 200  # stretches of numbers; each covers any count of consecutive one-record lines


@dataclass(slots=True)
class PostedState(State):
    """The state of a posted source. `number`, `text`: the open line; `text` None if it was a mark.

    `stretches`: [first number, first record, count of numbers, records per number] of what is
    recorded, oldest first.
    """

    number: int | None = None
    text: str | None = None
    part: str = ""  # of the newest call; wrappers go on naming one that a line has ended since
    chapter_name: str = ""
    stretches: list[list[int]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> PostedState:
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in plain.items() if name in known})

    @property
    def open_lines(self) -> dict[str, str]:
        return {POSTED_AS: _last_form(self.text)} if self.text else {}

    @property
    def stream_lines(self) -> dict[str, int]:
        return {POSTED_AS: self.lines} if self.lines else {}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the wire: `texts` stand for consecutive numbers from `number`."""

    number: int
    texts: list[str]
    part: str = ""


Earlier = Callable[[int, int], str]  # (first record, count) -> their text, joined by newlines


def post(state: PostedState, call: Call, at: int, earlier: Earlier, *, quota: int) -> Appended:
    """Take one call. `earlier` reads records back, to compare a number that comes again."""
    added = Appended()
    desk = _Desk(state, added, at, quota)
    part = section_name(call.part.strip().removeprefix("--#--")) if call.part.strip() else ""
    if part and part != state.part:
        state.part = part
        desk.open_chapter(part)
    for number, text in enumerate(call.texts, call.number):
        desk.take(number, text.removesuffix("\n"), earlier)
    reader = ProgressReader(state.progress)
    added.progress = reader.read(without_colours(_last_form(state.text or "")))
    state.progress = reader.state
    return added


def finish(state: PostedState, at: int, *, quota: int) -> Appended:
    """Record the open line and end all sections."""
    added = Appended()
    _Desk(state, added, at, quota).record_open()
    close_sections(state, added, at)
    state.is_finished = True
    return added


class _Desk:
    """Where the lines of one call become records."""

    def __init__(self, state: PostedState, added: Appended, at: int, quota: int) -> None:
        self.state = state
        self.added = added
        self.at = at
        self.quota = quota

    def take(self, number: int, text: str, earlier: Earlier) -> None:
        state = self.state
        if state.number is not None and number < state.number:
            if self._recorded(number, earlier) != _last_form(text):
                self._write(f"[line {number} again] {_last_form(text)}")
            return
        if number != state.number:
            self.record_open()
        state.number, state.text = number, text
        mark = read_mark(text)
        if mark is None or not mark.is_structure:
            return
        state.text = None
        if mark.kind == "chapter":
            self.open_chapter(mark.name)
        elif mark.kind is not None:
            mark_section(state, self.added, mark, state.lines + 1, self.at)

    def open_chapter(self, name: str) -> None:
        """Begin a chapter, unless it is the one that stands: part and line say the same thing twice."""
        if name != self.state.chapter_name:
            self.record_open()
            self.state.chapter_name = name
            line = self.state.lines + 1
            mark_section(self.state, self.added, Mark("chapter", name), line, self.at)

    def record_open(self) -> None:
        """Record the open line: a higher number or the end has come."""
        state = self.state
        if state.number is None:
            return
        first, text = state.lines + 1, state.text
        if text is not None:
            self._write(_last_form(text))
        self._remember(state.number, first, state.lines + 1 - first)
        state.number, state.text = None, None

    def _write(self, text: str) -> None:
        if self.state.is_cut:
            return
        whole, part = prefix(self.at, POSTED_AS), prefix(self.at, POSTED_AS, is_partial=True)
        for line in text.split("\n"):
            pieces = _pieces(line)
            for piece in pieces[:-1]:
                self._keep(part + piece + b"\n")
            self._keep(whole + pieces[-1] + b"\n")

    def _keep(self, record: bytes) -> None:
        state = self.state
        if state.is_cut:
            return
        if state.size + len(record) > self.quota:
            note = f"[Safelight] The log has reached its limit of {self.quota:,} bytes; the rest is not kept."
            record = prefix(self.at, POSTED_AS) + note.encode() + b"\n"
            state.is_cut = True
        self.added.add(POSTED_AS, record)
        state.size += len(record)
        state.lines += 1

    def _remember(self, number: int, record: int, count: int) -> None:
        stretches = self.state.stretches
        if count == 1 and stretches:
            first, start, numbers, each = stretches[-1]
            if each == 1 and number == first + numbers and record == start + numbers:
                stretches[-1][2] += 1
                return
        stretches.append([number, record, 1, count])
        del stretches[:-_REMEMBERED]

    def _recorded(self, number: int, earlier: Earlier) -> str | None:
        """The text that this number was recorded with; None if that is not known any more."""
        for first, start, numbers, each in reversed(self.state.stretches):
            if first <= number < first + numbers:
                return earlier(start + (number - first) * each, each) if each else ""
        return None


def _last_form(text: str) -> str:
    r"""Each line after its last `\r`, as a terminal leaves it."""
    if "\r" not in text:
        return text
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)


def _pieces(line: str) -> list[bytes]:
    """The line as UTF-8 in pieces that fit a record."""
    raw = line.encode(errors="replace")
    if len(raw) <= LINE_LIMIT:
        return [raw]
    step = LINE_LIMIT // 4  # characters; each takes at most four bytes
    return [line[i : i + step].encode(errors="replace") for i in range(0, len(line), step)]
