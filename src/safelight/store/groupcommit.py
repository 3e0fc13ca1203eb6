"""Group commit: small writes that come at the same time share one transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from safelight.store.db import Database, Transaction

Item = TypeVar("Item")
Answer = TypeVar("Answer")

Write = Callable[[Transaction, Sequence[Item]], Sequence[Answer]]


@dataclass(slots=True, eq=False)
class _Entry(Generic[Item, Answer]):
    item: Item
    answers: list[Answer] = field(default_factory=list)  # one, as soon as it is written
    error: Exception | None = None


class GroupCommit(Generic[Item, Answer]):
    """Of the threads that wait for SQLite's one writer, the first writes for all of them: 200 runs that
    show a sign of life every second or two would else keep everybody else waiting.

    PostgreSQL has many writers, and whoever locks several rows there may wait in a circle: each item has
    a transaction of its own.
    """

    def __init__(self, db: Database, write: Write[Item, Answer]) -> None:
        """`write` gives an answer for each item, in their order."""
        self._db = db
        self._write = write
        self._mutex = threading.Lock()
        self._turn = threading.Lock()
        self._waiting: list[_Entry[Item, Answer]] = []

    def put(self, item: Item) -> Answer:
        """Write the item; its answer, once it is durable. Raises what `write` or the commit raised:
        then nothing of the whole group is written.
        """
        if not self._db.is_sqlite:
            with self._db.transaction() as tx:
                return self._write(tx, [item])[0]
        entry: _Entry[Item, Answer] = _Entry(item)
        with self._mutex:
            self._waiting.append(entry)
        with self._turn:
            if not entry.answers and entry.error is None:
                self._commit()
        if entry.error is not None:
            raise entry.error
        return entry.answers[0]

    def _commit(self) -> None:
        """Write what waits when the transaction begins: what comes while it is waited for comes along."""
        group: list[_Entry[Item, Answer]] = []
        try:
            with self._db.transaction() as tx:
                with self._mutex:
                    group, self._waiting = self._waiting, []
                answers = self._write(tx, [entry.item for entry in group])
        except Exception as error:
            with self._mutex:
                if not group:
                    group, self._waiting = self._waiting, []
            for entry in group:
                entry.error = error
            return
        for entry, answer in zip(group, answers, strict=True):
            entry.answers.append(answer)
