"""Assets: pages, filters, and edits that lose nothing and respect the lock."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest

from safelight.domain.annotations import (
    EMPTY,
    Annotation,
    Numbers,
    ShapeKind,
    add_annotation,
    add_shapes,
    build,
    draft,
    shape_count,
)
from safelight.errors import Locked, NotFound
from safelight.store import (
    assets,
    assettags,
    changes,
    data,
    datasets,
    documents,
    labels,
    tags,
    versions,
)
from safelight.store.assets import AssetFilter, Edit, Move
from safelight.store.changes import Author
from safelight.store.data import DataFilter, NewData
from safelight.store.db import Database, Transaction
from safelight.store.documents import NewDocument
from safelight.store.versions import Version
from tests.factories import House, add_house


@dataclass(frozen=True)
class Shelf:
    """A version with assets `0.jpg`, `1.jpg`, ... and labels apple and pear."""

    house: House
    version: Version
    asset_keys: list[int]
    label_keys: dict[str, int]

    @property
    def by(self) -> Author:
        return Author(self.house.member)


def add_shelf(db: Database, size: int = 3, name: str = "orchard") -> Shelf:
    house = add_house(db, name)
    by = Author(house.member)
    with db.transaction() as tx:
        dataset = datasets.add(tx, house.organization_id, "fruit", by=by)
        version = versions.add(tx, house.organization_id, dataset.dataset_id, "first", by=by)
        new = [NewData(f"{number}.jpg", 640, 480) for number in range(size)]
        data_keys = data.add_many(tx, house.datalake_id, new, house.member)
        change_set = changes.open_set(
            tx, house.organization_id, version.version_key, by, changes.ASSETS
        )
        keys = assets.add(tx, change_set, version, data_keys)
        label_keys = labels.ensure(tx, version, ["apple", "pear"], by)
        version = versions.get(tx, house.organization_id, version.version_id)
    return Shelf(house, version, keys, label_keys)


def _opened(tx: Transaction, shelf: Shelf) -> tuple[Version, changes.ChangeSet]:
    house = shelf.house
    version = versions.open_to_write(tx, house.organization_id, shelf.version.version_id)
    change_set = changes.open_set(
        tx, house.organization_id, version.version_key, shelf.by, changes.ANNOTATIONS
    )
    return version, change_set


def say(db: Database, shelf: Shelf, asset_key: int, *names: str) -> None:
    """One more annotation on an asset, with one classification per label name."""
    shapes = tuple(draft(ShapeKind.CLASSIFICATION, shelf.label_keys[name]) for name in names)
    with db.transaction() as tx:
        version, change_set = _opened(tx, shelf)
        asset = assets.hold(tx, version, [asset_key])[asset_key]
        document, numbers = add_annotation(
            asset.document, Annotation(0, tx.now, shapes=shapes), asset.numbers
        )
        assets.write(tx, change_set, version, [Edit(asset, document, numbers)])


def test_pages_come_newest_first_without_a_gap_or_a_repeat(db: Database) -> None:
    shelf = add_shelf(db, 7)
    seen: list[str] = []
    before = None
    with db.read() as read:
        while found := assets.page(read, shelf.version.version_key, before=before, limit=3):
            seen += [asset.data.filename for asset in found]
            before = found[-1].asset_key
        second = assets.page(read, shelf.version.version_key, offset=5, limit=3)
        everything = [
            one.data.filename for one in assets.every(read, shelf.version.version_key, at_once=2)
        ]
    assert seen == [f"{number}.jpg" for number in reversed(range(7))]
    assert [asset.data.filename for asset in second] == ["1.jpg", "0.jpg"]
    assert everything == seen[::-1]


def test_data_that_a_version_has_is_not_added_twice(db: Database) -> None:
    shelf = add_shelf(db, 3)
    with db.transaction() as tx:
        version, change_set = _opened(tx, shelf)
        known = [one.data.data_key for one in assets.page(tx, version.version_key)]
        more = data.add_many(tx, shelf.house.datalake_id, [NewData("3.jpg")], None)
        added = assets.add(tx, change_set, version, [*known, *more, *more])
    with db.read() as read:
        after = versions.get(read, shelf.house.organization_id, shelf.version.version_id)
    assert len(added) == 1
    assert after.asset_count == 4


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (AssetFilter(data=DataFilter(filenames=["1.jpg", "x.jpg"])), ["1.jpg"]),
        (AssetFilter(filename_prefixes=["1", "11", "2."]), ["11.jpg", "10.jpg", "2.jpg", "1.jpg"]),
        (AssetFilter(data=DataFilter(search="1.J")), ["11.jpg", "1.jpg"]),
        (AssetFilter(data=DataFilter(search="%")), []),
        (AssetFilter(tags=(frozenset({"sharp", "dull"}),)), ["4.jpg", "3.jpg"]),
        (AssetFilter(tags=(frozenset({"sharp"}), frozenset({"dull"}))), ["4.jpg"]),
        (AssetFilter(data=DataFilter(tags=(frozenset({"raw"}),))), ["5.jpg"]),
        (AssetFilter(data=DataFilter(data_ids=[])), []),
    ],
)
def test_a_filter_lets_through_what_it_names(
    db: Database, wanted: AssetFilter, names: list[str]
) -> None:
    shelf = add_shelf(db, 12)
    organization, version_id = shelf.house.organization_id, shelf.version.version_id
    with db.transaction() as tx:
        sharp = tags.add(tx, organization, version_id, tags.ASSET, "sharp")
        dull = tags.add(tx, organization, version_id, tags.ASSET, "dull")
        raw = tags.add(tx, organization, shelf.house.datalake_id, tags.DATA, "raw")
        version, change_set = _opened(tx, shelf)
        assettags.attach(tx, change_set, version, [sharp], shelf.asset_keys[3:5])
        assettags.attach(tx, change_set, version, [sharp, dull], shelf.asset_keys[4:5])
        tagged = assets.page(
            tx, shelf.version.version_key, AssetFilter(asset_keys=[shelf.asset_keys[5]])
        )
        tags.attach(tx, [raw], [tagged[0].data.data_key])
    with db.read() as read:
        found = assets.page(read, shelf.version.version_key, wanted)
        number = assets.count(read, shelf.version, wanted)
    assert [asset.data.filename for asset in found] == names
    assert number == len(names)


def test_assets_are_found_by_label_and_labels_are_counted(db: Database) -> None:
    shelf = add_shelf(db, 3)
    say(db, shelf, shelf.asset_keys[0], "apple", "apple", "pear")
    say(db, shelf, shelf.asset_keys[2], "apple")
    with db.read() as read:
        key = shelf.version.version_key
        counts = assets.label_counts(read, key)
        pears = assets.page(
            read, key, AssetFilter(label_keys=((shelf.label_keys["pear"],),)), contents=True
        )
        annotated = assets.annotated_count(read, key)
    assert counts == {shelf.label_keys["apple"]: 3, shelf.label_keys["pear"]: 1}
    assert [asset.asset_key for asset in pears] == [shelf.asset_keys[0]]
    assert annotated == 2


def test_threads_that_add_to_one_annotation_lose_no_shape(db: Database) -> None:
    shelf = add_shelf(db, 1)
    [key] = shelf.asset_keys
    say(db, shelf, key)
    threads_count, each = 16, 50
    errors: list[BaseException] = []

    def annotate() -> None:
        try:
            for _ in range(each):
                with db.transaction() as tx:
                    version, change_set = _opened(tx, shelf)
                    asset = assets.hold(tx, version, [key])[key]
                    shape = draft(ShapeKind.POINT, shelf.label_keys["apple"], [1, 2.5])
                    document, numbers = add_shapes(asset.document, 1, [shape], asset.numbers)
                    assets.write(tx, change_set, version, [Edit(asset, document, numbers)])
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=annotate) for _ in range(threads_count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with db.read() as read:
        asset = assets.get(read, shelf.house.organization_id, key, contents=True)
    shapes = asset.document.annotations[0].shapes
    assert sorted(shape.number for shape in shapes) == list(range(1, threads_count * each + 1))
    assert asset.next_shape == threads_count * each + 1


def test_a_locked_version_refuses_writers_and_says_who_locked_it(db: Database) -> None:
    shelf = add_shelf(db)
    organization, version_id = shelf.house.organization_id, shelf.version.version_id
    with db.transaction() as tx:
        versions.lock(tx, organization, version_id, shelf.house.admin)
    with pytest.raises(Locked, match="orchard-admin on 2027-01-15"):
        say(db, shelf, shelf.asset_keys[0], "apple")
    with db.transaction() as tx:
        versions.unlock(tx, organization, version_id, shelf.house.admin)
    say(db, shelf, shelf.asset_keys[0], "apple")


def test_a_switch_leaves_alone_what_moved_meanwhile(db: Database) -> None:
    shelf = add_shelf(db, 3)
    document, numbers = add_annotation(EMPTY, Annotation(0, 1), Numbers())
    with db.transaction() as tx:
        keys = documents.add_many(tx, shelf.house.organization_id, [NewDocument.of(document)] * 3)
    say(db, shelf, shelf.asset_keys[1], "apple")
    with db.transaction() as tx:
        version, change_set = _opened(tx, shelf)
        moves = [
            Move(asset, None, key, numbers)
            for asset, key in zip(shelf.asset_keys, keys, strict=True)
        ]
        stale = assets.switch(
            tx, change_set, version, [*moves, Move(10**9, None, keys[0], numbers)]
        )
    assert stale == [shelf.asset_keys[1], 10**9]
    with db.read() as read:
        found = assets.page(read, shelf.version.version_key, oldest_first=True, contents=True)
    assert [asset.content for asset in found][::2] == [build(document)] * 2
    assert shape_count(found[1].document) == 1
    assert [asset.next_annotation for asset in found] == [2, 2, 2]


def test_numbers_are_never_lowered_and_an_empty_document_is_no_pointer(db: Database) -> None:
    shelf = add_shelf(db, 1)
    [key] = shelf.asset_keys
    say(db, shelf, key, "apple", "pear")
    with db.transaction() as tx:
        version, change_set = _opened(tx, shelf)
        asset = assets.hold(tx, version, [key])[key]
        assets.write(tx, change_set, version, [Edit(asset, EMPTY, Numbers())])
    with db.read() as read:
        asset = assets.get(read, shelf.house.organization_id, key, contents=True)
    assert asset.document_key is None
    assert asset.document == EMPTY
    assert (asset.next_annotation, asset.next_shape) == (2, 3)


def test_a_change_set_keeps_the_first_before_and_the_last_after(db: Database) -> None:
    shelf = add_shelf(db, 1)
    [key] = shelf.asset_keys
    say(db, shelf, key, "apple")
    with db.transaction() as tx:
        version, change_set = _opened(tx, shelf)
        before = assets.hold(tx, version, [key])[key]
        for _ in range(2):
            asset = assets.hold(tx, version, [key])[key]
            document, numbers = add_annotation(asset.document, Annotation(0, 1), asset.numbers)
            assets.write(tx, change_set, version, [Edit(asset, document, numbers)])
        after = assets.hold(tx, version, [key])[key]
        rows = tx.all(
            changes._changes.select().where(
                changes._changes.c.change_set_key == change_set.change_set_key
            )
        )
    assert [(row.document_before, row.document_after) for row in rows] == [
        (before.document_key, after.document_key)
    ]


def test_removed_assets_are_gone_and_counted(db: Database) -> None:
    shelf = add_shelf(db, 3)
    with db.transaction() as tx:
        version, change_set = _opened(tx, shelf)
        assert assets.remove(tx, change_set, version, [*shelf.asset_keys[:2], 10**9]) == 2
    with db.read() as read:
        after = versions.get(read, shelf.house.organization_id, shelf.version.version_id)
        with pytest.raises(NotFound):
            assets.get(read, shelf.house.organization_id, shelf.asset_keys[0])
    assert after.asset_count == 1


def test_assets_of_another_organization_are_not_found(db: Database) -> None:
    shelf = add_shelf(db)
    other = add_house(db, "vineyard")
    with db.read() as read:
        with pytest.raises(NotFound):
            assets.get(read, other.organization_id, shelf.asset_keys[0])
        with pytest.raises(NotFound):
            versions.get(read, other.organization_id, shelf.version.version_id)


def test_a_removed_version_is_gone_at_once_and_its_name_is_free(db: Database) -> None:
    shelf = add_shelf(db, 5)
    house, version = shelf.house, shelf.version
    with db.transaction() as tx:
        versions.remove(tx, version, by=shelf.by)
        again = versions.add(tx, house.organization_id, version.dataset_id, "first", by=shelf.by)
    with db.transaction() as tx:
        with pytest.raises(NotFound):
            assets.get(tx, house.organization_id, shelf.asset_keys[0])
    assert again.version_id != version.version_id
