"""Statistics and lists by facet say exactly what a plain recount says, whatever happened and however far
counting has come.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safelight.domain.annotations import (
    EMPTY,
    Annotation,
    AnnotationStatus,
    ShapeKind,
    add_annotation,
    draft,
)
from safelight.domain.dataquery import Range
from safelight.domain.statistics import STATUSES, Statistics
from safelight.store import (
    annotationlist,
    assetblocks,
    assets,
    assetwalk,
    changes,
    conflicts,
    data,
    history,
    pointers,
    statistics,
    undo,
    versions,
)
from safelight.store.assets import AssetFilter, Edit
from safelight.store.data import DataFilter, NewData
from safelight.store.db import Database, Read, Transaction
from safelight.store.versions import Version
from tests.store.test_assets import Shelf, add_shelf

_numbers = count()
WIDTH = 4  # keys of a block here, so that few pictures stand in many


@pytest.fixture(autouse=True)
def small_blocks() -> Iterator[None]:
    """Blocks of 4 pictures, and nobody counts at sight."""
    with (
        mock.patch.object(assetblocks, "WIDTH", WIDTH),
        mock.patch.object(statistics, "AT_SIGHT", 0),
        mock.patch.object(assetwalk, "STEP", 3),
    ):
        yield


@dataclass
class Place:
    """Versions of a house, and the keys of what was changed in them."""

    db: Database
    shelf: Shelf

    @property
    def labels(self) -> list[int]:
        return list(self.shelf.label_keys.values())

    def now(self, read: Read, version: Version) -> Version:
        return versions.by_key(read, version.organization_id, version.version_key)

    def open(self, tx: Transaction, version: Version) -> tuple[Version, changes.ChangeSet]:
        version = versions.open_to_write(
            tx, version.organization_id, version.version_id, alone=True
        )
        change_set = changes.open_set(
            tx, version.organization_id, version.version_key, self.shelf.by, changes.ASSETS
        )
        return version, change_set

    def say(self, version: Version, at: int, labels: list[int]) -> None:
        """Let a picture say one box for each label, or nothing at all."""
        with self.db.transaction() as tx:
            version, change_set = self.open(tx, version)
            found = assets.page(tx, version.version_key)
            if not found:
                return
            key = found[at % len(found)].asset_key
            asset = assets.hold(tx, version, [key])[key]
            shapes = tuple(
                draft(ShapeKind.RECTANGLE, self.labels[label], [label, 1, 10 + label, 20])
                for label in labels
            )
            document, numbers = EMPTY, asset.numbers
            if labels:
                document, numbers = add_annotation(
                    EMPTY, Annotation(0, tx.now, shapes=shapes), asset.numbers
                )
            if len(labels) > 1:
                late = Annotation(0, tx.now, status=STATUSES[labels[0]])
                document, numbers = add_annotation(document, late, numbers)
            assets.write(tx, change_set, version, [Edit(asset, document, numbers)])

    def add(self, version: Version, number: int) -> None:
        with self.db.transaction() as tx:
            version, change_set = self.open(tx, version)
            new = [
                NewData(f"{version.asset_count + one}.jpg", 100 * (1 + one), 200)
                for one in range(number)
            ]
            keys = data.add_many(tx, self.shelf.house.datalake_id, new, None)
            assets.add(tx, change_set, version, keys)

    def remove(self, version: Version, at: int, number: int) -> None:
        with self.db.transaction() as tx:
            version, change_set = self.open(tx, version)
            keys = [one.asset_key for one in assets.page(tx, version.version_key)]
            assets.remove(tx, change_set, version, keys[at : at + number])

    def fork(self, version: Version, number: int) -> Version:
        with self.db.transaction() as tx:
            version = versions.by_key(tx, version.organization_id, version.version_key)
            into = versions.add(
                tx,
                version.organization_id,
                version.dataset_id,
                f"fork {number}",
                by=self.shelf.by,
                labels_key=version.labels_key,
                forked_from=version.version_id,
            )
            pointers.copy(tx, version, into, with_documents=True)
            return into

    def undo_last(self, version: Version) -> None:
        with self.db.transaction() as tx:
            entries = history.of_version(tx, version.version_key)
            able = [one for one in entries if one.undone_by is None and one.kind == changes.ASSETS]
            if not able:
                return
            version, change_set = self.open(tx, version)
            found = conflicts.find(tx, able[0], version)
            undo.apply(tx, able[0], version, change_set, found)

    def count(self, steps: int) -> None:
        """As the scheduler does."""
        for _ in range(steps):
            with self.db.read() as read:
                keys = statistics.waiting(read)
            if not keys:
                return
            statistics.count(self.db, keys[0])


def recounted(place: Place, version: Version) -> Statistics:
    with place.db.read() as read:
        found = Statistics()
        for asset in assets.every(read, version.version_key, contents=True):
            document = None if asset.document_key is None else asset.document
            found.count(document, asset.data.width, asset.data.height)
        return found


def check(place: Place, version: Version) -> None:
    """What is said is right, and what is whole says so."""
    with place.db.read() as read:
        version = versions.by_key(read, version.organization_id, version.version_key)
        said = statistics.of(read, version)
        left = assetblocks.uncounted(read, version.version_key)
    true = recounted(place, version)
    assert said.total == true.pictures
    assert said.numbers.pictures == said.pictures <= said.total
    if said.is_whole:
        assert said.numbers == true
    else:
        assert left


def check_lists(place: Place, version: Version) -> None:
    for wanted in filters(place):
        check_list(place, version, wanted)
    for status in (None, *STATUSES[:2]):
        check_annotations(place, version, status)


def check_annotations(place: Place, version: Version, status: AnnotationStatus | None) -> None:
    """Each page is a piece of all, and all are there."""
    key = version.version_key
    with place.db.read() as read:
        expected = [
            (asset.asset_key, one.number)
            for asset in assets.every(read, key, contents=True)
            for one in asset.document.annotations
            if status in (None, one.status)
        ]
        pages = {
            (offset, oldest): annotationlist.page(
                read, key, status, offset=offset, limit=2, oldest_first=oldest
            )
            for oldest in (True, False)
            for offset in range(len(expected) + 2)
        }
        every = list(annotationlist.every(read, key, status))
    for (offset, oldest), page in pages.items():
        assert page.total == len(expected)
        ordered = expected if oldest else expected[::-1]
        assert _numbered(page.annotations) == ordered[offset : offset + 2]
    assert _numbered(every) == expected[::-1]


def _numbered(listed: list[annotationlist.Listed]) -> list[tuple[int, int]]:
    return [(one.asset_key, one.head.number) for one in listed]


def filters(place: Place) -> list[AssetFilter]:
    apple, pear = place.labels
    return [
        AssetFilter(),
        AssetFilter(label_keys=((apple,),)),
        AssetFilter(label_keys=((apple, pear),)),
        AssetFilter(label_keys=((apple, pear), (pear,))),
        AssetFilter(without_label_keys=(pear,)),
        AssetFilter(label_keys=((apple,),), without_label_keys=(pear,)),
        AssetFilter(is_annotated=True),
        AssetFilter(is_annotated=False),
        AssetFilter(min_shapes=1, max_shapes=1),
        AssetFilter(min_shapes=2),
        AssetFilter(max_shapes=0),
        AssetFilter(label_keys=((pear,),), data=DataFilter(width=Range(low=200))),
        AssetFilter(data=DataFilter(words=("1",))),
    ]


def check_list(place: Place, version: Version, wanted: AssetFilter) -> None:
    """Page by page the same as all at once."""
    with place.db.read() as read:
        version = place.now(read, version)
        expected = [one.asset_key for one in assets.page(read, version.version_key, wanted)]
        found: list[int] = []
        before: int | None = None
        while True:
            step = assetwalk.walk(read, version, wanted, before=before, limit=3)
            assert len(step.assets) <= 3
            found += [one.asset_key for one in step.assets]
            before = step.reached
            if before is None:
                break
    assert found == expected


_OPERATIONS = st.one_of(
    st.tuples(st.just("add"), st.integers(1, 9)),
    st.tuples(
        st.just("say"), st.integers(0, 20), st.lists(st.integers(0, 1), min_size=0, max_size=3)
    ),
    st.tuples(st.just("remove"), st.integers(0, 10), st.integers(1, 4)),
    st.tuples(st.just("fork")),
    st.tuples(st.just("undo")),
    st.tuples(st.just("count"), st.integers(1, 30)),
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(plan=st.lists(st.tuples(st.integers(0, 3), _OPERATIONS), max_size=10))
def test_statistics_and_lists_are_right_after_anything(
    db: Database, plan: list[tuple[int, tuple[Any, ...]]]
) -> None:
    place = Place(db, add_shelf(db, 6, f"orchard {next(_numbers)}"))
    made = [place.shelf.version]
    for which, (what, *how) in plan:
        version = made[which % len(made)]
        match what:
            case "add":
                place.add(version, *how)
            case "say":
                place.say(version, *how)
            case "remove":
                place.remove(version, *how)
            case "fork":
                made.append(place.fork(version, len(made)))
            case "undo":
                place.undo_last(version)
            case "count":
                place.count(*how)
        check(place, version)
    for one in made:
        check_lists(place, one)
    place.count(1000)
    for one in made:
        check(place, one)
        check_lists(place, one)
        with db.read() as read:
            assert statistics.of(read, place.now(read, one)).is_whole


def test_a_fork_inherits_whole_statistics_at_once_and_counts_for_itself_later(db: Database) -> None:
    place = Place(db, add_shelf(db, 10))
    source = place.shelf.version
    place.say(source, 3, [0, 1])
    place.count(100)
    fork = place.fork(source, 1)
    with db.read() as read:
        assert assetblocks.counted(read, fork.version_key) == []
        known = statistics.of(read, place.now(read, fork))
        assert known.is_whole
        assert known == statistics.of(read, place.now(read, source))
    place.say(fork, 0, [0])
    with db.read() as read:
        assert not statistics.of(read, place.now(read, fork)).is_whole
    place.count(100)
    check(place, fork)


def test_what_changes_while_it_is_counted_stays_to_be_counted(db: Database) -> None:
    place = Place(db, add_shelf(db, 3))
    key = place.shelf.version.version_key
    with db.read() as read:
        [*_, block] = assetblocks.uncounted(read, key)
    with db.transaction() as tx:
        for late in (None, 0):  # what whoever counts had seen before it was changed
            assert not assetblocks.keep(tx, key, block, late, Statistics())
    place.count(100)
    check(place, place.shelf.version)


def test_few_pictures_are_counted_by_whoever_asks(db: Database) -> None:
    place = Place(db, add_shelf(db, 5))
    with mock.patch.object(statistics, "AT_SIGHT", 5), db.read() as read:
        found = statistics.of(read, place.now(read, place.shelf.version))
    assert found.is_whole
    assert found.numbers == recounted(place, place.shelf.version)


def test_a_removed_picture_of_the_datalake_is_counted_off(db: Database) -> None:
    place = Place(db, add_shelf(db, 5))
    version = place.shelf.version
    place.count(100)
    with db.transaction() as tx:
        data.remove(tx, [assets.page(tx, version.version_key)[0].data.data_key])
    place.count(100)
    check(place, version)
