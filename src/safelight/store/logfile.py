"""The durable bytes of logs as append-only files; knows nothing of lines or of the database."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import UUID


class LogStore(Protocol):
    """Where records are kept: one growing sequence of bytes per run and source."""

    def append(self, run_id: UUID, source: str, offset: int, data: bytes) -> None:
        """Make `data` durable at `offset`, which is the length that the index acknowledges.

        What an interrupted append left behind `offset` is replaced.
        """

    def read(self, run_id: UUID, source: str, offset: int, size: int) -> bytes:
        """At most `size` bytes from `offset`."""

    def open(self, run_id: UUID, source: str) -> BinaryIO:
        """The whole sequence for reading; empty if nothing was appended."""

    def remove(self, run_id: UUID) -> None:
        """Remove all sequences of a run."""


class LogFiles:
    """LogStore as one file per run and source in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, run_id: UUID, source: str) -> Path:
        return self.folder / f"{run_id}.{source}.log"

    def append(self, run_id: UUID, source: str, offset: int, data: bytes) -> None:
        """As LogStore.append. Raises OSError if the disk is full; the index is then unchanged."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
        descriptor = os.open(self.path(run_id, source), flags, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            if size < offset:
                raise OSError(f"The log file is shorter than its index says: {size} of {offset}.")
            if size > offset:
                os.ftruncate(descriptor, offset)
            rest = memoryview(data)
            while rest:
                written = os.pwrite(descriptor, rest, offset)
                offset, rest = offset + written, rest[written:]
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)

    def read(self, run_id: UUID, source: str, offset: int, size: int) -> bytes:
        try:
            with self.path(run_id, source).open("rb", buffering=0) as file:
                return os.pread(file.fileno(), size, offset)
        except FileNotFoundError:
            return b""

    def open(self, run_id: UUID, source: str) -> BinaryIO:
        try:
            return self.path(run_id, source).open("rb")
        except FileNotFoundError:
            return open(os.devnull, "rb")

    def remove(self, run_id: UUID) -> None:
        for source in ("captured", "posted"):
            self.path(run_id, source).unlink(missing_ok=True)
