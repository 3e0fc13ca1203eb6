"""Search through the records of a log, block by block; standard library only.

Run as a program it searches its standard input for a regular expression: one that backtracks for ever
holds the interpreter it runs in, and no time limit inside could end it. That interpreter is not the
server's, and the server kills it.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

BLOCK = 1 << 20
STAMP = 27  # bytes of the time in front of each record

Match = Callable[[str], bool]
Hit = dict[str, Any]


def blocks(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The next `size` bytes of a file, in blocks of whole records."""
    rest = b""
    while size > 0:
        read = file.read(min(BLOCK, size))
        if not read:
            return
        size -= len(read)
        read = rest + read
        end = read.rfind(b"\n") + 1
        rest = read[end:]
        if end:
            yield read[:end]


def hit(record: bytes, number: int) -> Hit:
    """A record without its newline, as the API shows it."""
    stream, flag, text = record[STAMP + 1 :].split(b" ", 2)
    found: Hit = {
        "n": number,
        "at": record[:STAMP].decode(),
        "stream": stream.decode(),
        "text": text.decode(errors="replace"),
    }
    if flag == b"P":
        found["partial"] = True
    return found


class Search:
    """Collects hits behind line `after`, at most `limit`, within `seconds`. `next_line` is where to go
    on; None when all was searched.
    """

    def __init__(self, *, line: int, after: int, stream: str, limit: int, seconds: float) -> None:
        self.line = line  # the number of the first record that will be read
        self.after = after
        self.stream = f" {stream} ".encode() if stream else b""
        self.limit = limit
        self.deadline = time.monotonic() + seconds
        self.hits: list[Hit] = []
        self.next_line: int | None = None

    def text(self, file: BinaryIO, size: int, wanted: str) -> None:
        """Find a text, whatever its case."""
        if not wanted.isascii():
            self.expression(file, size, f"(?i){re.escape(wanted)}")
            return
        for block in blocks(file, size):
            self._ascii(block, wanted.lower().encode())
            if self.next_line is not None:
                return

    def expression(self, file: BinaryIO, size: int, pattern: str) -> None:
        """Find a regular expression."""
        expression = re.compile(pattern)
        for block in blocks(file, size):
            self._each(block, lambda text: expression.search(text) is not None)
            if self.next_line is not None:
                return

    def _ascii(self, block: bytes, wanted: bytes) -> None:
        """Jump from find to find; lines between two are only counted."""
        lower, counted, at = block.lower(), 0, 0
        while (found := lower.find(wanted, at)) >= 0:
            start = block.rfind(b"\n", 0, found) + 1
            end = block.index(b"\n", found)
            self.line += block.count(b"\n", counted, start)
            counted = start
            text = start + STAMP + 1 + block[start + STAMP + 1 : end].index(b" ") + 3
            if lower.find(wanted, text, end) < 0:
                at = text if found < text else end + 1
                continue
            if not self._take(block[start:end]):
                return
            at = end + 1
        self.line += block.count(b"\n", counted)
        self._check_time()

    def _each(self, block: bytes, matches: Match) -> None:
        for number, record in enumerate(block[:-1].split(b"\n"), self.line):
            self.line = number
            text = record[STAMP + 1 :].split(b" ", 2)[2].decode(errors="replace")
            if matches(text) and not self._take(record):
                return
            if number % 1000 == 0 and self._check_time():
                return
        self.line += 1

    def _take(self, record: bytes) -> bool:
        """Keep a hit; False when there are enough."""
        if self.line <= self.after or (self.stream and not record.startswith(self.stream, STAMP)):
            return True
        if len(self.hits) >= self.limit:
            self.next_line = self.line
            return False
        self.hits.append(hit(record, self.line))
        return True

    def _check_time(self) -> bool:
        if time.monotonic() > self.deadline:
            self.next_line = self.line
            return True
        return False

    def answer(self) -> dict[str, Any]:
        return {"hits": self.hits, "next_line": self.next_line}


def main() -> None:
    """Search standard input as the JSON of the first argument says; prints the answer as JSON."""
    asked = json.loads(sys.argv[1])
    size, pattern = asked.pop("size"), asked.pop("pattern")
    search = Search(**asked)
    try:
        search.expression(sys.stdin.buffer, size, pattern)
    except (re.error, OverflowError, RecursionError) as error:
        print(json.dumps({"error": str(error)}))
        return
    print(json.dumps(search.answer()))


if __name__ == "__main__":
    main()
