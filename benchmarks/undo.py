"""Undo of the import of many pictures, against a bare UPDATE of as many pointers in the same run.

    python -m benchmarks.undo [--pictures 118287] [--database sqlite|postgresql]

Two imports are written into fresh versions as their switches leave them: one that added all pictures, one that
changed what all of them say. Each is undone and redone by the transaction of the job. Prints seconds, and
the ratio to `UPDATE asset SET document_key = ...` on the same rows. Then how long it takes to count a change,
and to read a page of its pictures.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import func, literal, select, text, update
from tests.factories import House, add_house

from benchmarks.databases import KINDS, database
from safelight.actions.undo import take_back
from safelight.domain.datasets import Label, LabelList
from safelight.internals import CHECKPOINT_PAGES
from safelight.store import changed, changes, datasets, history, labels, numbers, schema, versions
from safelight.store.changes import Author, ChangeSet
from safelight.store.db import Database, Transaction
from safelight.store.migrations import upgrade
from safelight.store.versions import Version

TRAIN_2017 = 118_287
LABELS = 80
CONTENT = b'{"a":[{"n":1,"at":0,"s":[' + b"[12.5,40.25,100.0,80.75]," * 24 + b"]}]}"
_assets, _changes = schema.asset, schema.asset_change


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=TRAIN_2017)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    asked = parser.parse_args()
    with _database(asked.database) as db:
        orchard = Orchard.plant(db, asked.pictures)
        for name, write in (("added", orchard.added), ("changed", orchard.changed)):
            version, change_set = write()
            floor = orchard.floor(version)
            for step, key in _steps(orchard, version, change_set):
                seconds = _timed(partial(orchard.take_back, key))
                print(
                    f"{seconds / floor:.2f}   {step} {name}: {seconds:.2f} s, UPDATE {floor:.2f} s"
                )
            print(f"        count {name}: {orchard.count(change_set):.2f} s")
            print(f"        page of {name}: {orchard.page(change_set) * 1000:.1f} ms")


def _steps(orchard: Orchard, version: Version, change_set: ChangeSet) -> Iterator[tuple[str, int]]:
    yield "undo", change_set.change_set_key
    yield "redo", orchard.newest(version)
    yield "undo again", orchard.newest(version)


@contextmanager
def _database(kind: str) -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="safelight-bench-") as folder:
        with database(kind, Path(folder)) as url:
            db = Database(url, checkpoint_pages=CHECKPOINT_PAGES)
            try:
                upgrade(db)
                yield db
            finally:
                db.close()


def _timed(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


@dataclass(frozen=True)
class Orchard:
    """`documents`: the first keys of two rows of documents, before and after."""

    db: Database
    house: House
    pictures: int
    documents: tuple[int, int]

    @classmethod
    def plant(cls, db: Database, pictures: int) -> Orchard:
        """Data, and two documents for each."""
        house = add_house(db)
        print(f"writing {pictures:,} pictures and {2 * pictures:,} documents", file=sys.stderr)
        with db.transaction() as tx:
            tx.execute(
                text(
                    f"INSERT INTO data (data_id, datalake_id, filename, type, content_type, status, created_at) "
                    f"{_numbered(tx, pictures)} SELECT {_uuid(tx)}, :lake, 'picture_' || n || '.jpg', "
                    "'IMAGE', 'image/jpeg', 'DONE', 0 FROM numbers"
                ).bindparams(lake=_id(tx, house.datalake_id))
            )
            tx.execute(
                text(
                    "INSERT INTO document (organization_id, counts, shapes, content) "
                    f"{_numbered(tx, 2 * pictures)} SELECT :house, "
                    r"""'{"' || (1 + n % 80) || '"\:4,"' || (1 + (n * 7) % 80) || '"\:3}', 7, :content """
                    "FROM numbers"
                ).bindparams(house=_id(tx, house.organization_id), content=CONTENT)
            )
            first = tx.scalar(select(func.min(schema.document.c.document_key)))
        return cls(db, house, pictures, (first, first + pictures))

    def added(self) -> tuple[Version, ChangeSet]:
        """A version into which an import put all pictures."""
        with self.db.transaction() as tx:
            version = self._version(tx, "added")
            self._fill(tx, version, self.documents[1])
            return version, self._record(tx, version, existed=False)

    def changed(self) -> tuple[Version, ChangeSet]:
        """A version in which an import replaced what all pictures say."""
        with self.db.transaction() as tx:
            version = self._version(tx, "changed")
            self._fill(tx, version, self.documents[1])
            return version, self._record(tx, version, existed=True)

    def _version(self, tx: Transaction, name: str) -> Version:
        by, house = Author(self.house.member), self.house.organization_id
        dataset = datasets.add(tx, house, name, by=by)
        version = versions.add(tx, house, dataset.dataset_id, "v1", by=by)
        named = LabelList(tuple(Label(key, f"label {key}") for key in range(1, LABELS + 1)))
        version = labels.write(tx, version, named, by)
        tx.kept.clear()  # what follows is another edit
        return version

    def _fill(self, tx: Transaction, version: Version, first: int) -> None:
        data = schema.data.c.data_key
        lowest = select(func.min(data)).scalar_subquery()
        rows = select(
            literal(version.version_key),
            data,
            data - lowest + first,
            literal(2),
            literal(8),
            literal(0),
        ).order_by(data)
        names = (
            "version_key",
            "data_key",
            "document_key",
            "next_annotation",
            "next_shape",
            "created_at",
        )
        tx.execute(_assets.insert().from_select(names, rows))
        versions.count_assets(tx, version, self.pictures)

    def _record(self, tx: Transaction, version: Version, *, existed: bool) -> ChangeSet:
        by = Author(self.house.member)
        house, key = self.house.organization_id, version.version_key
        change_set = changes.open_set(tx, house, key, by, changes.ASSETS)
        before, after = self.documents
        rows = select(
            literal(change_set.change_set_key),
            _assets.c.asset_key,
            _assets.c.data_key,
            literal(existed),
            literal(True),
            _assets.c.document_key - (after - before) if existed else literal(None),
            _assets.c.document_key,
        ).where(_assets.c.version_key == key)
        names = [column.name for column in _changes.c][:7]
        tx.execute(_changes.insert().from_select(names, rows.order_by(_assets.c.asset_key)))
        return change_set

    def floor(self, version: Version) -> float:
        """Seconds of a bare UPDATE of all pointers, there and back."""
        step = self.documents[1] - self.documents[0]

        def move(by: int) -> None:
            with self.db.transaction() as tx:
                tx.execute(
                    update(_assets)
                    .where(_assets.c.version_key == version.version_key)
                    .values(document_key=_assets.c.document_key + by)
                )

        return (_timed(lambda: move(-step)) + _timed(lambda: move(step))) / 2

    def take_back(self, change_set_key: int) -> None:
        with self.db.transaction() as tx:
            take_back(tx, self.house.organization_id, [change_set_key], Author(self.house.admin))

    def newest(self, version: Version) -> int:
        with self.db.read() as read:
            return history.of_version(read, version.version_key, limit=1)[0].change_set_key

    def count(self, change_set: ChangeSet) -> float:
        with self.db.read() as read:
            entry = history.get(read, self.house.organization_id, change_set.change_set_key)
        return _timed(lambda: numbers.of(self.db, entry))

    def page(self, change_set: ChangeSet) -> float:
        with self.db.read() as read:
            entry = history.get(read, self.house.organization_id, change_set.change_set_key)
            return _timed(lambda: changed.page(read, entry, limit=60))


def _numbered(tx: Transaction, count: int) -> str:
    return (
        f"WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {count})"
        if tx.dialect == "sqlite"
        else f"WITH numbers AS (SELECT generate_series(0, {count - 1}) AS n)"
    )


def _uuid(tx: Transaction) -> str:
    return "randomblob(16)" if tx.dialect == "sqlite" else "gen_random_uuid()"


def _id(tx: Transaction, value: object) -> object:
    return value.bytes if tx.dialect == "sqlite" else value  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
