"""An export as bytes that are sent while they are made: a writer pushes, who reads pulls, little waits between."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

from safelight.actions import export
from safelight.actions.context import Context
from safelight.actions.export import Settled
from safelight.errors import Unavailable

AT_ONCE = 8
PIECE = 256 * 1024
PIECES = 4  # that wait for who reads
STALLED_S = 60.0  # as proxies have it; it holds a place, and a snapshot of the database

_places = threading.BoundedSemaphore(AT_ONCE)


class _Gone(Exception):
    """Nobody reads on."""


class _Pipe:
    """What a writer writes, in pieces. It waits where the reader is slower."""

    def __init__(self) -> None:
        self._pieces: queue.Queue[bytes | Exception | None] = queue.Queue(PIECES)
        self._waiting = bytearray()
        self._gone = threading.Event()

    def write(self, content: bytes) -> None:
        """Raises _Gone."""
        self._waiting += content
        if len(self._waiting) >= PIECE:
            self._put(bytes(self._waiting))
            self._waiting.clear()

    def end(self, error: Exception | None) -> None:
        """All was written, or no more will come."""
        if error is None and self._waiting:
            self._put(bytes(self._waiting))
        self._put(error)

    def _put(self, piece: bytes | Exception | None) -> None:
        if not self._gone.is_set():
            try:
                self._pieces.put(piece, timeout=STALLED_S)
            except queue.Full:
                self._gone.set()  # who reads has been asleep for long
        if self._gone.is_set():
            raise _Gone

    def read(self) -> Iterator[bytes]:
        """Raises what ended the writer."""
        while (piece := self._pieces.get()) is not None:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    def leave(self) -> None:
        """Nobody reads on: the writer ends at its next piece."""
        self._gone.set()
        while not self._pieces.empty():  # it may be waiting for room
            self._pieces.get_nowait()


def stream(context: Context, settled: Settled) -> Iterator[bytes]:
    """The bytes of the file. A reader that does not come back for a minute, or closes this, ends it.

    Raises at once what fails before the first piece is there, and Unavailable where too many are under way.
    What fails later is raised in between.
    """
    if not _places.acquire(blocking=False):
        raise Unavailable(
            f"{AT_ONCE} exports are being sent at this moment. Try again, or launch an export as a job."
        )
    pipe = _Pipe()
    threading.Thread(
        target=_write, args=(context, settled, pipe), name="export", daemon=True
    ).start()
    pieces = pipe.read()
    return _pieces(pipe, next(pieces), pieces)


def _pieces(pipe: _Pipe, first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield first
        yield from rest
    finally:
        pipe.leave()


def _write(context: Context, settled: Settled, pipe: _Pipe) -> None:
    try:
        export.write(context, settled, pipe)
        pipe.end(None)
    except _Gone:
        return
    except Exception as error:  # for who reads
        try:
            pipe.end(error)
        except _Gone:
            return
    finally:
        _places.release()
