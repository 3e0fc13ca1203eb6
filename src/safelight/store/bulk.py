"""Many rows at once, past the statement layer: its bookkeeping per row costs more than the databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from safelight.store.columns import Id, Json
from safelight.store.db import Read

_AT_ONCE = 20_000


def upsert(tx: Read, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that can say ON CONFLICT, in the words of the database in use."""
    return sqlite.insert(table) if tx.dialect == "sqlite" else postgresql.insert(table)


def insert(
    tx: Read, columns: Sequence[Column[Any]], rows: Sequence[tuple[Any, ...]], then: str = ""
) -> None:
    """Insert rows of values in the order of the columns. `then`: an ON CONFLICT clause."""
    if not rows:
        return
    table: Table = columns[0].table
    names = ", ".join(column.name for column in columns)
    into = f"INSERT INTO {table.name} ({names})"
    ready = _prepared(tx, columns, rows)
    if tx.dialect == "sqlite":
        marks = ", ".join("?" for _ in columns)
        tx.connection.exec_driver_sql(f"{into} VALUES ({marks}) {then}", ready)
        return
    if not then:
        _copy(tx, f"COPY {table.name} ({names}) FROM STDIN (FORMAT BINARY)", columns, ready)
        return
    for at in range(0, len(ready), _AT_ONCE):
        some = ready[at : at + _AT_ONCE]
        tx.connection.exec_driver_sql(
            f"{into} SELECT * FROM {_unnest(columns)} {then}", _arrays(some)
        )


def _copy(
    tx: Read, statement: str, columns: Sequence[Column[Any]], rows: Sequence[tuple[Any, ...]]
) -> None:
    """PostgreSQL's own way in: bytes go as they are, where a statement's parameters would be text."""
    connection = tx.connection
    driver: Any = connection.connection.driver_connection
    refusal = connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types([_type_name(column.type) for column in columns])
            for row in rows:
                copy.write_row(row)
    except refusal as error:
        raise DBAPIError.instance(
            statement, None, error, refusal, dialect=connection.dialect
        ) from error


def update(
    tx: Read,
    key: Column[Any],
    columns: Sequence[Column[Any]],
    rows: Sequence[tuple[Any, ...]],
    *,
    never_lower: Sequence[Column[Any]] = (),
) -> None:
    """Set columns of the rows with these keys; each row of values ends with its key.

    A column in `never_lower` keeps its value where that is greater.
    """
    if not rows:
        return
    table: Table = key.table
    greatest = "max" if tx.dialect == "sqlite" else "greatest"
    ready = _prepared(tx, [*columns, key], rows)
    kept = {column.name for column in never_lower}

    def set_to(source: Callable[[Column[Any]], str]) -> str:
        return ", ".join(
            f"{column.name} = "
            + (
                f"{greatest}({table.name}.{column.name}, {source(column)})"
                if column.name in kept
                else source(column)
            )
            for column in columns
        )

    if tx.dialect == "sqlite":
        tx.connection.exec_driver_sql(
            f"UPDATE {table.name} SET {set_to(lambda _: '?')} WHERE {key.name} = ?", ready
        )
        return
    names = ", ".join(column.name for column in (*columns, key))
    for at in range(0, len(ready), _AT_ONCE):
        some = ready[at : at + _AT_ONCE]
        tx.connection.exec_driver_sql(
            f"UPDATE {table.name} SET {set_to(lambda column: f'new.{column.name}')} "
            f"FROM {_unnest([*columns, key])} AS new ({names}) "
            f"WHERE {table.name}.{key.name} = new.{key.name}",
            _arrays(some),
        )


def _prepared(
    tx: Read, columns: Sequence[Column[Any]], rows: Sequence[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """The rows as the driver takes them. Column by column: most need nothing done."""
    values: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for position, column in enumerate(columns):
        process = _process(tx, column.type)
        if process is not None:
            values[position] = [
                None if value is None else process(value) for value in values[position]
            ]
    return list(zip(*values, strict=True))


def _process(tx: Read, type: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    if isinstance(type, Json):
        return lambda value: orjson.dumps(value).decode()
    if isinstance(type, Id) and tx.dialect == "sqlite":
        return lambda value: value.bytes
    return None


def _unnest(columns: Sequence[Column[Any]]) -> str:
    arrays = ", ".join(f"%s::{_type_name(column.type)}[]" for column in columns)
    return f"unnest({arrays})"


def _type_name(type: TypeEngine[Any]) -> str:
    if isinstance(type, Id):
        return "uuid"
    for known, name in (
        (BigInteger, "bigint"),
        (Integer, "integer"),
        (Boolean, "boolean"),
        (LargeBinary, "bytea"),
    ):
        if isinstance(type, known):
            return name
    return "text"


def _arrays(rows: Sequence[tuple[Any, ...]]) -> tuple[list[Any], ...]:
    return tuple([*column] for column in zip(*rows, strict=True))
