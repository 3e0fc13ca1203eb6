"""No asset points to data that is not there, whoever adds pointers and removes data at the same time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import func, select

from safelight.actions.data import take_out
from safelight.errors import Conflict
from safelight.store import assets, changes, data, datasets, pointers, schema, staged, versions
from safelight.store.changes import Author
from safelight.store.data import NewData
from safelight.store.db import Database, Transaction
from safelight.store.staged import StagedAsset, Staging
from safelight.store.versions import Version
from tests.factories import House, add_house

Step = Callable[[Transaction], object]


@pytest.fixture
def house(db: Database) -> House:
    return add_house(db)


def new_version(db: Database, house: House, name: str = "v1") -> Version:
    author = Author(house.member)
    with db.transaction() as tx:
        dataset = datasets.add(tx, house.organization_id, f"fruits of {name}", by=author)
        return versions.add(tx, house.organization_id, dataset.dataset_id, name, by=author)


def new_data(db: Database, house: House) -> int:
    with db.transaction() as tx:
        return data.add_many(tx, house.datalake_id, [NewData("1.jpg")], house.member)[0]


def add(tx: Transaction, house: House, version: Version, key: int) -> None:
    opened = versions.open_to_write(tx, house.organization_id, version.version_id, alone=True)
    change_set = changes.open_set(
        tx, house.organization_id, version.version_key, Author(house.member), changes.ASSETS
    )
    assets.add(tx, change_set, opened, [key])


def dangling(db: Database) -> int:
    there = select(schema.data.c.data_key)
    with db.read() as read:
        number: int = read.scalar(
            select(func.count())
            .select_from(schema.asset)
            .where(schema.asset.c.data_key.not_in(there))
        )
    return number


def test_data_that_is_gone_becomes_no_asset(db: Database, house: House) -> None:
    version, key = new_version(db, house), new_data(db, house)
    with db.transaction() as tx:
        take_out(tx, [key])
    with pytest.raises(Conflict, match="removed from the datalake meanwhile"):
        with db.transaction() as tx:
            add(tx, house, version, key)
    with Staging(db) as staging:
        staging.fill([StagedAsset(0, key, "1.jpg", None, None)])
        with pytest.raises(Conflict, match="removed from the datalake meanwhile"):
            with db.transaction(on=staging.connection) as tx:
                change_set = changes.open_set(
                    tx,
                    house.organization_id,
                    version.version_key,
                    Author(house.member),
                    changes.ASSETS,
                )
                staged.add(tx, change_set, version, house.datalake_id, house.member)
    with db.read() as read:
        assert versions.get(read, house.organization_id, version.version_id).asset_count == 0
        assert read.scalar(select(func.count()).select_from(schema.asset)) == 0


class Held:
    """A step whose transaction stays open until the other one waits for it."""

    def __init__(self, db: Database, step: Step) -> None:
        self._db, self._step = db, step
        self.done, self.go_on = Event(), Event()

    def __call__(self) -> None:
        with self._db.transaction() as tx:
            self._step(tx)
            self.done.set()
            assert self.go_on.wait(10)


def run_beside(db: Database, first: Step, second: Step) -> None:
    """Begin a step while another is not committed: it waits for that. Raises what the second raises."""

    def run() -> None:
        with db.transaction() as tx:
            second(tx)

    held = Held(db, first)
    with ThreadPoolExecutor(2) as pool:
        before = pool.submit(held)
        assert held.done.wait(10)
        after = pool.submit(run)
        with pytest.raises(TimeoutError):
            after.result(0.3)
        held.go_on.set()
        before.result(10)
        after.result(10)


def test_who_removes_data_waits_for_who_adds_it(db: Database, house: House) -> None:
    version, key = new_version(db, house), new_data(db, house)
    with pytest.raises(Conflict, match="1 of these is in dataset versions"):
        run_beside(db, lambda tx: add(tx, house, version, key), lambda tx: take_out(tx, [key]))
    assert dangling(db) == 0


def test_who_adds_data_waits_for_who_removes_it(db: Database, house: House) -> None:
    version, key = new_version(db, house), new_data(db, house)
    with pytest.raises(Conflict, match="meanwhile"):
        run_beside(db, lambda tx: take_out(tx, [key]), lambda tx: add(tx, house, version, key))
    assert dangling(db) == 0


def test_a_fork_keeps_the_data_of_a_version_that_is_removed(db: Database, house: House) -> None:
    version, into, key = new_version(db, house), new_version(db, house, "v2"), new_data(db, house)
    with db.transaction() as tx:
        add(tx, house, version, key)
    with db.transaction() as tx:
        opened = versions.open_to_write(tx, house.organization_id, version.version_id, alone=True)
        versions.remove(tx, opened, by=Author(house.member))

    def fork(tx: Transaction) -> None:
        target = versions.open_to_write(tx, house.organization_id, into.version_id, alone=True)
        pointers.copy(tx, version, target, with_documents=True)

    with pytest.raises(Conflict, match="in dataset versions"):
        run_beside(db, fork, lambda tx: take_out(tx, [key]))
    assert dangling(db) == 0
