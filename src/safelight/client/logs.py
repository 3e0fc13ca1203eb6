"""The log of a run from outside: its lines, what is found in it, and files of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from safelight.client.http import Http, Json
from safelight.client.record import instant
from safelight.domain.jobs import FINAL
from safelight.errors import NotFound

_PAGE = 1000  # lines a request
FIRST_LOOK_S, SLOWEST_LOOK_S = 0.1, 1.0
_LATE_S = 10.0  # how long after its end a run's last lines are waited for

# Words with which programs say that something went wrong; the page's button looks for the same.
ERRORS = (
    r"(?i)\b(?:[a-z_.]*error|[a-z_.]*exception|traceback|fatal|critical|panic|failed|failure)\b"
)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One finished line; `stream` is stdout, stderr or setup."""

    number: int
    at: datetime | None
    stream: str
    text: str


@dataclass(frozen=True, slots=True)
class LogHit(LogLine):
    """A line that was looked for, with the lines around it that were asked for."""

    before: tuple[LogLine, ...] = ()
    after: tuple[LogLine, ...] = ()


@dataclass(frozen=True, slots=True)
class LogSection:
    """A named stretch of lines; `end_line` is the first line after it, None while it goes on."""

    number: int
    name: str
    line: int
    end_line: int | None


class Log:
    """The log of one run. Line numbers begin with 1 and count all streams together."""

    def __init__(self, http: Http, run_id: UUID) -> None:
        self.http = http
        self._run = f"/api/v1/runs/{run_id}"
        self._path = f"{self._run}/log"

    def lines(
        self, first: int = 1, last: int | None = None, *, stream: str = "", follow: bool = False
    ) -> Iterator[LogLine]:
        """The lines `first` to `last`, or those of them that are of one stream; `follow` waits for more
        until the log is complete, or nothing has come for ten seconds after the run's end.
        """
        # The server jumps to lines by number or counts those of a stream, not both.
        counted = stream if first == 1 else ""
        for line in self._walk(counted, first, follow=follow):
            if last is not None and line.number > last:
                return
            if stream in ("", line.stream):
                yield line

    def tail(self, count: int, *, stream: str = "") -> list[LogLine]:
        """The last `count` lines that are there now, of one stream if it is named."""
        if not stream:
            return _lines(self._page(tail=count))
        there = self._page(tail=0)["stream_lines"].get(stream, 0)
        found = list(self._walk(stream, max(1, there - count + 1), follow=False))
        return found[-count:] if count else []

    def sections(self) -> list[LogSection]:
        return [
            LogSection(each["number"], each["name"], each["line"], each["end_line"])
            for each in self._page(tail=0)["sections"]
        ]

    def section(self, name: str) -> LogSection:
        """The last section of that name, or the one of that number. Raises NotFound."""
        for each in reversed(self.sections()):
            if name in (each.name, str(each.number)):
                return each
        raise NotFound(f"This log has no section {name!r}.", name=name)

    def search(
        self,
        text: str,
        *,
        regex: bool = False,
        stream: str = "",
        section: int | None = None,
        first: int = 1,
        around: int = 0,
    ) -> Iterator[LogHit]:
        """The lines from `first` on that hold `text`, or that the regular expression finds something in,
        each with up to 20 lines `around` it. Raises Invalid for an expression that is none.
        """
        asked: Json = {"q": text, "regex": str(regex).lower(), "stream": stream}
        asked |= {"section": section, "around": around}
        after = first - 1
        while True:
            page = self.http.get(f"{self._path}/search", **asked, after=after, limit=_PAGE)
            yield from (_hit(found) for found in page["hits"])
            if page["next"] is None:
                return
            after = page["next"]

    def download(
        self,
        path: str,
        format: Literal["text", "json"] = "text",
        *,
        first: int = 1,
        last: int | None = None,
        stream: str = "",
        timestamps: bool = True,
    ) -> int:
        """Write the log, a range of its lines or one stream to `path`; returns the file's size."""
        asked: Json = {"format": format, "first": first, "last": last, "stream": stream}
        with open(path, "wb") as file:
            address = f"{self._path}/download"
            stamped = str(timestamps).lower()
            return self.http.download(address, file.write, timestamps=stamped, **asked)

    def _page(self, **asked: Any) -> Json:
        return self.http.get(self._path, **asked)

    def _walk(self, stream: str, first: int, *, follow: bool) -> Iterator[LogLine]:
        """From line `first` on; of a stream from its line number `first` on."""
        at, pause_s, ended_at = first, FIRST_LOOK_S, None
        while True:
            place = {"stream": stream, "nth": at} if stream else {"line": at}
            page = self._page(**place, limit=_PAGE)
            found = _lines(page)
            yield from found
            at += len(found)
            total = page["stream_lines"].get(stream, 0) if stream else page["total_lines"]
            if found and at <= total:
                continue
            if page["complete"] or not follow:
                return
            pause_s = FIRST_LOOK_S if found else min(pause_s * 1.5, SLOWEST_LOOK_S)
            if pause_s == SLOWEST_LOOK_S:
                # The rest of a lost run's log never comes, and its log is never called complete.
                ended_at = ended_at or (time.monotonic() if self._is_ended() else None)
                if ended_at is not None and time.monotonic() - ended_at >= _LATE_S:
                    return
            time.sleep(pause_s)

    def _is_ended(self) -> bool:
        return self.http.get(self._run)["status"] in FINAL


def _lines(page: Json) -> list[LogLine]:
    return [_line(found) for found in page["lines"]]


def _line(found: Json) -> LogLine:
    return LogLine(found["n"], instant(found["at"]), found["stream"], found["text"])


def _hit(found: Json) -> LogHit:
    before, after = (tuple(map(_line, found.get(side, ()))) for side in ("before", "after"))
    return LogHit(found["n"], instant(found["at"]), found["stream"], found["text"], before, after)
