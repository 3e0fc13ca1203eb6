"""The bad records of a file: where each stands, why it is bad, and what it says."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from safelight.errors import Invalid

RECORD_BYTES = 4096  # of a bad record are kept


class BadRecord(Exception):
    """One record cannot be taken; the message says why, in words that follow its name."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A bad record. `where` names it in the same words whenever the same file is read, also after it
    has been mended in its place: `annotation 12`, `labels/a.txt:3`, `a.xml: object 2`. `offset` is
    its byte, or `file` and `line` say where in a tree of files; `record` is how it begins.
    """

    where: str
    reason: str
    offset: int | None = None
    file: str | None = None
    line: int | None = None
    record: str = ""

    def __str__(self) -> str:
        at = "" if self.offset is None else f" at byte {self.offset}"
        return f"{self.where}{at}: {self.reason}"


Sink = Callable[[bytes], object]


def _nowhere(_line: bytes) -> None:
    pass


@dataclass(slots=True)
class Rejects:
    """All bad records are counted and handed to `sink` at once, each as a line of JSON; the first
    `limit` of them are kept to be named. More than `most` are no bad records but a wrong file.
    """

    sink: Sink = _nowhere
    limit: int = 1000
    most: int = 1_000_000
    total: int = 0
    first: list[Problem] = dataclasses.field(default_factory=list)

    def add(
        self,
        where: str,
        reason: str,
        *,
        offset: int | None = None,
        file: str | None = None,
        line: int | None = None,
        record: bytes = b"",
    ) -> None:
        """Raises Invalid for one more than `most`: what is listed must not fill the disk."""
        if self.total >= self.most:
            raise Invalid(f"There are more than {self.most:,} bad records; no more are listed.")
        text = record[:RECORD_BYTES].decode(errors="replace")
        problem = Problem(where, reason, offset, file, line, text)
        self.total += 1
        self.sink(msgspec.json.encode(problem) + b"\n")
        if len(self.first) < self.limit:
            self.first.append(problem)
