"""Search through the records of a log; standard library only.

Run as a program it searches the file that is its standard input: an expression that backtracks for ever
holds the interpreter it runs in, and no time limit inside could end it. That interpreter is not the
server's, and the server kills it. Lines have no numbers here, only offsets: nothing is counted.
"""

from __future__ import annotations

import json
import mmap
import re
import sys
import time
from collections.abc import Iterator
from typing import Any, Protocol

BLOCK = 1 << 20
STAMP = 27  # bytes of the time in front of each record
_ALTERNATIVES = 24
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_LOOK_AT_CLOCK = 1000  # records
# Letters outside ASCII that an expression without regard to case takes for `k` and `s`.
_FOLDED = ("\u212a".encode(), "\u017f".encode())

Hit = tuple[int, bytes]  # offset, record without its newline


class Haystack(Protocol):
    """What bytes and a mapped file can both do."""

    def __getitem__(self, key: slice, /) -> bytes: ...
    def find(self, sub: bytes, start: int, end: int, /) -> int: ...
    def rfind(self, sub: bytes, start: int, end: int, /) -> int: ...


class Pattern:
    """An expression, and quicker ways to where it may match: texts of which every line that matches holds
    one, else itself for a whole block at once.
    """

    def __init__(self, pattern: str) -> None:
        """Raises re.error for what is no expression."""
        self.expression = re.compile(pattern)
        self.folds = bool(self.expression.flags & re.IGNORECASE)
        parsed = _parsed(pattern)
        found = _of_sequence(parsed)
        if self.folds and found is not None:
            found = {text.lower() for text in found} if all(map(str.isascii, found)) else None
        self._texts = [text.encode() for text in found] if found else None
        self._raw = _for_blocks(pattern, parsed) if self._texts is None else None

    def matches(self, record: bytes) -> bool:
        text = record[STAMP + 1 :].split(b" ", 2)[2]
        return self.expression.search(text.decode(errors="replace")) is not None

    def candidates(self, block: bytes) -> Iterator[int]:
        """Where the records begin that may match."""
        if self._raw is not None and block.isascii():
            yield from _starts_of_matches(block, self._raw)
            return
        if self._texts is None or (self.folds and any(each in block for each in _FOLDED)):
            yield from _starts(block)
            return
        block = block.lower() if self.folds else block
        starts = set()
        for text in self._texts:
            at = block.find(text)
            while at >= 0:
                starts.add(block.rfind(b"\n", 0, at) + 1)
                at = block.find(text, block.index(b"\n", at))
        yield from sorted(starts)


def _starts(block: bytes) -> Iterator[int]:
    at = 0
    while at < len(block):
        yield at
        at = block.index(b"\n", at) + 1


def _starts_of_matches(block: bytes, raw: re.Pattern[bytes]) -> Iterator[int]:
    """Where the records begin that a match touches, be it with their time or across a newline."""
    at, last = 0, len(block)
    while at < last and (match := raw.search(block, at)):
        at = block.rfind(b"\n", 0, match.start()) + 1
        end = max(match.end(), match.start() + 1)
        while at < min(end, last):
            yield at
            at = block.index(b"\n", at) + 1


# --- what an expression needs ---------------------------------------------------------------------


def _parsed(pattern: str) -> Any:
    """The pattern taken apart by the parser that `re` itself uses. Nothing in it, if there is none."""
    parser = getattr(re, "_parser", None)
    return parser.parse(pattern) if parser else ()


def _for_blocks(pattern: str, parsed: Any) -> re.Pattern[bytes] | None:
    """The pattern for a block of ASCII lines with their times in front, if it finds there whatever it finds
    in the texts alone: nothing in it may look at where a text begins or ends, except for `$`.
    """
    if not parsed or not pattern.isascii() or any(_looks_around(*each) for each in _parts(parsed)):
        return None
    try:
        return re.compile(pattern.encode(), re.MULTILINE)
    except (re.error, ValueError):  # a flag that bytes do not have
        return None


def _looks_around(operation: str, value: Any) -> bool:
    if operation == "AT":
        return str(value) not in ("AT_END", "AT_BOUNDARY")
    return operation in ("ASSERT", "ASSERT_NOT", "GROUPREF_EXISTS")


def _parts(parsed: Any) -> Iterator[tuple[str, Any]]:
    """All operations, also those within groups, branches and repeats."""
    for operation, value in parsed:
        yield str(operation), value
        for inner in _inner(str(operation), value):
            yield from _parts(inner)


def _inner(operation: str, value: Any) -> list[Any]:
    if operation == "SUBPATTERN":
        return [value[3]]
    if operation == "ATOMIC_GROUP":
        return [value]
    if operation in _REPEATS:
        return [value[2]]
    return list(value[1]) if operation == "BRANCH" else []


def _of_sequence(parsed: Any) -> set[str] | None:
    """Texts of which each match holds at least one, the longest, of those the fewest; None if there are
    none worth looking for.

    Searching for a text is a hundred times as fast as trying an expression on every line; grep does the
    same.
    """
    found: list[set[str]] = []
    run = ""
    for operation, value in parsed:
        if str(operation) == "LITERAL":
            run += chr(value)
            continue
        found.append({run})
        run = ""
        inner = _of_part(str(operation), value)
        if inner:
            found.append(inner)
    found.append({run})
    best = max(found, key=lambda texts: (min(map(len, texts)), -len(texts)))
    return best if min(map(len, best)) >= 2 else None


def _of_part(operation: str, value: Any) -> set[str] | None:
    if operation == "SUBPATTERN":
        _, added, removed, inner = value
        return None if added or removed else _of_sequence(inner)
    if operation == "ATOMIC_GROUP":
        return _of_sequence(value)
    if operation in _REPEATS:
        least, _, inner = value
        return _of_sequence(inner) if least else None
    if operation == "BRANCH":
        texts: set[str] = set()
        for branch in value[1]:
            needed = _of_sequence(branch)
            if needed is None:
                return None
            texts |= needed
        return texts if len(texts) <= _ALTERNATIVES else None
    return None


# --- the search -----------------------------------------------------------------------------------


class Search:
    """Collects at most `limit` hits between two offsets, the first ones or the last ones, in the order of
    the log. `stopped_at`: where to go on (forward) or up to where (backward); None when all was searched.
    """

    def __init__(
        self, pattern: Pattern, *, stream: str, limit: int, seconds: float, backward: bool = False
    ) -> None:
        self.pattern = pattern
        self.stream = f" {stream} ".encode() if stream else b""
        self.limit = limit
        self.deadline = time.monotonic() + seconds
        self.backward = backward
        self.hits: list[Hit] = []
        self.stopped_at: int | None = None

    def run(self, log: Haystack, start: int, end: int) -> None:
        """Search the whole records from `start` to `end`."""
        blocks = _blocks_backward if self.backward else _blocks
        for offset, block in blocks(log, start, end):
            self._block(offset, block)
            if self.stopped_at is not None:
                break
            if time.monotonic() > self.deadline:
                self.stopped_at = offset if self.backward else offset + len(block)
                break
        if self.stopped_at == (start if self.backward else end):
            self.stopped_at = None  # that was all there is
        if self.backward:
            self.hits.reverse()

    def _block(self, offset: int, block: bytes) -> None:
        candidates: Any = self.pattern.candidates(block)
        if self.backward:
            candidates = reversed(list(candidates))
        for looked, at in enumerate(candidates):
            record_end = block.index(b"\n", at)
            if looked % _LOOK_AT_CLOCK == _LOOK_AT_CLOCK - 1 and time.monotonic() > self.deadline:
                self.stopped_at = offset + (record_end + 1 if self.backward else at)
                return
            record = block[at:record_end]
            if self.stream and not record.startswith(self.stream, STAMP):
                continue
            if not self.pattern.matches(record):
                continue
            if len(self.hits) >= self.limit:
                self.stopped_at = offset + (record_end + 1 if self.backward else at)
                return
            self.hits.append((offset + at, record))


def _blocks(log: Haystack, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Blocks of whole records with their offsets."""
    while start < end:
        cut = log.rfind(b"\n", start, min(start + BLOCK, end)) + 1
        if not cut:
            return
        yield start, log[start:cut]
        start = cut


def _blocks_backward(log: Haystack, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    while start < end:
        cut = start
        if end - start > BLOCK:
            cut = log.find(b"\n", end - BLOCK, end) + 1
        yield cut, log[cut:end]
        end = cut


def main() -> None:
    """Search standard input as the JSON of the first argument says; prints the answer as JSON."""
    asked = json.loads(sys.argv[1])
    start, end = asked.pop("start"), asked.pop("end")
    try:
        search = Search(Pattern(asked.pop("pattern")), **asked)
        with mmap.mmap(sys.stdin.fileno(), end, access=mmap.ACCESS_READ) as log:
            search.run(log, start, end)
    except (re.error, OverflowError, RecursionError) as error:
        print(json.dumps({"error": str(error)}))
        return
    hits = [(offset, record.decode(errors="replace")) for offset, record in search.hits]
    print(json.dumps({"hits": hits, "stopped_at": search.stopped_at}))


if __name__ == "__main__":
    main()
