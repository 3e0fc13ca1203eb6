"""What a Python program prints, kept in files beside it while it goes to the terminal as before."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, TextIO

STREAMS = ("setup", "stdout", "stderr")

_Write = Callable[[str], int]


class Capture:
    """Files of what is printed from `begin` to `end`, to be read from any offset at any time.

    `write` of the stream objects is wrapped, not the descriptors: a terminal stays a terminal, and a
    reader that stalls can never hold the program up, as a full pipe would. What other programs and
    C libraries print is not seen; `safelight track -- COMMAND` sees that too.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="safelight-", ignore_cleanup_errors=True)
        # Unbuffered and appending: forked workers write to the same files, and nothing waits in memory.
        self._files = {name: self._path(name).open("ab", buffering=0) for name in STREAMS}
        self._readers = {name: self._path(name).open("rb") for name in STREAMS}
        self._wrapped: list[tuple[TextIO, _Write, _Write | None]] = []

    def begin(self) -> None:
        for name in ("stdout", "stderr"):
            self._wrap(getattr(sys, name), self._files[name])

    def end(self) -> None:
        """The streams are as they were; the files stay until `close`."""
        for stream, wrapper, before in self._wrapped:
            if stream.__dict__.get("write") is not wrapper:
                continue  # wrapped once more by somebody else: ours stays below and only passes on
            if before is None:
                del stream.write
            else:
                stream.write = before  # type: ignore[method-assign]
        self._wrapped.clear()

    def write(self, stream: str, text: str) -> None:
        """Add text that is not shown here, as a traceback that Python will print itself."""
        _keep(self._files[stream], text)

    def read(self, stream: str, offset: int, most: int) -> bytes:
        """Up to `most` bytes from `offset`; none if there are no more yet. For one thread."""
        reader = self._readers[stream]
        reader.seek(offset)
        return reader.read(most)

    def sizes(self) -> dict[str, int]:
        return {name: self._path(name).stat().st_size for name in STREAMS}

    def close(self) -> None:
        for file in (*self._files.values(), *self._readers.values()):
            file.close()
        self._folder.cleanup()

    def _path(self, name: str) -> Path:
        return Path(self._folder.name, name)

    def _wrap(self, stream: Any, file: BinaryIO) -> None:
        if stream is None:
            return  # a program without a terminal
        before, passed_on = getattr(stream, "__dict__", {}).get("write"), stream.write

        def write(text: str) -> int:
            count: int = passed_on(text)
            _keep(file, text)
            return count

        try:
            # On the object: loggers that took the stream before are heard as well.
            stream.write = write
        except AttributeError:
            self.write("setup", f"{type(stream).__name__} cannot be captured.\n")
        else:
            self._wrapped.append((stream, write, before))


def _keep(file: BinaryIO, text: str) -> None:
    # A full disk or a file that is closed costs the record a line, never the program its life.
    with suppress(OSError, ValueError):
        file.write(text.encode("utf-8", "backslashreplace"))
