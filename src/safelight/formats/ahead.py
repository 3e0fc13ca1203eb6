"""Reads the chunks of a long list in forked processes, ahead of whoever takes what was made of them.

Where a chunk ends is a guess, `},{`, and only who has read it can tell whether it was right: then the next one
begins where it should. With the first that was wrong all that are further ahead are worth nothing.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, BinaryIO

from safelight.forked import Forked
from safelight.formats.json_stream import BOUNDARY, Chunk

CHUNK_BYTES = 4 * 1024 * 1024
FEWEST = 8  # chunks: for less it is not worth it to make processes
_WRONG_AT_MOST = 8  # so many wrong guesses, and no more are made
_LOOK = 64 * 1024

Work = Callable[[int, bytes], Any]
"""Makes something of the text of a chunk that begins at a byte of the file; None if it is no list of records."""


class Ahead(Forked[Chunk, Any]):
    def __init__(
        self, file: BinaryIO, work: Work, processes: int, chunk_bytes: int = CHUNK_BYTES
    ) -> None:
        self._file, self._chunk_bytes = file, chunk_bytes
        self._guesses = _WRONG_AT_MOST if processes > 1 and _is_of_system(file) else 0
        super().__init__(lambda chunk: work(chunk.start, self._text(chunk)), processes)

    def read(self, start: int) -> Iterator[tuple[Chunk, Any]]:
        """Chunks of records from the one that begins at the byte `start`, and what was made of each, as far as
        the guesses were right. Raises what the work raised.
        """
        if not self._guesses or self._left(start) < FEWEST * self._chunk_bytes:
            return
        with closing(self.answers(self._chunks(start))) as answers:
            for chunk, answer in answers:
                if answer is None:
                    self._guesses -= 1
                    return
                yield chunk, answer

    def _left(self, start: int) -> int:
        return os.fstat(self._file.fileno()).st_size - start

    def _text(self, chunk: Chunk) -> bytes:
        return os.pread(self._file.fileno(), chunk.stop - chunk.start, chunk.start)

    def _chunks(self, start: int) -> Iterator[Chunk]:
        while True:
            at = start + self._chunk_bytes
            found = BOUNDARY.search(os.pread(self._file.fileno(), _LOOK, at))
            if found is None:
                return
            chunk = Chunk(start, at + found.start() + 1, at + found.end() - 1)
            yield chunk
            start = chunk.following


def _is_of_system(file: BinaryIO) -> bool:
    """Whether other processes can read it at any place."""
    try:
        file.fileno()
    except io.UnsupportedOperation:
        return False
    return True
