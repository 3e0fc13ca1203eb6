"""The queue of writers: its order, and that each one's patience counts from when it asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from sqlalchemy import event as sa_event
from sqlalchemy import select

from safelight.errors import Unavailable
from safelight.store import schema
from safelight.store.db import BUSY_S, Database
from safelight.store.turns import FAIR_S, TooLate, Turns
from tests.conftest import FakeClock
from tests.factories import add_house

MANY = 6


def _until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def _queue_up(
    turns: Turns, act: Callable[[int], None], count: int = MANY
) -> list[threading.Thread]:
    """Threads that ask one after the other while the turn is taken."""
    threads = []
    for number in range(count):
        threads.append(threading.Thread(target=act, args=(number,)))
        threads[-1].start()
        _until(lambda: len(turns._waiting) == len(threads))
    return threads


def test_turns_come_in_the_order_in_which_they_were_asked_for() -> None:
    turns = Turns()
    came: list[int] = []

    def act(number: int) -> None:
        with turns.take(60):
            came.append(number)

    with turns.take(60):
        threads = _queue_up(turns, act)
    for thread in threads:
        thread.join()
    assert came == list(range(MANY))


def test_only_one_has_a_turn() -> None:
    turns, inside, most = Turns(), [0], [0]

    def act() -> None:
        for _ in range(200):
            with turns.take(60):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=act) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def test_who_waits_is_not_passed_by_for_long(clock: FakeClock) -> None:
    """Somebody who is awake and asks again at once would else always be the quicker one."""
    turns = Turns(clock.uptime)
    order: list[str] = []

    def act(_number: int) -> None:
        with turns.take(60):
            order.append("who waited")

    with turns.take(60):
        [thread] = _queue_up(turns, act, 1)
        clock.advance(FAIR_S)
    with turns.take(60):
        order.append("who came later")
    thread.join()
    assert order == ["who waited", "who came later"]


def test_nobody_is_forgotten_where_many_come_and_give_up() -> None:
    turns = Turns()
    inside, done = [0], []

    def act(seed: int) -> None:
        random = Random(seed)
        for _ in range(150):
            try:
                with turns.take(random.choice([0.0, 0.0001, 0.001, 60.0])):
                    inside[0] += 1
                    assert inside[0] == 1
                    if random.random() < 0.2:
                        time.sleep(0.0003)
                    inside[0] -= 1
            except TooLate:
                pass
        done.append(seed)

    threads = [threading.Thread(target=act, args=(seed,), daemon=True) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == list(range(8))
    assert not turns._waiting
    with turns.take(1):
        pass


def test_what_others_took_of_somebodys_time_is_not_given_again(clock: FakeClock) -> None:
    turns = Turns(clock.uptime)
    left: dict[int, float | None] = {}

    def act(number: int) -> None:
        try:
            with turns.take(10) as left_s:
                left[number] = left_s
                clock.advance(4)
        except TooLate:
            left[number] = None

    with turns.take(10):
        threads = _queue_up(turns, act)
        clock.advance(3)
    for thread in threads:
        thread.join()
    assert left == {0: 7, 1: 3, 2: None, 3: None, 4: None, 5: None}


def test_who_gives_up_leaves_the_queue_to_those_behind() -> None:
    turns = Turns()
    came = []

    def act(number: int) -> None:
        with turns.take(60):
            came.append(number)

    with turns.take(60):
        with pytest.raises(TooLate), turns.take(0):
            raise AssertionError("nobody has two turns at once")
        threads = _queue_up(turns, act, 1)
    for thread in threads:
        thread.join()
    assert came == [0]
    with turns.take(0.001):
        pass


def test_a_turn_that_ends_in_an_error_is_passed_on() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.take(1):
        _ = 1 / 0
    with turns.take(1):
        pass


# --- in front of a SQLite file that another process has locked ----------------------------------------


@pytest.fixture
def locked(sqlite_db: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A database whose file another connection is writing to. SQLite's own wait is cut short, and the
    clock moves by as long as it was told to wait; `waits` says how long that was, each time.
    """
    add_house(sqlite_db)
    db = Database(sqlite_db.url, clock=clock, uptime=clock.uptime)
    waits: list[float] = []
    told = [BUSY_S]

    def before(_c: Any, cursor: Any, statement: str, values: Any, _x: Any, _m: Any) -> Any:
        if statement.startswith("PRAGMA busy_timeout="):
            told[0] = int(statement.partition("=")[2]) / 1000
        if statement == "BEGIN IMMEDIATE":
            waits.append(told[0])
            cursor.execute("PRAGMA busy_timeout=0")

    def failed(_context: Any) -> None:
        clock.advance(waits[-1])

    sa_event.listen(db.engine, "before_cursor_execute", before)
    sa_event.listen(db.engine, "handle_error", failed)
    with sqlite_db.transaction():
        yield db, waits
    db.close()


def _write(db: Database, refusals: list[Unavailable]) -> None:
    try:
        with db.transaction() as tx:
            tx.all(select(schema.user.c.user_id))
    except Unavailable as error:
        refusals.append(error)


def test_many_writers_behind_a_locked_file_wait_no_longer_than_one(locked: Any) -> None:
    db, waits = locked
    refusals: list[Unavailable] = []
    with db._turns.take(BUSY_S):
        threads = _queue_up(db._turns, lambda _number: _write(db, refusals))
    for thread in threads:
        thread.join()
    assert len(refusals) == MANY
    assert sum(waits) <= BUSY_S
    for error in refusals:
        assert "database" in error.message
        assert error.facts["retry_after_s"] >= 1


def test_a_writer_that_waited_for_others_waits_for_the_file_only_with_what_is_left(
    locked: Any, clock: FakeClock
) -> None:
    db, waits = locked
    refusals: list[Unavailable] = []
    with db._turns.take(BUSY_S):
        [thread] = _queue_up(db._turns, lambda _number: _write(db, refusals), 1)
        clock.advance(BUSY_S - 1)
    thread.join()
    assert waits == [1.0]
    _write(db, refusals)
    assert waits == [1.0, BUSY_S], "the next has all its time again"
