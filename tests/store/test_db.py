"""The database handle: event numbers, rollback, translated errors."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import create_engine, insert, select, text, update

from safelight.errors import Conflict, Invalid
from safelight.ids import uuid7
from safelight.store import schema
from safelight.store.db import Database, Event
from tests.factories import add_house


def _numbers(db: Database) -> list[int]:
    with db.read() as read:
        rows = read.all(select(schema.event_row.c.number).order_by(schema.event_row.c.number))
    return [row.number for row in rows]


def test_events_are_numbered_without_gaps_by_many_threads(db: Database) -> None:
    house = add_house(db)

    def write() -> None:
        for _ in range(10):
            with db.transaction() as tx:
                tx.record(Event(house.organization_id, "tested"))
                tx.record(Event(house.organization_id, "tested"))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _numbers(db) == list(range(1, 81))


def test_a_block_that_raises_writes_nothing_and_uses_no_number(db: Database) -> None:
    house = add_house(db)
    with pytest.raises(ZeroDivisionError), db.transaction() as tx:
        tx.record(Event(house.organization_id, "tested"))
        _ = 1 / 0
    with db.transaction() as tx:
        tx.record(Event(house.organization_id, "tested"))
    assert _numbers(db) == [1]


def test_listeners_hear_of_committed_events_only(db: Database) -> None:
    house = add_house(db)
    heard: list[str] = []
    db.on_events(lambda events: heard.extend(event.kind for event in events))
    with pytest.raises(ZeroDivisionError), db.transaction() as tx:
        tx.record(Event(house.organization_id, "lost"))
        _ = 1 / 0
    with db.transaction() as tx:
        tx.record(Event(house.organization_id, "kept"))
    assert heard == ["kept"]


def test_events_cannot_be_rewritten(db: Database) -> None:
    house = add_house(db)
    with db.transaction() as tx:
        tx.record(Event(house.organization_id, "tested"))
    with pytest.raises(Conflict), db.transaction() as tx:
        tx.execute(schema.event_row.update().values(kind="forged"))


def test_a_broken_constraint_is_a_conflict(db: Database) -> None:
    house = add_house(db)
    with pytest.raises(Conflict), db.transaction() as tx:
        tx.execute(
            insert(schema.user).values(user_id=uuid7(), name="orchard-owner", created_at=tx.now)
        )
    assert house.owner


@pytest.mark.parametrize(
    "facts", [{"number": 2**64}, {"text": "half a pair: \ud800"}], ids=["number", "text"]
)
def test_what_no_json_can_say_is_refused_and_nothing_is_written(
    db: Database, facts: dict[str, Any]
) -> None:
    house = add_house(db)
    with pytest.raises(Invalid, match="not one that the database can keep"):
        with db.transaction() as tx:
            tx.record(Event(house.organization_id, "tested", facts=facts))
    assert _numbers(db) == []


def test_a_number_or_text_that_fits_no_column_is_refused(db: Database) -> None:
    add_house(db)
    with pytest.raises(Invalid), db.transaction() as tx:
        tx.execute(schema.data.update().values(width=2**64))
    with pytest.raises(Invalid), db.read() as read:
        read.all(select(schema.user).where(schema.user.c.name == "\ud800"))


def test_a_read_sees_the_database_of_one_moment(db: Database) -> None:
    house = add_house(db)
    names = select(schema.organization.c.name).where(
        schema.organization.c.organization_id == house.organization_id
    )
    with db.read() as read:
        before = read.scalar(names)
        with db.transaction() as tx:
            tx.execute(update(schema.organization).values(name="renamed meanwhile"))
        assert read.scalar(names) == before
    with db.read() as read:
        assert read.scalar(names) == "renamed meanwhile"


def test_a_connection_that_went_away_while_idle_is_replaced(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.is_sqlite:
        pytest.skip("SQLite has no connections that go away")
    add_house(db)
    monkeypatch.setattr("safelight.store.db._IDLE_S", 0.0)
    other = create_engine(db.url)
    with other.begin() as connection:
        ended = connection.execute(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        ).scalar()
    other.dispose()
    assert ended
    with db.read() as read:
        assert read.all(select(schema.organization.c.name))
