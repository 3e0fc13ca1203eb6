"""From raw bytes to the records of a log: one pure function with a state that resumes exactly.

A record is one line in the text form of the Kubernetes CRI (kubelet `--container-log`):
`2026-11-23T01:02:03.123456Z stdout F text`. F ends a line, P is a piece of one that is longer than
LINE_LIMIT. Lines that only mark structure (sections) become sections and no record.
"""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

from safelight.domain.jobs import Progress
from safelight.domain.masking import Mask
from safelight.domain.progress import ProgressReader

STREAMS = ("stdout", "stderr", "setup")
LINE_LIMIT = 16 * 1024  # bytes of one record's text
MAX_SECTIONS = 1000
STAMP_LENGTH = 27  # of 2026-11-23T01:02:03.123456Z

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_LINE_ENDS = re.compile(rb"\r+\n")


@dataclass(slots=True)
class Stream:
    r"""Where one stream stands: bytes taken, and the line that has not ended. A `\r` at the end of
    `open` waits for the next byte: before a newline it means nothing, else the line begins anew.
    `held`: bytes behind it that a secret may begin with, so they are not shown and not kept in clear.
    """

    offset: int = 0
    lines: int = 0  # records of this stream
    held: bytes = field(default=b"", repr=False)
    open: bytes = b""
    is_partial: bool = False  # a piece of the open line is recorded already
    has_dashes: bool = False  # a line `-----` waits for the next line to tell what it was


_BYTES = ("held", "open")  # fields of Stream


@dataclass(slots=True)
class State:
    """Everything the record function must remember. `size` and `lines` are of the records so far."""

    size: int = 0
    lines: int = 0
    streams: dict[str, Stream] = field(default_factory=dict)
    sections: int = 0
    chapter: int | None = None  # the number of the open section, of each of the two kinds
    group: int | None = None
    is_cut: bool = False  # the quota is used up
    progress: dict[str, Any] = field(default_factory=dict)  # of the progress reader
    expected: dict[str, int] | None = None  # offsets at the end, as the runner reported
    is_finished: bool = False

    def stream(self, name: str) -> Stream:
        return self.streams.setdefault(name, Stream())

    def to_json(self) -> dict[str, Any]:
        """As JSON values; bytes as the characters of the same codes."""
        plain = asdict(self)
        for stream in plain["streams"].values():
            for name in _BYTES:
                stream[name] = stream[name].decode("latin-1")
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> State:
        streams = {
            name: Stream(
                **{**stream, **{each: stream.get(each, "").encode("latin-1") for each in _BYTES}}
            )
            for name, stream in plain["streams"].items()
        }
        return cls(**{**plain, "streams": streams})

    @property
    def open_lines(self) -> dict[str, str]:
        """What stands in the lines that have not ended, per stream."""
        return {
            name: stream.open.rstrip(b"\r").decode(errors="replace")
            for name, stream in self.streams.items()
            if stream.open
        }

    @property
    def stream_lines(self) -> dict[str, int]:
        """How many records each stream has."""
        return {name: stream.lines for name, stream in self.streams.items() if stream.lines}

    @property
    def missing(self) -> int:
        """Bytes that the runner has announced and that have not arrived."""
        ends = (self.expected or {}).items()
        return sum(max(0, end - self.stream(name).offset) for name, end in ends)


@dataclass(frozen=True, slots=True)
class Opened:
    """A section begins at this record."""

    number: int
    name: str
    line: int
    at: int


@dataclass(frozen=True, slots=True)
class Closed:
    """A section ended before this record."""

    number: int
    end_line: int
    at: int


@dataclass(slots=True)
class Appended:
    """What an append adds: records as bytes, sections, and the last progress it showed. `parts`: of which
    streams the records are, one after the other, and in how many bytes.
    """

    records: bytes = b""
    parts: list[tuple[str, int]] = field(default_factory=list)
    sections: list[Opened | Closed] = field(default_factory=list)
    progress: Progress | None = None

    def add(self, stream: str, records: bytes) -> None:
        if records:
            self.records += records
            self.parts.append((stream, len(records)))


NOTHING_SECRET = Mask()

# --- the record function --------------------------------------------------------------------------


def append(
    state: State,
    stream: str,
    data: bytes,
    at: int,
    *,
    quota: int = 1 << 62,
    mask: Mask = NOTHING_SECRET,
) -> Appended:
    """Take the next bytes of a stream, read at `at`. Any cutting of the same bytes into calls gives
    the same records, but for their times.
    """
    taken = state.stream(stream)
    taken.offset += len(data)
    data, taken.held = mask.take(taken.held, data)
    added = Appended()
    _take(state, added, stream, data, at, quota)
    return added


def finish(state: State, at: int, *, quota: int = 1 << 62, mask: Mask = NOTHING_SECRET) -> Appended:
    """Record the lines that never ended, and end all sections: nothing follows."""
    added = Appended()
    for name, taken in state.streams.items():
        if taken.held:
            rest, taken.held = mask.whole(taken.held), b""
            _take(state, added, name, rest, at, quota)
        writer = _Writer(state, added, name, at)
        rest = taken.open.rstrip(b"\r") + b"\n" if taken.open else b""
        records = b"".join([*writer.lines(taken, rest), *writer.dashes(taken)])
        taken.open = b""
        _keep(state, added, records, name, at, quota)
    close_sections(state, added, at)
    state.is_finished = True
    return added


def _take(state: State, added: Appended, stream: str, data: bytes, at: int, quota: int) -> None:
    """Turn masked bytes into records, as far as their lines have ended."""
    taken = state.stream(stream)
    block = taken.open + data
    end = block.rfind(b"\n") + 1
    pieces: list[bytes] = []
    writer = _Writer(state, added, stream, at)
    if end:
        lines = block[:end]
        pieces.extend(
            writer.lines(taken, _LINE_ENDS.sub(b"\n", lines) if b"\r" in lines else lines)
        )
    taken.open = block[end:]
    pieces.extend(writer.shorten(taken))
    added.progress = _progress(state, block[:end], taken.open) or added.progress
    _keep(state, added, b"".join(pieces), stream, at, quota)


def _keep(state: State, added: Appended, records: bytes, stream: str, at: int, quota: int) -> None:
    """Put the records into `added` as far as the quota goes; the cut itself is a record."""
    if state.is_cut:
        records = b""
    elif state.size + len(records) > quota:
        records = records[: records.rfind(b"\n", 0, max(0, quota - state.size)) + 1]
        note = (
            f"[Safelight] The log has reached its limit of {quota:,} bytes; the rest is not kept."
        )
        records += prefix(at, stream) + note.encode() + b"\n"
        state.is_cut = True
    lines = records.count(b"\n")
    added.add(stream, records)
    state.size += len(records)
    state.lines += lines
    state.stream(stream).lines += lines


class _Writer:
    """Turns the finished lines of one stream into records; counts those it made before the quota."""

    def __init__(self, state: State, added: Appended, stream: str, at: int) -> None:
        self.state = state
        self.added = added
        self.at = at
        self.full = prefix(at, stream)
        self.part = prefix(at, stream, is_partial=True)
        self.made = 0

    def lines(self, taken: Stream, block: bytes) -> Iterator[bytes]:
        """Records of a block of whole lines."""
        if not block:
            return
        is_plain = not (
            taken.is_partial
            or taken.has_dashes
            or b"\r" in block
            or _may_mark(block)
            or (len(block) > LINE_LIMIT and _longest(block) > LINE_LIMIT)
        )
        if is_plain:
            self.made += block.count(b"\n")
            text = _valid(block)
            yield self.full + text[:-1].replace(b"\n", b"\n" + self.full) + b"\n"
            return
        for line in block[:-1].split(b"\n"):
            yield from self._line(taken, line)

    def _line(self, taken: Stream, line: bytes) -> Iterator[bytes]:
        line = yield from self._last_form(taken, line)
        if taken.has_dashes and _is_bar(line):
            taken.has_dashes = False  # they announced this bar
        yield from self.dashes(taken)
        if not taken.is_partial and self._is_structure(taken, line):
            return
        taken.is_partial = False
        self.made += 1
        yield self.full + _valid(line) + b"\n"

    def _last_form(self, taken: Stream, line: bytes) -> Generator[bytes, None, bytes]:
        r"""What stands in the line after its last `\r`; what is too long becomes pieces on the way."""
        form = b""
        for segment in line.split(b"\r"):
            if not segment:
                continue  # a carriage return alone prints nothing, so it overwrites nothing
            form = segment
            while len(form) > LINE_LIMIT:
                yield from self.dashes(taken)
                cut = _character_start(form, LINE_LIMIT)
                taken.is_partial = True
                self.made += 1
                yield self.part + _valid(form[:cut]) + b"\n"
                form = form[cut:]
        return form

    def shorten(self, taken: Stream) -> Iterator[bytes]:
        """Reduce the open line to its last form, and record what is too long of it."""
        if len(taken.open) <= LINE_LIMIT and b"\r" not in taken.open[:-1]:
            return
        waits = taken.open.endswith(b"\r")
        form = yield from self._last_form(taken, taken.open)
        taken.open = form + b"\r" if waits else form

    def dashes(self, taken: Stream) -> Iterator[bytes]:
        """Record the line `-----` that was held back: it was text."""
        if taken.has_dashes:
            taken.has_dashes = False
            self.made += 1
            yield self.full + b"-----\n"

    def _is_structure(self, taken: Stream, line: bytes) -> bool:
        """Whether the line only marks structure; opens and ends sections."""
        if line == b"-----":
            taken.has_dashes = True
            return True
        if not line.startswith(_MARK_STARTS) or self.state.is_cut:
            return False
        mark = read_mark(line.decode(errors="replace"))
        if mark is None:
            return False
        next_line = self.state.lines + self.made + 1
        if mark.kind is not None and not mark_section(
            self.state, self.added, mark, next_line, self.at
        ):
            return False
        return mark.is_structure


_MARK_STARTS = (b"--", b"::", b"(")


def _may_mark(block: bytes) -> bool:
    return block.startswith(_MARK_STARTS) or any(b"\n" + start in block for start in _MARK_STARTS)


def _longest(block: bytes) -> int:
    return max(map(len, block.split(b"\n")))


def _valid(text: bytes) -> bytes:
    """The text as valid UTF-8; what is not becomes U+FFFD, line by line."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return b"\n".join(line.decode(errors="replace").encode() for line in text.split(b"\n"))
    return text


def _character_start(text: bytes, index: int) -> int:
    """The last index up to `index` at which a UTF-8 character begins."""
    for back in range(4):
        if text[index - back] & 0xC0 != 0x80:
            return index - back
    return index


def _is_bar(line: bytes) -> bool:
    return all(sign in line for sign in (b"%", b"<", b"[", b"]"))


def _progress(state: State, block: bytes, open_line: bytes) -> Progress | None:
    """The progress that the newest lines show; old lines of a big block are not looked at."""
    reader = ProgressReader(state.progress)
    found = None
    for line in [*block[-4096:].split(b"\n"), open_line[-4096:]]:
        text = line.rstrip(b"\r").rpartition(b"\r")[2]
        if text:
            found = reader.read(plain_text(text.decode(errors="replace"))) or found
    state.progress = reader.state
    return found


# --- sections -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """What a marking line says. `kind` None: it is noise of the wire, with no section."""

    kind: str | None  # chapter, group, endgroup
    name: str = ""
    is_structure: bool = True  # False: the line is also text


_STEP = re.compile(r"\((?:\d+|\?)/\d+\) Starting step (.+?) \([^()]*\):\s*$")
_NOISE = re.compile(r"--(?:\d{1,6}|\*|-\d{1,6}-)--\s*$|--ec-- *-?\d+\s*$")


def read_mark(line: str) -> Mark | None:
    """The mark that a line is: `--#--NAME`, `::group::NAME`, `::endgroup::`, a step of cv-engine
    (`(1/3) Starting step NAME (ID):`), or a sign of the wire's wrappers (`--N--`, `--*--`, `--ec-- N`).
    """
    if line.startswith("--#--"):
        return Mark("chapter", section_name(line[5:]))
    if line.startswith("::group::"):
        return Mark("group", section_name(line[9:]))
    if line.startswith("::endgroup::"):
        return Mark("endgroup")
    if line.startswith("("):
        step = _STEP.match(line)
        return Mark("chapter", section_name(step.group(1)), is_structure=False) if step else None
    return Mark(None) if _NOISE.match(line) else None


def section_name(text: str) -> str:
    """A section's name without colours, in a length that fits a list."""
    return plain_text(text).strip()[:200] or "Section"


def plain_text(text: str) -> str:
    """The text without ANSI escape sequences."""
    return _ANSI.sub("", text) if "\x1b" in text else text


def mark_section(state: State, added: Appended, mark: Mark, line: int, at: int) -> bool:
    """Open or end sections as the mark says, before record `line`. False: there are too many.

    A chapter ends the chapter and the group before it, a group the group before it.
    """
    if mark.kind == "endgroup":
        _close(state, added, "group", line, at)
        return True
    if state.sections >= MAX_SECTIONS:
        return False
    _close(state, added, "group", line, at)
    if mark.kind == "chapter":
        _close(state, added, "chapter", line, at)
    state.sections += 1
    setattr(state, str(mark.kind), state.sections)
    added.sections.append(Opened(state.sections, mark.name, line, at))
    return True


def close_sections(state: State, added: Appended, at: int) -> None:
    """End what is open: the log ends here."""
    for kind in ("group", "chapter"):
        _close(state, added, kind, state.lines + 1, at)


def _close(state: State, added: Appended, kind: str, line: int, at: int) -> None:
    number = getattr(state, kind)
    if number is not None:
        setattr(state, kind, None)
        added.sections.append(Closed(number, line, at))


def shown(engine: str, captured: State | None) -> str:
    """Which source people see: the captured one where it holds the script's lines, else the posted."""
    if engine == "local":
        return "captured"
    if captured is None:
        return "posted"
    # Elsewhere nothing but a runner of ours writes to `setup`: its word counts as a line there.
    streams = ("stdout", "stderr", "setup") if engine == "external" else ("stdout", "stderr")
    has_lines = any(captured.stream(name).offset for name in streams)
    return "captured" if has_lines else "posted"


# --- the text form --------------------------------------------------------------------------------


def stamp(at: int) -> str:
    """Microseconds since 1970 as `2026-11-23T01:02:03.123456Z`."""
    seconds, micros = divmod(at, 1_000_000)
    return f"{_second(seconds)}.{micros:06d}Z"


@lru_cache(maxsize=8192)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def prefix(at: int, stream: str, *, is_partial: bool = False) -> bytes:
    """What stands before the text of a record."""
    return f"{stamp(at)} {stream} {'P' if is_partial else 'F'} ".encode()


@dataclass(frozen=True, slots=True)
class Record:
    """One record as read back. `at` is text, as it stands in the log."""

    at: str
    stream: str
    is_partial: bool
    text: str


def parse(record: bytes) -> Record:
    """A record without its newline, taken apart."""
    stream, flag, text = record[STAMP_LENGTH + 1 :].split(b" ", 2)
    return Record(
        record[:STAMP_LENGTH].decode(), stream.decode(), flag == b"P", text.decode(errors="replace")
    )


def text_of(records: Iterable[bytes], stream: str) -> str:
    """The text of one stream, its pieces joined: what the law of the record function is about."""
    found = []
    for each in records:
        record = parse(each)
        if record.stream == stream:
            found.append(record.text + ("" if record.is_partial else "\n"))
    return "".join(found)
