"""Integer keys taken in advance, so that many rows and what refers to them are written in one go."""

from __future__ import annotations

from sqlalchemy import Table, func, literal_column, select, text

from safelight.store.db import Read


def reserve(tx: Read, table: Table, count: int) -> list[int]:
    """`count` fresh keys of a table, ascending. They are never given to anybody else.

    On SQLite this transaction is the only writer, so keys above the highest ever used are ours;
    AUTOINCREMENT counts on from what we insert. On PostgreSQL they come from the identity sequence.
    """
    if count == 0:
        return []
    column = table.primary_key.columns[0]
    if tx.dialect == "sqlite":
        first = next_key(tx, table)
        return list(range(first, first + count))
    sequence = func.pg_get_serial_sequence(table.name, column.name)
    numbers = func.generate_series(1, count).table_valued("value")
    rows = tx.all(select(func.nextval(sequence)).select_from(numbers).order_by(literal_column("1")))
    return sorted(row[0] for row in rows)


def next_key(tx: Read, table: Table) -> int:
    """The next key on SQLite: it and all above it are free until this transaction ends."""
    last = tx.scalar(
        text("SELECT seq FROM sqlite_sequence WHERE name = :name").bindparams(name=table.name)
    )
    return (last or 0) + 1
