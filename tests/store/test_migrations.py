"""The migrations build exactly what the schema says."""

from __future__ import annotations

import re
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from safelight.store.db import Database, sqlite_url
from safelight.store.migrations import upgrade
from safelight.store.schema import metadata


def test_nothing_is_left_to_migrate(db: Database) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _is_ours})
        assert compare_metadata(context, metadata) == []


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    # Made by statements in TRIGGERS, which Alembic does not know: search tables and their index.
    return not (name or "").startswith("job_search") and (kind, name) != ("index", "ix_job_search")


def test_migrating_and_creating_give_the_same_sqlite_file(tmp_path: Path) -> None:
    migrated = Database(sqlite_url(tmp_path / "migrated.db"))
    upgrade(migrated)
    created = Database(sqlite_url(tmp_path / "created.db"))
    metadata.create_all(created.engine)
    try:
        assert _definitions(migrated) == _definitions(created)
    finally:
        migrated.close()
        created.close()


def _definitions(db: Database) -> set[tuple[str, str]]:
    query = text(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL "
        "AND name NOT LIKE 'sqlite_%' AND name != 'alembic_version'"
    )
    with db.engine.connect() as connection:
        return {(row.name, re.sub(r"\s+", "", row.sql)) for row in connection.execute(query)}


def test_migrating_twice_changes_nothing(db: Database) -> None:
    upgrade(db)
