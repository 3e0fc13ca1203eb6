"""A growing file read from where the server has it: the file is the spool, nothing is kept in memory."""

from __future__ import annotations

import os
from typing import Optional

CHUNK = 1024 * 1024


class Spool:
    def __init__(self, stream: str, path: str) -> None:
        self.stream = stream
        self.path = path
        self.offset = 0  # up to here the server has it
        self._descriptor: Optional[int] = None

    def read(self, until: Optional[int] = None) -> bytes:
        """The next bytes after `offset`, not beyond `until`; none if there are no more just now."""
        count = CHUNK if until is None else max(0, min(CHUNK, until - self.offset))
        if self._descriptor is None:
            try:
                self._descriptor = os.open(self.path, os.O_RDONLY)
            except OSError:
                return b""
        return os.pread(self._descriptor, count, self.offset)

    @property
    def size(self) -> int:
        try:
            return os.stat(self.path).st_size
        except OSError:
            return 0


def last_lines(path: str, count: int = 20, most: int = 8192) -> str:
    """The end of a file of text, as a person wants to see it."""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - most))
            content = file.read(most)
    except OSError:
        return ""
    lines = content.decode(errors="replace").rstrip().split("\n")
    shown = [line.rstrip("\r").rsplit("\r", 1)[-1] for line in lines]  # progress bars: last state
    return "\n".join(shown[-count:])
