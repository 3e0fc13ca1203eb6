"""Long datalakes: every place of the list is found, whatever the filter, and each step is bounded."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from safelight.domain.dataquery import Range
from safelight.domain.datasets import DataType
from safelight.store import data, datablocks, datawalk, schema, tags
from safelight.store.data import DataFilter, NewData
from safelight.store.datablocks import WIDTH, Stretch
from safelight.store.db import Database
from tests.factories import House, add_house

MANY = 3 * WIDTH


@pytest.fixture
def house(db: Database) -> House:
    return add_house(db)


def add(db: Database, house: House, new: list[NewData]) -> list[int]:
    with db.transaction() as tx:
        return data.add_many(tx, house.datalake_id, new, house.member)


def numbered(count: int, **known: Any) -> list[NewData]:
    return [NewData(f"{number:06}.jpg", width=number, **known) for number in range(count)]


def walked(
    db: Database, house: House, wanted: DataFilter, limit: int | None = None
) -> tuple[list[int], int]:
    """All keys of a walk to its end, and how many steps it took."""
    keys: list[int] = []
    before, steps = None, 0
    with db.read() as read:
        while True:
            found = datawalk.walk(read, house.datalake_id, wanted, before=before, limit=limit)
            keys += found.keys
            steps += 1
            if found.reached is None:
                assert found.left == 0
                return keys, steps
            before = found.reached


@pytest.mark.parametrize("limit", [None, 1, 7, 5000])
def test_a_walk_finds_all_that_fits_once_and_newest_first(
    db: Database, house: House, limit: int | None
) -> None:
    keys = add(db, house, numbered(40))
    other = add_house(db, "cellar")
    add(db, other, numbered(5))
    keys += add(db, house, numbered(30))
    wanted = DataFilter(width=Range(10, 25))
    fits = [key for place, key in enumerate(keys) if 10 <= place % 40 <= 25]
    assert walked(db, house, wanted, limit)[0] == sorted(fits, reverse=True)


def test_a_step_ends_where_it_has_looked_at_enough(
    db: Database, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datawalk, "STEP", 1)
    keys = add(db, house, numbered(MANY))
    with db.read() as read:
        first = datawalk.walk(read, house.datalake_id, DataFilter(width=Range(3, 3)))
    assert first.keys == []
    assert first.reached is not None
    assert 0 < first.left < MANY
    assert walked(db, house, DataFilter(width=Range(3, 3))) == ([keys[3]], first_steps(keys))


def first_steps(keys: list[int]) -> int:
    return len({key // WIDTH for key in keys})


def test_blocks_count_what_is_there(db: Database, house: House) -> None:
    keys = add(db, house, numbered(MANY))
    with db.transaction() as tx:
        data.remove(tx, keys[10:20] + keys[-3:])
        again = data.add_many(tx, house.datalake_id, numbered(4), None)
    with db.read() as read:
        blocks = datablocks.newest_first(read, house.datalake_id)
        truth = read.scalar(select(func.count()).select_from(schema.data))
        there = {row.data_key for row in read.all(select(schema.data.c.data_key))}
    assert again[-1] in there
    assert sum(one.number for one in blocks) == truth == MANY - 13 + 4
    for one in blocks:
        assert one.number == len([key for key in there if one.last <= key <= one.first])


def test_any_place_of_a_filtered_list_is_read_without_what_lies_before(
    db: Database, house: House
) -> None:
    keys = add(db, house, numbered(2000))
    wanted = DataFilter(width=Range(low=100))
    fits = sorted(keys[100:], reverse=True)
    with db.read() as read:
        found = datawalk.walk(read, house.datalake_id, wanted)
        stretches = datawalk.stretches_of(found.keys)
        place = 0
        for one in stretches:
            page = datawalk.within(
                read, house.datalake_id, wanted, [(one.first, one.last)], skip=2, limit=5
            )
            assert [each.data_key for each in page] == fits[place + 2 : place + one.number][:5]
            place += one.number
    assert place == len(fits)


def test_stretches_are_small_and_have_no_wide_gaps() -> None:
    assert datawalk.stretches_of([]) == []
    assert datawalk.stretches_of([900, 899, 100]) == [Stretch(900, 899, 2), Stretch(100, 100, 1)]
    long = datawalk.stretches_of(list(range(1000, 0, -1)))
    assert [one.number for one in long] == [128] * 7 + [104]


FILTERS = [
    (DataFilter(words=("NORTH",)), {"north.jpg"}),
    (DataFilter(words=("th", ".png")), {"south.png"}),
    (DataFilter(words=("_",)), set()),
    (DataFilter(height=Range(high=20)), {"north.jpg"}),
    (DataFilter(size=Range(low=1000)), {"south.png"}),
    (DataFilter(types=(DataType.VIDEO,)), {"film.mp4"}),
    (DataFilter(tags=(frozenset({"street"}), frozenset({"night"}))), {"south.png"}),
    (DataFilter(has_picture=False), {"north.jpg", "south.png", "film.mp4"}),
    (DataFilter(has_picture=True), set()),
    (DataFilter(created_after=0), {"north.jpg", "south.png", "film.mp4"}),
    (DataFilter(created_before=1), set()),
    (DataFilter(custom_metadata=(("camera", "3"),)), {"north.jpg"}),
    (DataFilter(custom_metadata=(("at night", "true"),)), {"south.png"}),
    (DataFilter(custom_metadata=(("$.camera", "x"),)), {"film.mp4"}),
    (DataFilter(custom_metadata=(("camera", "3"), ("place", "été"))), {"north.jpg"}),
    (DataFilter(custom_metadata=(("camera", "4"),)), set()),
]


@pytest.mark.parametrize(("wanted", "names"), FILTERS)
def test_every_filter_lets_through_what_it_says(
    db: Database, house: House, wanted: DataFilter, names: set[str]
) -> None:
    north, south, _ = add(
        db,
        house,
        [
            NewData("north.jpg", 30, 20, size=10, custom_metadata={"camera": 3, "place": "été"}),
            NewData("south.png", 30, 40, size=1000, custom_metadata={"at night": True}),
            NewData("film.mp4", type=DataType.VIDEO, custom_metadata={"$.camera": "x"}),
        ],
    )
    with db.transaction() as tx:
        street, night = (
            tags.add(tx, house.organization_id, house.datalake_id, tags.DATA, name)
            for name in ("street", "night")
        )
        tags.attach(tx, [street], [north, south])
        tags.attach(tx, [night], [south])
    with db.read() as read:
        found = datawalk.walk(read, house.datalake_id, wanted)
        assert {one.filename for one in data.by_keys(read, found.keys)} == names
