"""Group commit: who waits for the writer is written along with the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from safelight.errors import Invalid
from safelight.store.db import Database, Transaction
from safelight.store.groupcommit import GroupCommit
from tests.runner.fake_server import until

MANY = 20


class Ledger:
    """What was written, a list for each transaction."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []

    def write(self, tx: Transaction, items: Sequence[int]) -> list[str]:
        self.groups.append(list(items))
        if 13 in items:
            raise Invalid("Thirteen is not written.")
        return [f"{item} at {tx.now}" for item in items]


def test_those_who_wait_share_a_transaction(sqlite_db: Database) -> None:
    ledger = Ledger()
    commit = GroupCommit(sqlite_db, ledger.write)
    with ThreadPoolExecutor(MANY) as threads:
        with sqlite_db.transaction():
            answers = [threads.submit(commit.put, item) for item in range(100, 100 + MANY)]
            until(lambda: len(commit._waiting) == MANY)
        found = [answer.result(20) for answer in answers]
    assert [sorted(group) for group in ledger.groups] == [list(range(100, 100 + MANY))]
    assert [text.partition(" ")[0] for text in found] == [str(100 + n) for n in range(MANY)]


def test_an_error_is_everybodys_of_the_group_and_nobodys_after_it(sqlite_db: Database) -> None:
    ledger = Ledger()
    commit = GroupCommit(sqlite_db, ledger.write)
    with ThreadPoolExecutor(3) as threads:
        with sqlite_db.transaction():
            answers = [threads.submit(commit.put, item) for item in (12, 13, 14)]
            until(lambda: len(commit._waiting) == 3)
        for answer in answers:
            with pytest.raises(Invalid, match="Thirteen"):
                answer.result(20)
    assert commit.put(15).startswith("15 at")


def test_a_database_with_many_writers_needs_no_group(db: Database) -> None:
    ledger = Ledger()
    commit = GroupCommit(db, ledger.write)
    assert commit.put(1).startswith("1 at")
    assert commit.put(2).startswith("2 at")
    assert ledger.groups == [[1], [2]]
