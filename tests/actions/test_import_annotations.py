from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from safelight.actions.import_annotations import KeptFile, keep_file
from safelight.domain.permissions import Actor
from safelight.errors import Denied, TooLarge
from safelight.store import schema
from safelight.store.db import Database
from tests.factories import add_house
from tests.jobs import context_on


def test_a_file_is_kept_as_it_came(sqlite_db: Database, tmp_path: Path) -> None:
    context, house = context_on(sqlite_db, tmp_path), add_house(sqlite_db)
    actor = Actor(house.member, "member", house.organization_id, "member")
    name = keep_file(context, actor, "in stances.json", [b"{", b"}"])
    assert name.endswith("/in_stances.json")
    assert context.blobs.read(name) == b"{}"


def test_a_file_beyond_the_limit_is_refused_and_nothing_is_kept(
    sqlite_db: Database, tmp_path: Path
) -> None:
    context, house = context_on(sqlite_db, tmp_path, upload_limit=3), add_house(sqlite_db)
    actor = Actor(house.member, "member", house.organization_id, "member")
    with pytest.raises(TooLarge):
        keep_file(context, actor, "f.json", [b"12", b"34"])
    with sqlite_db.read() as read:
        assert read.scalar(select(func.count()).select_from(schema.stored_object)) == 0


def test_a_viewer_cannot_bring_a_file(sqlite_db: Database, tmp_path: Path) -> None:
    context, house = context_on(sqlite_db, tmp_path), add_house(sqlite_db)
    with pytest.raises(Denied):
        KeptFile(context, Actor(house.viewer, "viewer", house.organization_id, "viewer"), "f.json")
