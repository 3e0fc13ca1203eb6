"""Data, datasets and labels: the actions under both APIs."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from safelight.actions import annotate, datasets, labels, objects
from safelight.actions import data as actions
from safelight.actions.annotate import NamedShape
from safelight.actions.context import Context, open_context
from safelight.actions.data import Arrival, Uploaded
from safelight.config import Settings
from safelight.domain.annotations import ShapeKind
from safelight.domain.permissions import Actor
from safelight.errors import Conflict, Invalid, Locked, NameTaken, NotFound
from safelight.ids import uuid7
from safelight.store import assets, changes, schema, tags, versions
from safelight.store import data as rows
from safelight.store import labels as label_rows
from safelight.store.changes import Author
from safelight.store.data import NewData
from safelight.store.db import Database
from safelight.store.versions import Version
from tests.factories import House, add_house
from tests.jobs import launched
from tests.pictures import picture


@pytest.fixture
def context(db: Database, tmp_path: Path) -> Iterator[Context]:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    context = open_context(Settings(data=data), db)
    yield context
    context.hub.close()


@pytest.fixture
def house(db: Database) -> House:
    return add_house(db)


def member(house: House) -> Actor:
    return Actor(house.member, "orchard-member", house.organization_id, "member")


def make_version(db: Database, by: Actor, name: str = "fruit") -> Version:
    return datasets.create_version(db, by, datasets.create(db, by, name).dataset_id, "first")


def uploaded(context: Context, house: House, name: str, content: bytes) -> Uploaded:
    stored = objects.store(context, house.organization_id, "DATA", name, content)
    return Uploaded(stored, name)


def arrived(context: Context, by: Actor, name: str, content: bytes) -> Arrival:
    arrival = Arrival(context, by, name)
    arrival.write(content)
    return arrival


def test_an_uploaded_object_becomes_data_once(context: Context, house: House) -> None:
    by = member(house)
    with context.db.transaction() as tx:
        tag = tags.add(tx, house.organization_id, house.datalake_id, tags.DATA, "sharp")
    file = replace(
        uploaded(context, house, "a.jpg", picture(40, 20, turned=8)), tag_ids=(tag.tag_id,)
    )
    first = actions.add_uploaded(context, by, house.datalake_id, file)
    again = actions.add_uploaded(context, by, house.datalake_id, file)
    assert first == again
    assert (first.width, first.height, first.content_type) == (20, 40, "image/jpeg")
    with context.db.read() as read:
        assert tags.on(read, tags.DATA, [first.data_key]) == {first.data_key: [tag]}
        assert rows.count(read, house.datalake_id) == 1


def test_an_uploaded_object_is_known_by_its_content(context: Context, house: House) -> None:
    content = picture()
    file = uploaded(context, house, "a.jpg", content)
    found = actions.add_uploaded(context, member(house), house.datalake_id, file)
    assert found.sha256 == hashlib.sha256(content).digest()


def test_an_uploaded_picture_that_ends_too_early_is_refused(context: Context, house: House) -> None:
    file = uploaded(context, house, "a.jpg", picture()[:-20])
    with pytest.raises(Invalid, match="is truncated"):
        actions.add_uploaded(context, member(house), house.datalake_id, file)


def test_threads_that_register_one_object_make_one_data(context: Context, house: House) -> None:
    file = uploaded(context, house, "a.jpg", picture())
    found: list[UUID] = []

    def register() -> None:
        found.append(actions.add_uploaded(context, member(house), house.datalake_id, file).data_id)

    threads = [threading.Thread(target=register) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    with context.db.read() as read:
        assert rows.count(read, house.datalake_id) == 1


def test_an_object_that_is_nobodys_or_nothing_is_refused(context: Context, house: House) -> None:
    by, other = member(house), add_house(context.db, "vineyard")
    theirs = uploaded(context, other, "a.jpg", picture())
    with pytest.raises(NotFound):
        actions.add_uploaded(context, by, house.datalake_id, theirs)
    with pytest.raises(NotFound):
        actions.add_uploaded(context, by, house.datalake_id, Uploaded("made/up", "a.jpg"))
    with pytest.raises(NotFound):
        actions.add_uploaded(
            context, by, other.datalake_id, uploaded(context, house, "a.jpg", picture())
        )
    with context.db.transaction() as tx:
        empty = objects.issue_name(tx, house.organization_id, "DATA", "a.jpg")
    with pytest.raises(Invalid):
        actions.add_uploaded(context, by, house.datalake_id, Uploaded(empty, "a.jpg"))
    with pytest.raises(Invalid):
        actions.add_uploaded(
            context, by, house.datalake_id, uploaded(context, house, "a.jpg", b"no picture")
        )
    with context.db.read() as read:
        assert rows.count(read, house.datalake_id) == 0


def test_a_tag_of_another_datalake_is_refused(context: Context, house: House) -> None:
    with context.db.transaction() as tx:
        tag = tags.add(tx, house.organization_id, uuid7(), tags.DATA, "sharp")
    file = replace(uploaded(context, house, "a.jpg", picture()), tag_ids=(tag.tag_id,))
    with pytest.raises(NotFound):
        actions.add_uploaded(context, member(house), house.datalake_id, file)


def test_an_upload_fills_one_placeholder_only(context: Context, house: House) -> None:
    by = member(house)
    keys = actions.add_placeholders(
        context.db, by, house.datalake_id, [NewData("a.jpg", 32, 24), NewData("b.jpg", 1, 1)]
    )
    filled = actions.add_uploaded(
        context, by, house.datalake_id, uploaded(context, house, "a.jpg", picture())
    )
    more = actions.add_uploaded(
        context, by, house.datalake_id, uploaded(context, house, "a.jpg", picture())
    )
    assert filled.data_key == keys[0]
    assert not filled.is_placeholder
    assert more.data_key not in keys


def test_data_in_a_version_cannot_be_removed(context: Context, house: House) -> None:
    by = member(house)
    version = make_version(context.db, by)
    made = [
        arrived(context, by, f"{n}.jpg", picture(shade=n)).enter(house.datalake_id)
        for n in range(2)
    ]
    datasets.add_data(context.db, by, version.version_id, [made[0].data_id])
    with pytest.raises(Conflict):
        actions.remove(context, by, [one.data_id for one in made])
    actions.remove(context, by, [made[1].data_id])
    assert made[1].object_name is not None
    with pytest.raises(NotFound):
        context.blobs.read(made[1].object_name)
    datasets.remove_version(context.db, by, version.version_id)
    actions.remove(context, by, [made[0].data_id])
    with context.db.read() as read:
        assert rows.count(read, house.datalake_id) == 0


def test_data_is_added_in_steps_and_tagged(context: Context, house: House) -> None:
    by = member(house)
    version = make_version(context.db, by)
    keys = actions.add_placeholders(
        context.db, by, house.datalake_id, [NewData(f"{n}.jpg", 1, 1) for n in range(5)]
    )
    with context.db.transaction() as tx:
        ids = [one.data_id for one in rows.by_keys(tx, keys)]
        tag = tags.add(tx, house.organization_id, version.version_id, tags.ASSET, "new")
        other = tags.add(tx, house.organization_id, uuid7(), tags.ASSET, "new")
    done = list(datasets.steps_of_data(context.db, by, version.version_id, ids, [tag.tag_id]))
    assert done == [5]
    with context.db.read() as read:
        found = assets.page(read, version.version_key)
        tagged = tags.on(read, tags.ASSET, [asset.asset_key for asset in found])
    assert len(tagged) == 5
    with pytest.raises(NotFound):
        datasets.add_data(context.db, by, version.version_id, ids, [other.tag_id])


def test_labels_are_made_once_by_threads_that_ask_together(context: Context, house: House) -> None:
    by = member(house)
    version = make_version(context.db, by)
    got: list[list[int]] = []

    def ask() -> None:
        made = labels.ensure(context.db, by, version.version_id, ["apple", "pear", "apple"])
        got.append([label.key for label in made])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    assert {tuple(keys) for keys in got} == {tuple(got[0])}
    with context.db.read() as read:
        known = label_rows.get(read, versions.get(read, house.organization_id, version.version_id))
    assert [label.name for label in known.labels] == ["apple", "pear"]


def test_a_removed_label_takes_its_shapes_along(context: Context, house: House) -> None:
    by = member(house)
    version = make_version(context.db, by)
    shapes = [NamedShape(ShapeKind.CLASSIFICATION, name) for name in ("apple", "pear")]
    asset = annotate.add_picture(
        context, by, version.version_id, arrived(context, by, "a.jpg", picture()), shapes
    )
    apple, pear = labels.ensure(context.db, by, version.version_id, ["apple", "pear"])
    labels.remove(context.db, by, version.version_key, apple.key)
    with context.db.read() as read:
        document = assets.get(read, house.organization_id, asset.asset_key, contents=True).document
        counts = assets.label_counts(read, version.version_key)
    assert [shape.label_key for one in document.annotations for shape in one.shapes] == [pear.key]
    assert counts == {pear.key: 1}
    with pytest.raises(NotFound):
        labels.change(context.db, by, version.version_key, apple.key, name="x")


def test_labels_are_renamed_and_grouped(context: Context, house: House) -> None:
    by = member(house)
    version = make_version(context.db, by)
    label = labels.create(context.db, by, version.version_id, "apple")
    with pytest.raises(NameTaken):
        labels.create(context.db, by, version.version_id, "apple")
    group = labels.create_group(context.db, by, version.version_id, "fruit")
    changed = labels.change(
        context.db, by, version.version_key, label.key, name="fig", group=group.key
    )
    assert (changed.name, changed.group) == ("fig", group.key)
    labels.change_label_group(context.db, by, version.version_key, group.key, name="plant")
    labels.remove_group(context.db, by, version.version_key, group.key)
    with context.db.read() as read:
        known = label_rows.get(read, versions.get(read, house.organization_id, version.version_id))
    assert known.labels[0].group is None


def test_a_lock_holds_off_scripts_too(context: Context, house: House) -> None:
    by = member(house)
    version = make_version(context.db, by)
    datasets.lock(context.db, by, version.version_id)
    arrival = arrived(context, by, "a.jpg", picture())
    with pytest.raises(Locked):
        annotate.add_picture(context, by, version.version_id, arrival, [])
    with pytest.raises(Locked):
        labels.ensure(context.db, by, version.version_id, ["apple"])
    with pytest.raises(Locked):
        list(datasets.steps_of_data(context.db, by, version.version_id, []))
    arrival.discard()


def _sets(db: Database) -> list[tuple[str, bool]]:
    with db.read() as read:
        found = read.all(schema.change_set.select().order_by(schema.change_set.c.change_set_key))
    return [(row.kind, row.run_id is not None) for row in found]


def test_a_run_has_one_change_set_per_version_and_a_user_one_per_edit(
    context: Context, house: House
) -> None:
    by = member(house)
    _, run = launched(context.db, house)
    script = replace(by, run_id=run.run_id, scope="script")
    version = make_version(context.db, by)
    for n in range(2):
        arrival = arrived(context, script, f"{n}.jpg", picture(shade=n))
        annotate.add_picture(
            context,
            script,
            version.version_id,
            arrival,
            [NamedShape(ShapeKind.CLASSIFICATION, "apple")],
        )
    assert _sets(context.db) == [(changes.CREATED, False), (changes.RUN, True)]
    labels.create(context.db, by, version.version_id, "pear")
    assert _sets(context.db)[2:] == [(changes.LABELS, False)]
    own = datasets.create_version(context.db, script, version.dataset_id, "made by the run")
    annotate.add_picture(
        context,
        script,
        own.version_id,
        arrived(context, script, "a.jpg", picture()),
        [NamedShape(ShapeKind.CLASSIFICATION, "apple")],
    )
    assert _sets(context.db)[3:] == [(changes.CREATED, True)]
    with context.db.read() as read:
        changed = read.all(schema.asset_change.select())
    assert len(changed) == 2  # of the version that the run did not make


def test_who_wrote_is_known(context: Context, house: House) -> None:
    version = make_version(context.db, member(house))
    with context.db.transaction() as tx:
        opened = versions.open_to_write(tx, house.organization_id, version.version_id, alone=True)
        label_rows.ensure(tx, opened, ["apple"], Author(house.admin))
    with context.db.read() as read:
        found = read.all(schema.change_set.select())
    assert [row.user_id for row in found] == [house.member, house.admin]
