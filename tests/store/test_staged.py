"""Assets made of what was staged on a connection of its own."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from safelight.domain.annotations import Numbers
from safelight.domain.datasets import DataStatus
from safelight.store import (
    assets,
    changes,
    data,
    datablocks,
    datalakes,
    datasets,
    datawalk,
    schema,
    staged,
    versions,
)
from safelight.store.changes import Author
from safelight.store.data import DataFilter, NewData
from safelight.store.db import Database, Transaction
from safelight.store.staged import StagedAsset, Staging
from safelight.store.versions import Version
from tests.factories import House, add_house


@pytest.fixture
def house(db: Database) -> House:
    return add_house(db)


def new_version(tx: Transaction, house: House) -> Version:
    author = Author(house.member)
    datalakes.default(tx, house.organization_id)
    dataset = datasets.add(tx, house.organization_id, "fruits", by=author)
    return versions.add(tx, house.organization_id, dataset.dataset_id, "v1", by=author)


def add_staged(tx: Transaction, house: House, version: Version) -> int:
    change_set = changes.open_set(
        tx, house.organization_id, version.version_key, Author(house.member), changes.ASSETS
    )
    return staged.add(tx, change_set, version, house.datalake_id, house.member)


def test_staged_rows_become_assets_in_order_with_placeholders_where_no_data_is(
    db: Database, house: House
) -> None:
    with db.transaction() as tx:
        version = new_version(tx, house)
        [there] = data.add_many(tx, house.datalake_id, [NewData("2.jpg")], house.member)
    with Staging(db) as staging:
        staging.fill(
            [
                StagedAsset(0, None, "1.jpg", 6, 7),
                StagedAsset(2, there, "2.jpg", None, None, numbers=Numbers(4, 5)),
                StagedAsset(7, None, "3.jpg", 8, 9),
            ]
        )
        with db.transaction(on=staging.connection) as tx:
            assert add_staged(tx, house, version) == 3
            [late] = data.add_many(tx, house.datalake_id, [NewData("late.jpg")], house.member)
    with db.read() as read:
        found = list(assets.every(read, version.version_key))
        steps = read.all(select(schema.asset_change).order_by(schema.asset_change.c.asset_key))
        counted = versions.get(read, house.organization_id, version.version_id).asset_count
    files = [(one.data.filename, one.data.width, one.data.height) for one in found]
    assert files == [("1.jpg", 6, 7), ("2.jpg", None, None), ("3.jpg", 8, 9)]
    assert found[1].data.data_key == there
    assert found[1].numbers == Numbers(4, 5)
    assert found[0].data.status is DataStatus.PENDING
    assert found[0].data.is_placeholder
    assert found[0].data.data_id != found[2].data.data_id
    assert late not in {one.data.data_key for one in found}
    assert [(step.asset_key, step.data_key) for step in steps] == [
        (one.asset_key, one.data.data_key) for one in found
    ]
    assert all((step.existed_before, step.exists_after) == (False, True) for step in steps)
    assert counted == 3


def test_what_staged_rows_bring_into_the_datalake_is_counted_and_found_in_its_list(
    db: Database, house: House
) -> None:
    far = datablocks.WIDTH + 9
    with db.transaction() as tx:
        version = new_version(tx, house)
        [there] = data.add_many(tx, house.datalake_id, [NewData("there.jpg")], house.member)
    with Staging(db) as staging:
        staging.fill([StagedAsset(0, there, "there.jpg", None, None)])
        staging.fill([StagedAsset(1 + at, None, f"{at}.jpg", 6, 7) for at in range(far)])
        with db.transaction(on=staging.connection) as tx:
            add_staged(tx, house, version)
    with db.read() as read:
        counts = datalakes.data_counts(read, house.organization_id)
        stretches = datablocks.newest_first(read, house.datalake_id)
        found = datawalk.walk(read, house.datalake_id, DataFilter())
    assert counts[house.datalake_id] == 1 + far
    assert sum(one.number for one in stretches) == 1 + far
    assert len(stretches) >= 2
    assert len(found.keys) == 1 + far


def test_what_is_left_out_is_not_added_and_found_data_takes_the_place_of_a_placeholder(
    db: Database, house: House
) -> None:
    with db.transaction() as tx:
        version = new_version(tx, house)
    with Staging(db) as staging:
        staging.fill([StagedAsset(at, None, f"{at}.jpg", 8, 9) for at in range(3)])
        with db.transaction(on=staging.connection) as tx:
            keys = data.add_many(tx, house.datalake_id, [NewData("1.jpg")], house.member)
            staged.leave_out(tx, [0])
            staged.use_data(tx, {1: keys[0]})
            assert add_staged(tx, house, version) == 2
    with db.read() as read:
        found = list(assets.every(read, version.version_key))
        number = read.scalar(select(func.count()).select_from(schema.data))
    assert [one.data.filename for one in found] == ["1.jpg", "2.jpg"]
    assert found[0].data.data_key == keys[0]
    assert number == 2


def test_staged_rows_are_seen_by_nobody_and_gone_at_the_end(db: Database, house: House) -> None:
    with db.transaction() as tx:
        version = new_version(tx, house)
    with pytest.raises(RuntimeError), Staging(db) as staging:
        staging.fill([StagedAsset(0, None, "1.jpg", 8, 9)])
        raise RuntimeError
    with Staging(db) as staging, db.transaction(on=staging.connection) as tx:
        assert add_staged(tx, house, version) == 0
    with db.read() as read:
        assert read.scalar(select(func.count()).select_from(schema.data)) == 0
