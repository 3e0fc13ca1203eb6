"""The database handle: connections, transactions, the rules of SQLite, translated driver errors."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

from orjson import JSONEncodeError
from sqlalchemy import Connection, Engine, Executable, Row, create_engine, insert, update
from sqlalchemy import event as sa_event
from sqlalchemy.exc import (
    DataError,
    DisconnectionError,
    IntegrityError,
    OperationalError,
    StatementError,
)
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from safelight.errors import Conflict, Invalid, Unavailable
from safelight.store import schema
from safelight.store.turns import TooLate, Turns

Clock = Callable[[], int]

# How long a writer waits, for others of this process and for those of other processes.
BUSY_S = 10.0
RETRY_AFTER_S = 2
# A connection to PostgreSQL that was used so long ago may have gone since.
_IDLE_S = 1.0


def wall_clock() -> int:
    """Microseconds since 1970 UTC."""
    return time.time_ns() // 1000


@dataclass(frozen=True, slots=True)
class Event:
    """One fact for the record: what happened to which job or run, and who did it."""

    organization_id: UUID
    kind: str
    job_id: UUID | None = None
    run_id: UUID | None = None
    user_id: UUID | None = None
    facts: dict[str, Any] = field(default_factory=dict)


class Read:
    """Reads on one connection. `now` is the time of its start, in microseconds UTC."""

    def __init__(self, connection: Connection, now: int) -> None:
        self.connection = connection
        self.now = now

    @property
    def dialect(self) -> str:
        return self.connection.dialect.name

    def execute(self, statement: Executable, rows: Any = None) -> Any:
        return self.connection.execute(statement, rows)

    def first(self, statement: Executable) -> Row[Any] | None:
        return self.connection.execute(statement).first()

    def all(self, statement: Executable) -> Sequence[Row[Any]]:
        return self.connection.execute(statement).all()

    def scalar(self, statement: Executable) -> Any:
        return self.connection.execute(statement).scalar()


class Transaction(Read):
    """One write transaction. Events recorded in it are written last, so that their numbers are in
    commit order: the update of `event_seq` holds the organization's row until the commit.
    """

    def __init__(self, connection: Connection, now: int) -> None:
        super().__init__(connection, now)
        self.events: list[Event] = []
        self.kept: dict[Any, Any] = {}  # what parts of the store know of it until its end
        self.last_words: list[Callable[[], None]] = []  # what they do just before it ends

    def record(self, event: Event) -> None:
        self.events.append(event)

    def flush_events(self) -> None:
        for organization_id in sorted({event.organization_id for event in self.events}):
            mine = [event for event in self.events if event.organization_id == organization_id]
            last = self.scalar(
                update(schema.organization)
                .where(schema.organization.c.organization_id == organization_id)
                .values(event_seq=schema.organization.c.event_seq + len(mine))
                .returning(schema.organization.c.event_seq)
            )
            self.execute(
                insert(schema.event_row),
                [
                    {
                        "organization_id": event.organization_id,
                        "number": last - len(mine) + position,
                        "at": self.now,
                        "kind": event.kind,
                        "job_id": event.job_id,
                        "run_id": event.run_id,
                        "user_id": event.user_id,
                        "facts": event.facts,
                    }
                    for position, event in enumerate(mine, start=1)
                ],
            )


class Database:
    """A SQLite file or a PostgreSQL database. Safe to share between threads, not across a fork."""

    def __init__(
        self,
        url: str,
        *,
        clock: Clock = wall_clock,
        pool_size: int = 20,
        checkpoint_pages: int = 1000,
        uptime: Callable[[], float] = time.monotonic,
    ) -> None:
        """`checkpoint_pages`: how much of SQLite's log may wait to be copied into the file; more is
        better for a process that writes a great deal.
        """
        self.url = url
        self.clock = clock
        self.engine = _engine(url, pool_size, checkpoint_pages)
        # PostgreSQL gives each statement a snapshot of its own unless told otherwise; SQLite has no other.
        self._reading = (
            self.engine
            if self.is_sqlite
            else self.engine.execution_options(isolation_level="REPEATABLE READ")
        )
        self._listeners: list[Callable[[list[Event]], None]] = []
        # SQLite has one writer at a time: waiting here is fair and cheap, its busy handler is neither.
        self._turns = Turns(uptime)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def on_events(self, listener: Callable[[list[Event]], None]) -> None:
        """Call `listener` after each commit of this process that recorded events. It must not block."""
        self._listeners.append(listener)

    @contextmanager
    def connection(self, *, is_awaited: bool = True) -> Iterator[Connection]:
        """A connection to do several transactions on: they share its temporary tables.

        Not `is_awaited`: SQLite does not wait for the disk at their ends. What they wrote is as
        lasting as the next transaction that does wait, so it must be worth nothing without that one.
        """
        relaxed = self.is_sqlite and not is_awaited
        with _translating(), self.engine.connect() as connection:
            if relaxed:
                _set_synchronous(connection, "NORMAL")
            try:
                yield connection
            finally:
                if relaxed:
                    _set_synchronous(connection, "FULL")

    @contextmanager
    def transaction(self, on: Connection | None = None) -> Iterator[Transaction]:
        """A write transaction: all of it, or nothing if the block raises.

        Raises Unavailable when the database is unreachable, or busy for longer than BUSY_S from now,
        Conflict when a constraint refuses, Invalid for a value that no database can keep.
        """
        with self._turn() as left_s:
            tx = yield from self._transact(on, left_s)
        if tx.events:
            for listener in self._listeners:
                listener(tx.events)

    @contextmanager
    def _turn(self) -> Iterator[float]:
        """Be the one writer of this process, where there can be only one; the seconds left to begin."""
        if not self.is_sqlite:
            yield BUSY_S
            return
        try:
            with self._turns.take(BUSY_S) as left_s:
                yield left_s
        except TooLate:
            raise _busy("its turn to write did not come in time") from None

    def _transact(
        self, on: Connection | None, left_s: float
    ) -> Generator[Transaction, None, Transaction]:
        with _translating(), self._connected(on) as connection, connection.begin():
            if self.is_sqlite:
                _begin_writing(connection, left_s)
            tx = Transaction(connection, self.clock())
            yield tx
            for say in tx.last_words:
                say()
            tx.flush_events()
        return tx

    @contextmanager
    def read(self, on: Connection | None = None) -> Iterator[Read]:
        """A consistent snapshot for reading."""
        with _translating(), self._connected(on, self._reading) as connection, connection.begin():
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            yield Read(connection, self.clock())

    def _connected(
        self, on: Connection | None, engine: Engine | None = None
    ) -> AbstractContextManager[Connection]:
        return (engine or self.engine).connect() if on is None else nullcontext(on)

    def close(self) -> None:
        self.engine.dispose()


def _begin_writing(connection: Connection, left_s: float) -> None:
    """Wait no longer for other processes than what is left of this writer's patience."""
    usual_ms, left_ms = round(BUSY_S * 1000), math.ceil(left_s * 1000)
    if left_ms >= usual_ms:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    connection.exec_driver_sql(f"PRAGMA busy_timeout={left_ms}")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={usual_ms}")


def _set_synchronous(connection: Connection, how: str) -> None:
    with connection.begin():
        connection.exec_driver_sql(f"PRAGMA synchronous={how}")


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def _engine(url: str, pool_size: int, checkpoint_pages: int) -> Engine:
    if not url.startswith("sqlite"):
        engine = create_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_use_lifo=True)
        _ping_the_idle(engine)
        return engine
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=pool_size,
        connect_args={"timeout": BUSY_S, "check_same_thread": False, "isolation_level": None},
    )

    @sa_event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={round(BUSY_S * 1000)}",
            "cache_size=-65536",
            "mmap_size=268435456",
            f"wal_autocheckpoint={checkpoint_pages}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _ping_the_idle(engine: Engine) -> None:
    """Ask connections that have not been used for a moment whether they are still there.

    SQLAlchemy's own `pool_pre_ping` asks at every use: a tenth of what a list of jobs takes.
    """

    @sa_event.listens_for(engine, "checkin")
    def _note(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["used_at"] = time.monotonic()

    @sa_event.listens_for(engine, "checkout")
    def _ask(connection: Any, record: ConnectionPoolEntry, _fairy: Any) -> None:
        used_at = record.info.get("used_at")
        if used_at is None or time.monotonic() - used_at < _IDLE_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError("It went away while nobody used it.") from error


# Numbers of more than 64 bits and text that is not UTF-8 are refused by SQLite's driver and by orjson
# in words of Python, by PostgreSQL in its own.
_UNFIT = (OverflowError, UnicodeEncodeError, JSONEncodeError)
_REFUSALS = (StatementError, *_UNFIT)
# SQLite's words, then the system's in PostgreSQL's.
_FULL = ("database or disk is full", "No space left on device")


@contextmanager
def _translating() -> Iterator[None]:
    try:
        yield
    except _REFUSALS as error:
        _translate(error)


def _translate(error: Exception) -> NoReturn:
    """Raise what the driver's error means, in our words."""
    reason = error.orig if isinstance(error, StatementError) else error
    if isinstance(error, DataError) or isinstance(reason, _UNFIT):
        why = str(reason).partition("\n")[0]
        raise Invalid(
            "A number or text is not one that the database can keep.", reason=why
        ) from error
    if isinstance(error, IntegrityError):
        raise Conflict("The database refused the change.", reason=str(error.orig)) from error
    if isinstance(error, OperationalError):
        why = str(reason)
        if any(words in why for words in _FULL):
            raise Unavailable(
                "There is no space left on the database's disk.", reason=why
            ) from error
        if "database is locked" in why:
            raise _busy(why) from error
        raise Unavailable(
            "The database does not answer.", reason=why, retry_after_s=RETRY_AFTER_S
        ) from error
    raise error


def _busy(why: str) -> Unavailable:
    return Unavailable(
        "Others have been writing to the database for too long. Try again.",
        reason=why,
        retry_after_s=RETRY_AFTER_S,
    )
