"""Files that nobody needs are removed in time; what is needed, or may still be written, stays."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from safelight.actions import data as actions
from safelight.actions import left_lying, thumbnails
from safelight.actions.context import Context, open_context
from safelight.actions.data import Arrival
from safelight.actions.left_lying import UNTOUCHED_S, LeftLying
from safelight.config import Settings
from safelight.domain.permissions import Actor
from safelight.store.data import Data
from safelight.store.db import Database
from tests.factories import House, add_house
from tests.pictures import picture


@pytest.fixture
def context(db: Database, tmp_path: Path) -> Iterator[Context]:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    context = open_context(Settings(data=folder), db)
    yield context
    context.hub.close()


@pytest.fixture
def house(db: Database) -> House:
    return add_house(db)


def actor(house: House) -> Actor:
    return Actor(house.member, "member", house.organization_id, "member")


def added(context: Context, house: House, shade: int) -> Data:
    arrival = Arrival(context, actor(house), f"{shade}.jpg")
    arrival.write(picture(shade=shade))
    arrival.close()
    return arrival.enter(house.datalake_id)


def age(*paths: Path, by_s: float = UNTOUCHED_S + 60) -> None:
    then = time.time() - by_s
    for path in paths:
        os.utime(path, (then, then))


def test_the_thumbnail_of_deleted_data_goes(context: Context, house: House) -> None:
    gone, kept = added(context, house, 10), added(context, house, 200)
    small = [thumbnails.ensure(context, one) for one in (gone, kept)]
    actions.remove(context, actor(house), [gone.data_id])
    LeftLying(context).step()
    assert [each.exists() for each in small] == [True, True]  # it may just have been made
    age(*small)
    LeftLying(context).step()
    assert [each.exists() for each in small] == [False, True]


def test_what_a_killed_upload_wrote_goes(context: Context, house: House) -> None:
    added(context, house, 10)  # makes the folders
    folder = context.blobs.folder
    assert folder is not None
    fresh, old = folder / ".incoming" / "fresh", folder / ".incoming" / "old#1"
    for each in (fresh, old):
        each.parent.mkdir(exist_ok=True)
        each.write_bytes(b"x")
    age(old)
    LeftLying(context).step()
    assert (fresh.exists(), old.exists()) == (True, False)


def test_a_walk_takes_a_few_files_at_a_time_and_pauses_at_its_end(
    context: Context, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    added(context, house, 10)
    monkeypatch.setattr(left_lying, "AT_ONCE", 2)
    folder = context.settings.data / "thumbnails" / "00"
    folder.mkdir(parents=True)
    lying = LeftLying(context)
    left = []
    for number in range(3):
        path = folder / f".{number}.passing"
        path.write_bytes(b"x")
        age(path)
    for _ in range(3):
        lying.step()
        left.append(len(list(folder.iterdir())))
    assert left == [1, 0, 0]
    late = folder / "late"
    late.write_bytes(b"x")
    age(late)
    lying.step()
    assert late.exists()  # the next walk begins in an hour
