"""A stop ends an operation between two steps, never within one that opens or closes a transaction."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress

import pytest
import sqlalchemy

from safelight.internals import stopping
from safelight.store.db import Database


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(stopping, "_stop", stopping._Stop())
    numbers = (signal.SIGTERM, signal.SIGALRM)
    before = [signal.getsignal(number) for number in numbers]
    stopping.stop_by_exception()
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def stop() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def run_on() -> None:
    for _ in range(100_000_000):
        pass


@pytest.mark.usefixtures("installed")
def test_a_stop_ends_what_runs() -> None:
    with pytest.raises(SystemExit) as ended:
        stop()
        run_on()
    assert ended.value.code == 143


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("moment", ["begin", "before_cursor_execute", "rollback", "checkin"])
def test_a_stop_within_the_database_comes_right_after_and_leaves_nothing_locked(
    db: Database, moment: str
) -> None:
    reached: list[str] = []

    def stop_once(*_: object) -> None:
        if not reached:
            reached.append(moment)
            stop()

    sqlalchemy.event.listen(db.engine, moment, stop_once)
    with pytest.raises(SystemExit):
        with suppress(LookupError), db.transaction() as tx:
            tx.execute(sqlalchemy.text("SELECT 1"))
            if moment in {"rollback", "checkin"}:
                raise LookupError
            run_on()
        run_on()
    with db.transaction():  # while the exception, and what it has passed through, is still known
        assert reached == [moment]


@pytest.mark.usefixtures("installed")
def test_a_stop_that_comes_in_the_last_step_comes_too_late() -> None:
    with stopping.held():
        stop()
    run_on_a_little = sum(range(1000))
    assert run_on_a_little
    with pytest.raises(SystemExit), stopping.held():
        raise LookupError
