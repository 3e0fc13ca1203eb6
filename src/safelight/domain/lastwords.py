"""What a program that failed said last: its exceptions, found behind bars, colours and other processes.

The lines of one process that belong together stand in one lane: a stream, and the prefix under which a
launcher prints the process (torchrun, mpirun, Ray, compose). A chain is exceptions that led to each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from safelight.domain.logs import plain_text


@dataclass(frozen=True, slots=True)
class Line:
    """One line of output. `number` is its record's in the log; None: the log does not have it yet."""

    text: str
    number: int | None = None
    stream: str = "stderr"


@dataclass(slots=True)
class Raised:
    """One exception as it was printed: its line, and the lines of its message that follow."""

    lines: list[Line]
    lane: tuple[str, str]  # stream and prefix
    place: tuple[str, int, str] | None = None  # file, line and function that raised it
    at: int = 0  # the position of its last line in what was said

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class LastWords:
    """`lines` are cleaned; `chains` the newest first, each from its first exception to its last."""

    lines: list[Line]
    chains: list[list[Raised]]


# `[rank0]: `, `[default1]:[rank1]: `, mpirun's `[1,0]<stderr>:`, Ray's `(train pid=1, ip=10.0.0.2) `, compose's `web-1  | `.
_PREFIX = re.compile(
    r"^(?:\[(?:rank|default)?\d+\]:\s?|\[\d+,\d+\]<std(?:err|out)>:\s?"
    r"|\([\w.:]*\s?pid=\d+(?:, ip=[\d.]+)?\)\s|[\w.-]+-\d+\s+\| )+"
)
# A bar does not end its line, so that what comes next stands behind it.
_BAR = re.compile(
    r"^.*?\d{1,3}%\s*(?:\|[^|]*\||[\u2501\u2578\u2500\u257a\u2588 ]+)\s*[\d.]+[kKMGT]?B?/[\d.?]+[kKMGT]?B?"
    r"(?:\s*\[[^\]]*\]|(?:\s+[\d.]+ ?[A-Za-z]*/[A-Za-z]+)?(?:\s+[\d.:]+s?<[\d.:]+s?)?)"
    r"|^\d+it \[[^\]]*\]"
)
_HEADER = re.compile(r"^(?:Original )?Traceback \(most recent call last\):")
_FRAME = re.compile(r'^\s+File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<name>\S+))?')
_ENDING = r"(?:Error|Exception|Interrupt|Warning|Timeout|Refused|Empty|error|Exit|Killed)"
_NAMED = re.compile(
    rf"^(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*{_ENDING}(?:\([\w.]+\))?(?::|$)|^cv2\.error: "
)
_ANY = re.compile(
    r"^(?!(?:INFO|DEBUG|WARNING|ERROR|CRITICAL)\b)(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*(?:: |:?$)"
)
_LINKS = (
    "During handling of the above exception",
    "The above exception was the direct cause",
)
_MESSAGE = 40  # lines of one message
_LONGEST = 1000  # characters of a line that are looked at


def read(said: Sequence[Line]) -> LastWords:
    """Take apart what was said, oldest line first."""
    lines = list(_clean(said))
    lanes: dict[tuple[str, str], _Lane] = {}
    for at, (prefix, line) in enumerate(lines):
        name = (line.stream, prefix)
        lanes.setdefault(name, _Lane(name)).take(line, at)
    chains = [chain for lane in lanes.values() for chain in lane.chains]
    chains.sort(key=lambda chain: chain[-1].at, reverse=True)
    return LastWords([line for _, line in lines], chains)


def _clean(said: Iterable[Line]) -> Iterator[tuple[str, Line]]:
    for line in said:
        text = plain_text(line.text).rstrip().rpartition("\r")[2][:_LONGEST]
        bar = _BAR.match(text) if "%" in text or "it [" in text else None
        if bar:
            text = text[bar.end() :].strip()
        found = _PREFIX.match(text)
        prefix = found.group() if found else ""
        text = text[len(prefix) :]
        if text.strip() or not bar:
            yield prefix, Line(text, line.number, line.stream)


@dataclass(slots=True)
class _Lane:
    """The lines of one process, one after the other."""

    name: tuple[str, str]
    chains: list[list[Raised]] = field(default_factory=list)
    is_within: bool = False  # a traceback whose exception has not come
    is_linked: bool = False  # the next exception belongs to the chain of the last one
    place: tuple[str, int, str] | None = None
    current: Raised | None = None

    def take(self, line: Line, at: int) -> None:
        text = line.text
        if _HEADER.match(text):
            self.is_linked = self.is_linked or text.startswith("Original")
            self.is_within, self.place, self.current = True, None, None
        elif frame := _FRAME.match(text):
            self.place = _nearest(self.place, frame)
        elif text.startswith(_LINKS):
            self.is_linked, self.current = True, None
        elif _NAMED.match(text) or (self.is_within and _ANY.match(text)):
            self._raise(line, at)
        elif self.current is not None and len(self.current.lines) < _MESSAGE:
            self.current.lines.append(line)

    def _raise(self, line: Line, at: int) -> None:
        self.current = Raised([line], self.name, self.place, at)
        if self.is_linked and self.chains:
            self.chains[-1].append(self.current)
        else:
            self.chains.append([self.current])
        self.is_within, self.is_linked, self.place = False, False, None


def _nearest(
    known: tuple[str, int, str] | None, frame: re.Match[str]
) -> tuple[str, int, str] | None:
    """The innermost frame of the user's own files; libraries only pass on what they were given."""
    file = frame["file"]
    if known is not None and (
        "site-packages" in file or "/lib/python" in file or file.startswith("<")
    ):
        return known
    return file.replace("\\", "/").rpartition("/")[2], int(frame["line"]), frame["name"] or ""
