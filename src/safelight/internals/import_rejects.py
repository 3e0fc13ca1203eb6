"""The file of bad records that an import offers for download, and the names in the file of an earlier one."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import msgspec
from msgspec import Struct

from safelight.actions import objects
from safelight.actions.export import KIND
from safelight.actions.import_annotations import REJECTS
from safelight.blobs import Incoming
from safelight.formats.rejects import Problem, Rejects
from safelight.internals.operation import Operation
from safelight.store import objects as stored
from safelight.store import runs
from safelight.store.db import Transaction

_COPIED_AT_ONCE = 1024 * 1024


class Mark(Struct, frozen=True):
    """How far the file and its count were at some moment."""

    total: int
    first: list[Problem]
    size: int


class RejectsFile:
    """Bad records as lines of JSON in the scratch folder, so that memory is bounded however many."""

    def __init__(self, path: Path, mark: Mark | None = None) -> None:
        self._file = path.open("a+b")
        self.rejects = Rejects(sink=self._file.write)
        self.rewind(mark or Mark(0, [], 0))

    def mark(self) -> Mark:
        self._file.flush()
        return Mark(self.rejects.total, list(self.rejects.first), self._file.tell())

    def rewind(self, mark: Mark) -> None:
        """Forget what was found since."""
        self._file.truncate(mark.size)
        self._file.seek(mark.size)
        self.rejects.total, self.rejects.first[:] = mark.total, mark.first

    def copy_to(self, incoming: Incoming) -> None:
        self._file.seek(0)
        while chunk := self._file.read(_COPIED_AT_ONCE):
            incoming.write(chunk)

    def close(self) -> None:
        self._file.close()


class Upload:
    """The file as an object that has no name until the transaction in which it is kept."""

    def __init__(self, operation: Operation, file: RejectsFile) -> None:
        self._operation, self._total = operation, file.rejects.total
        self._incoming = operation.context.blobs.incoming() if self._total else None
        if self._incoming is not None:
            file.copy_to(self._incoming)
            self._incoming.close()

    def keep(self, tx: Transaction) -> None:
        """Let the run offer it; nothing if there was no bad record. Raises AlreadyEnded."""
        if self._incoming is None:
            return
        operation, size = self._operation, self._incoming.size
        name = objects.issue_name(tx, operation.organization_id, KIND, REJECTS)
        stored.finish(tx, name, size=size, content_type="application/x-ndjson")
        kept = {"total": self._total, "object_name": name, "size": size, "again": []}
        runs.rejects(tx, operation.run.run_id, kept)
        self._incoming.commit(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._incoming is not None:
            self._incoming.discard()


class _Line(Struct):
    where: str


def names_in(operation: Operation, object_name: str) -> frozenset[str]:
    """The records that an earlier import rejected. Raises NotFound for a file of somebody else."""
    decoder = msgspec.json.Decoder(_Line)
    with operation.db.read() as read:
        stored.get(read, operation.organization_id, object_name)
    with operation.context.blobs.open(object_name) as file:
        return frozenset(decoder.decode(line).where for line in file)
