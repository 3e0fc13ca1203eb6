"""Fixtures that every test may use: both databases, a clock that only moves when told, a context."""

from __future__ import annotations

import gc
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from safelight.store.db import Database, sqlite_url
from safelight.store.migrations import upgrade
from tests.postgres import PostgresServer
from tests.schedule import Schedule, longest_first

_numbers = count()

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As a shell starts what it puts in the background. What we start, and press Ctrl-C for, inherits it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


# The modules and tests themselves are not garbage: to look for some among them would take a third of
# the time of collecting them, and some of each test's.
gc.disable()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Schedule:
    config.option.loadscopereorder = False  # it would put first what has the most tests
    return Schedule(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    longest_first(items)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.enable()


class FakeClock:
    """Microseconds since 1970 UTC; stands still until `advance`. `uptime` is the machine's other clock."""

    def __init__(self, now: int = 1_800_000_000_000_000) -> None:
        self.now = now
        self._up = 0.0

    def __call__(self) -> int:
        return self.now

    def uptime(self) -> float:
        """Seconds that nobody can set."""
        return self._up

    def advance(self, seconds: float) -> None:
        self.now += round(seconds * 1_000_000)
        self._up += seconds

    def set_by(self, seconds: float) -> None:
        """Set the time of day forward, or back, while no time passes."""
        self.now += round(seconds * 1_000_000)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "safelight.db"
    db = Database(sqlite_url(path))
    upgrade(db)
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    server = PostgresServer()
    try:
        server.create("template_safelight")
        db = Database(server.url("template_safelight"))
        upgrade(db)
        db.close()
        yield server
    finally:
        server.stop()


@contextmanager
def _fresh_url(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        path = folder / "safelight.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield sqlite_url(path)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"t{next(_numbers)}"
    server.create(name, "template_safelight")
    try:
        yield server.url(name)
    finally:
        server.drop(name)


_first: dict[str, Engine] = {}


def _database(url: str, clock: FakeClock) -> Database:
    """One that knows the statements which others of its kind have prepared, as that of a server does that
    has run for a while. To prepare them anew takes a test a quarter of its time.
    """
    database = Database(url, clock=clock)
    first = _first.setdefault(database.engine.name, database.engine)
    if first is database.engine:
        with first.connect():  # which tells its dialect what the server can do
            return database
    for engine in (database.engine, database._reading):
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    return database


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh, migrated database, for tests that start a server process on it."""
    with _fresh_url(request.param, request, tmp_path) as url:
        yield url


@pytest.fixture
def db(database_url: str, clock: FakeClock) -> Iterator[Database]:
    """A fresh, migrated database; the test runs once on SQLite and once on PostgreSQL."""
    database = _database(database_url, clock)
    yield database
    database.close()


@pytest.fixture
def sqlite_db(
    request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock
) -> Iterator[Database]:
    """A fresh, migrated SQLite database, for what does not touch the store's SQL."""
    with _fresh_url("sqlite", request, tmp_path) as url:
        database = _database(url, clock)
        yield database
        database.close()
