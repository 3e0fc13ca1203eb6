"""Edits of every kind, by people and by runs, and their undoing: what was before comes back, exactly."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from safelight.actions import annotate, datasets, labels, shapes
from safelight.actions.annotate import NamedShape
from safelight.actions.undo import take_back
from safelight.domain.annotations import ShapeKind, counts
from safelight.domain.datasets import InferenceType
from safelight.domain.jobs import SUCCEEDED, Ending, Exit
from safelight.domain.permissions import Actor
from safelight.errors import Conflict, NameTaken, NotFound
from safelight.ids import uuid7
from safelight.store import (
    assets,
    assettags,
    changes,
    data,
    documents,
    history,
    runs,
    schema,
    tags,
    versions,
)
from safelight.store import labels as label_rows
from safelight.store.changes import Author
from safelight.store.data import NewData
from safelight.store.db import Database, sqlite_url
from safelight.store.packed import packed
from tests.conftest import FakeClock
from tests.factories import add_house
from tests.jobs import started
from tests.postgres import PostgresServer

SHORT = settings(
    max_examples=10, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
LONG = settings(SHORT, max_examples=250, stateful_step_count=60)

NAMES = ("apple", "pear", "fig")
PICTURES = 5
picked = st.sets(st.integers(0, PICTURES - 1), min_size=1, max_size=PICTURES)
named = st.sampled_from(NAMES)


@dataclass(frozen=True)
class Done:
    """A change set, and what the version said before it."""

    key: int
    before: dict[str, Any]


class Machine(RuleBasedStateMachine):
    new_url: Callable[[], str]

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.db = Database(type(self).new_url(), clock=FakeClock())
        self.house = add_house(self.db)
        self.user = Actor(self.house.member, "orchard-member", self.house.organization_id, "member")
        self.by = self.user
        dataset = datasets.create(self.db, self.user, "fruits")
        self.version = datasets.create_version(self.db, self.user, dataset.dataset_id, "v1")
        with self.db.transaction() as tx:
            lake, names = self.house.datalake_id, [f"{n}.jpg" for n in range(PICTURES)]
            self.data_keys = data.add_many(tx, lake, [NewData(name) for name in names], None)
            house, version = self.house.organization_id, self.version.version_id
            self.tags = [tags.add(tx, house, version, tags.ASSET, name) for name in ("a", "b")]
        self.numbers = count()
        self.done: list[Done] = []
        self.undone: list[Done] = []
        self.highest: dict[int, tuple[int, int]] = {}

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.db.close()
            self.folder.cleanup()

    # --- edits ------------------------------------------------------------------------------------

    @rule(some=picked, tagged=st.booleans())
    def add_pictures(self, some: set[int], *, tagged: bool) -> None:
        def edit() -> None:
            ids = self._data_ids(some)
            tag_ids = [self.tags[0].tag_id] if tagged else []
            datasets.add_data(self.db, self.by, self.version.version_id, ids, tag_ids)

        self._edit(edit)

    @rule(some=picked)
    def remove_pictures(self, some: set[int]) -> None:
        version_id = self.version.version_id
        self._edit(lambda: datasets.remove_assets(self.db, self.by, version_id, self._assets(some)))

    @rule(some=picked, names=st.lists(named, max_size=3))
    def say(self, some: set[int], names: list[str]) -> None:
        said = [NamedShape(ShapeKind.RECTANGLE, name, [1, 2, 3, 4]) for name in names]

        def edit() -> None:
            for key in self._assets(some)[:1]:
                annotate.set_shapes(self.db, self.by, key, said)

        self._edit(edit)

    @rule(some=picked)
    def say_nothing(self, some: set[int]) -> None:
        version_id = self.version.version_id
        self._edit(
            lambda: shapes.remove_annotations(
                self.db, self.by, version_id, asset_keys=self._assets(some)
            )
        )

    @rule(some=picked, tag=st.integers(0, 1), on=st.booleans())
    def tag(self, some: set[int], tag: int, *, on: bool) -> None:
        change = assettags.attach if on else assettags.detach

        def edit() -> None:
            with self.db.transaction() as tx:
                house, version_id = self.house.organization_id, self.version.version_id
                version = versions.open_to_write(tx, house, version_id)
                author = Author(self.by.user_id, self.by.run_id)
                opened = changes.open_set(tx, house, version.version_key, author, changes.TAGS)
                change(tx, opened, version, [self.tags[tag]], self._assets(some))

        self._edit(edit)

    @rule(name=named)
    def add_label(self, name: str) -> None:
        version_id = self.version.version_id
        self._edit(lambda: labels.create(self.db, self.by, version_id, name))

    @rule(name=named, other=named)
    def rename_label(self, name: str, other: str) -> None:
        self._edit_label(
            name, lambda key: labels.change(self.db, self.by, self._key, key, name=other)
        )

    @rule(name=named)
    def remove_label(self, name: str) -> None:
        self._edit_label(name, lambda key: labels.remove(self.db, self.by, self._key, key))

    @rule(
        name=st.sampled_from(("v1", "v2", None)),
        description=st.sampled_from(("", "round", None)),
        type=st.sampled_from((InferenceType.OBJECT_DETECTION, InferenceType.MULTI, None)),
    )
    def describe(
        self, name: str | None, description: str | None, type: InferenceType | None
    ) -> None:
        version_id = self.version.version_id
        self._edit(
            lambda: datasets.change_version(
                self.db, self.by, version_id, name=name, description=description, type=type
            )
        )

    @rule()
    def remove_version(self) -> None:
        version_id = self.version.version_id
        self._edit(lambda: datasets.remove_version(self.db, self.by, version_id))

    @rule(more=st.data())
    def let_a_run_edit(self, more: st.DataObject) -> None:
        """A few edits in one change set."""

        def edit() -> None:
            run = started(self.db, self.house)
            self.by = replace(self.user, run_id=run.run_id, scope="script")
            try:
                for change in more.draw(st.lists(st.sampled_from(_PARTS), min_size=1, max_size=4)):
                    change(self, more)
            finally:
                self.by = self.user
                with self.db.transaction() as tx:
                    runs.end(tx, run.run_id, Ending(SUCCEEDED), Exit(exit_code=0))

        self._edit(edit)

    # --- going back and forth -----------------------------------------------------------------------

    @precondition(lambda self: self.done)
    @rule()
    def undo_the_newest(self) -> None:
        newest = self.done.pop()
        self.undone.append(self._take_back(newest))

    @precondition(lambda self: self.undone)
    @rule()
    def undo_the_newest_undo(self) -> None:
        self.done.append(self._take_back(self.undone.pop()))

    def _take_back(self, change: Done) -> Done:
        now = self._state()
        key = self._undo(change.key)
        assert self._state() == change.before
        assert self._undone_by(change.key) == key
        return Done(key, now)

    def _undone_by(self, key: int) -> int | None:
        with self.db.read() as read:
            return history.get(read, self.house.organization_id, key).undone_by

    @precondition(lambda self: len(self.done) > 1)
    @rule(which=st.integers(0, 100), keep_newer=st.booleans())
    def undo_an_older_one(self, which: int, *, keep_newer: bool) -> None:
        """It is refused and nothing changes, or it leaves something sound that can be undone."""
        change = self.done[which % (len(self.done) - 1)]
        now = self._state()
        try:
            key = self._undo(change.key, keep_newer=keep_newer)
        except (Conflict, NotFound):
            assert self._state() == now
            return
        self._check_sound()
        self._undo(key)
        assert self._state() == now

    def _undo(self, key: int, *, keep_newer: bool = False) -> int:
        with self.db.transaction() as tx:
            by = Author(self.house.admin)
            take_back(tx, self.house.organization_id, [key], by, keep_newer=keep_newer)
        return self._newest()

    # --- what holds always ----------------------------------------------------------------------------

    @invariant()
    def all_is_sound(self) -> None:
        if hasattr(self, "highest"):
            self._check_sound()
            assert [self._undone_by(each.key) for each in self.done + self.undone] == [None] * len(
                self.done + self.undone
            )

    def _check_sound(self) -> None:
        with self.db.read() as read:
            version = self._version(read)
            found = list(assets.every(read, version.version_key, contents=True))
            known = {label.key for label in label_rows.get(read, version).labels}
        assert version.asset_count == len(found)
        for asset in found:
            assert counts(asset.document).keys() <= known
            numbers = (asset.next_annotation, asset.next_shape)
            assert numbers >= self.highest.get(asset.asset_key, (0, 0)), "a number is given twice"
            self.highest[asset.asset_key] = numbers

    # --- pieces -----------------------------------------------------------------------------------------

    def _edit(self, edit: Callable[[], object]) -> None:
        """Do it, and remember what was before. An edit of a run is part of the run's."""
        if self.by.run_id is not None:
            self._quietly(edit)
            return
        before, newest = self._state(), self._newest()
        self._quietly(edit)
        if self._newest() > newest:
            assert self._sets_since(newest) == 1, "an edit is one change set"
            self.undone.clear()
        if self._state() != before:
            assert self._newest() > newest, "a change was not recorded"
            done = Done(self._newest(), before)
            if len(self.done) % 2:  # there and back at once, or later
                done = self._take_back(self._take_back(done))
            self.done.append(done)

    def _quietly(self, edit: Callable[[], object]) -> None:
        try:
            edit()
        except (NotFound, NameTaken):
            pass  # of a removed version, a label that is there: refused edits change nothing

    def _edit_label(self, name: str, edit: Callable[[int], object]) -> None:
        with self.db.read() as read:
            key = label_rows.get(read, self._version(read)).keys.get(name)
        if key is not None:
            self._edit(lambda: edit(key))

    @property
    def _key(self) -> int:
        return self.version.version_key

    def _version(self, read: Any) -> versions.Version:
        return versions.ever(read, self.house.organization_id, key=self._key)

    def _data_ids(self, some: set[int]) -> list[Any]:
        with self.db.read() as read:
            found = data.by_keys(read, [self.data_keys[n] for n in some])
        return [one.data_id for one in found]

    def _assets(self, some: set[int]) -> list[int]:
        with self.db.read() as read:
            keys = [self.data_keys[n] for n in some]
            return sorted(assets.keys_of_data(read, self._key, keys).values())

    def _newest(self) -> int:
        with self.db.read() as read:
            return history.of_version(read, self._key, limit=1)[0].change_set_key

    def _sets_since(self, key: int) -> int:
        with self.db.read() as read:
            return sum(
                each.change_set_key > key for each in history.of_version(read, self._key, limit=50)
            )

    def _state(self) -> dict[str, Any]:
        """All that a version says, but for the numbers it gives next: those only grow."""
        with self.db.read() as read:
            version = self._version(read)
            found = list(assets.every(read, self._key, contents=True))
            tagged = read.all(
                select(schema.asset_tag)
                .join(schema.asset, schema.asset.c.asset_key == schema.asset_tag.c.asset_key)
                .where(schema.asset.c.version_key == self._key)
            )
            return {
                "row": (version.name, version.description, version.type),
                "exists": version.removed_at is None,
                "labels": documents.get(read, version.labels_key),
                "ids": [packed(read).asset(each.asset_key) for each in found],
                "assets": [(each.data.filename, each.content, each.created_at) for each in found],
                "tags": {(row.asset_key, row.tag_id) for row in tagged},
            }


def _part(change: Callable[..., None], **drawn: st.SearchStrategy[Any]) -> Callable[..., None]:
    def do(machine: Machine, more: st.DataObject) -> None:
        change(machine, **{name: more.draw(values) for name, values in drawn.items()})

    return do


_PARTS = (
    _part(Machine.add_pictures, some=picked, tagged=st.booleans()),
    _part(Machine.remove_pictures, some=picked),
    _part(Machine.say, some=picked, names=st.lists(named, max_size=3)),
    _part(Machine.tag, some=picked, tag=st.integers(0, 1), on=st.booleans()),
    _part(Machine.remove_label, name=named),
    _part(
        Machine.describe,
        name=st.sampled_from(("v1", "v2")),
        description=st.none(),
        type=st.none(),
    ),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def _fresh(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    def sqlite() -> str:
        path = tmp_path / f"{uuid7()}.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return sqlite_url(path)

    def postgresql() -> str:
        server: PostgresServer = request.getfixturevalue("postgres")
        name = f"machine{uuid7().hex}"
        server.create(name, "template_safelight")
        return server.url(name)

    Machine.new_url = staticmethod(sqlite if request.param == "sqlite" else postgresql)


@pytest.mark.usefixtures("_fresh")
@pytest.mark.parametrize(
    "length",
    [
        pytest.param(SHORT, id="short"),
        pytest.param(LONG, id="long", marks=[pytest.mark.chaos, pytest.mark.timeout(1800)]),
    ],
)
def test_undoing_newest_first_gives_back_what_was_before(length: settings) -> None:
    run_state_machine_as_test(Machine, settings=length)
