"""Saved views in the store: names, whom they belong to, and what is left when a user goes."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import delete, insert, select

from safelight.domain.views import Density, JobColumn, ViewContent
from safelight.errors import Conflict, NameTaken, NotFound
from safelight.ids import uuid7
from safelight.store import schema, users, views
from safelight.store.db import Database
from tests.factories import House, add_house

SHARED = ViewContent("Nightly", "status:failure", shared=True)
PRIVATE = ViewContent("Mine", "user:me")


@pytest.fixture
def house(db: Database) -> House:
    return add_house(db)


def add_user(db: Database, house: House, name: str = "ada") -> UUID:
    """A member whom no other row names."""
    with db.transaction() as tx:
        user_id = users.add(tx, name).user_id
        users.join(tx, house.organization_id, user_id, "member")
    return user_id


def save(db: Database, house: House, owner_id: UUID, content: ViewContent) -> UUID:
    with db.transaction() as tx:
        return views.add(tx, house.organization_id, owner_id, content).view_id


def leave(db: Database, user_id: UUID) -> None:
    with db.transaction() as tx:
        tx.execute(delete(schema.membership).where(schema.membership.c.user_id == user_id))


def delete_account(db: Database, user_id: UUID) -> None:
    leave(db, user_id)
    with db.transaction() as tx:
        tx.execute(delete(schema.user).where(schema.user.c.user_id == user_id))


def seen(db: Database, house: House, user_id: UUID) -> list[str]:
    with db.read() as read:
        return [view.content.name for view in views.of_user(read, house.organization_id, user_id)]


def test_a_view_is_read_as_it_was_saved(db: Database, house: House) -> None:
    content = ViewContent(
        "Compact", "tiles", (JobColumn.NAME, JobColumn.STATUS), Density.COMPACT, shared=True
    )
    view_id = save(db, house, house.member, content)
    with db.read() as read:
        view = views.get(read, house.organization_id, view_id, house.viewer)
    assert view.content == content
    assert (view.owner_id, view.owner_name) == (house.member, "orchard-member")
    assert view.is_owner_here


def test_one_sees_own_and_shared_views_by_name(db: Database, house: House) -> None:
    save(db, house, house.member, PRIVATE)
    save(db, house, house.member, SHARED)
    save(db, house, house.admin, ViewContent("another"))
    assert seen(db, house, house.member) == ["Mine", "Nightly"]
    assert seen(db, house, house.admin) == ["another", "Nightly"]
    assert seen(db, add_house(db, "elsewhere"), house.member) == []


def test_a_name_is_unique_per_owner(db: Database, house: House) -> None:
    save(db, house, house.member, SHARED)
    save(db, house, house.admin, SHARED)  # another owner's
    with pytest.raises(NameTaken, match="'Nightly'"):
        save(db, house, house.member, ViewContent("Nightly"))
    mine = save(db, house, house.member, PRIVATE)
    with pytest.raises(NameTaken), db.transaction() as tx:
        view = views.get(tx, house.organization_id, mine, house.member)
        views.put(tx, view, ViewContent("Nightly"))
    assert seen(db, house, house.member) == ["Mine", "Nightly", "Nightly"]


def test_the_schema_refuses_a_second_view_of_a_name(db: Database, house: House) -> None:
    view_id = save(db, house, house.member, PRIVATE)
    with pytest.raises(Conflict), db.transaction() as tx:
        [row] = tx.all(select(schema.saved_view).where(schema.saved_view.c.view_id == view_id))
        tx.execute(insert(schema.saved_view).values({**row._mapping, "view_id": uuid7()}))


def test_nobody_collects_views_without_end(
    db: Database, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MOST_OF_ONE", 1)
    save(db, house, house.member, PRIVATE)
    with pytest.raises(Conflict, match="more than 1 views"):
        save(db, house, house.member, SHARED)


def test_a_shared_view_stays_when_its_owner_is_deleted_and_a_private_one_goes(
    db: Database, house: House
) -> None:
    gone = add_user(db, house)
    shared, private = save(db, house, gone, SHARED), save(db, house, gone, PRIVATE)
    save(db, house, house.member, PRIVATE)
    delete_account(db, gone)
    with db.read() as read:
        view = views.get(read, house.organization_id, shared, house.member)
        left = set(read.connection.scalars(select(schema.saved_view.c.name)))
    assert (view.owner_id, view.owner_name, view.is_owner_here) == (None, None, False)
    assert left == {"Mine", "Nightly"}, "the other's private view of the same name is still there"
    with pytest.raises(NotFound), db.read() as read:
        views.get(read, house.organization_id, private, gone)


def test_views_without_owner_may_share_a_name(db: Database, house: House) -> None:
    for name in ("ada", "grace"):
        user_id = add_user(db, house, name)
        save(db, house, user_id, SHARED)
        delete_account(db, user_id)
    assert seen(db, house, house.member) == ["Nightly", "Nightly"]


def test_the_schema_refuses_a_private_view_of_nobody(db: Database, house: House) -> None:
    gone = add_user(db, house)
    view_id = save(db, house, gone, SHARED)
    delete_account(db, gone)
    with db.read() as read:
        view = views.get(read, house.organization_id, view_id, house.member)
    with pytest.raises(Conflict), db.transaction() as tx:
        views.put(tx, view, ViewContent("Nightly", shared=False))


def test_who_leaves_the_organization_is_told_apart_from_who_is_deleted(
    db: Database, house: House
) -> None:
    gone = add_user(db, house)
    view_id = save(db, house, gone, SHARED)
    leave(db, gone)
    with db.read() as read:
        view = views.get(read, house.organization_id, view_id, house.member)
    assert (view.owner_id, view.owner_name, view.is_owner_here) == (gone, "ada", False)
