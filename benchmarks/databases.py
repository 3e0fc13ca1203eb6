"""A fresh, empty database of either kind for a benchmark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import PostgresServer

from safelight.store.db import sqlite_url

KINDS = ("sqlite", "postgresql")


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """Its address. SQLite's lies in `folder`; PostgreSQL's server ends with the block."""
    if kind == "sqlite":
        yield sqlite_url(folder / "safelight.db")
        return
    server = PostgresServer(is_durable=True)
    try:
        server.create("bench")
        yield server.url("bench")
    finally:
        server.stop()
