"""The checkpoints of one operation: what an earlier process of the same run did, and what this one adds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from safelight.actions.taking_back import take_back
from safelight.errors import Unavailable
from safelight.internals.operation import Operation
from safelight.store import checkpoints
from safelight.store.checkpoints import Checkpoint
from safelight.store.db import Transaction

# What an import notes: that it begins, which labels it planned, which batches it stored and wrote.
BEGUN, LABELS, PICTURES, DOCUMENTS = "begun", "labels", "pictures", "documents"


class Checkpoints:
    """What is not fulfilled when it is left is taken back. A process that is killed leaves nothing in
    this way: the next one goes on, or the scheduler takes it back when the run has ended.
    """

    def __init__(self, operation: Operation) -> None:
        self._context, self._run_id = operation.context, operation.run.run_id
        self._say = operation.say
        self.found: list[Checkpoint] = []
        self._next = 0

    def __enter__(self) -> Self:
        with self._context.db.read() as read:
            self.found = checkpoints.of_run(read, self._run_id)
        self._next = self.found[-1].number + 1 if self.found else 0
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.take_back()
        except Unavailable as error:  # what ended the operation is what people shall read
            self._say(f"What was written is taken back later: {error.message}")

    def of(self, kind: str) -> list[bytes]:
        """What an earlier process of the run noted of this kind."""
        return [checkpoint.content for checkpoint in self.found if checkpoint.kind == kind]

    def add(
        self,
        tx: Transaction,
        kind: str,
        content: bytes = b"",
        document_keys: Sequence[int] = (),
        object_names: Sequence[str] = (),
    ) -> None:
        """Part of the transaction that writes the documents or names the files, which nothing points to
        yet.
        """
        checkpoint = Checkpoint(self._next, kind, content, list(document_keys), list(object_names))
        checkpoints.add(tx, self._run_id, checkpoint)
        self._next += 1

    def fulfil(self, tx: Transaction) -> None:
        """Part of the transaction that points to the documents."""
        checkpoints.fulfil(tx, self._run_id)

    def take_back(self) -> None:
        """Remove everything that was written since the beginning."""
        take_back(self._context, self._run_id)
        self.found = []
