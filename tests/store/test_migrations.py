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
from tests.postgres import PostgresServer


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
        return {(row.name, part) for row in connection.execute(query) for part in _parts(row.sql)}


def _parts(sql: str) -> list[str]:
    """What a definition is made of. An added column stands last in a migrated table, wherever it is in
    the schema: the order of a table's columns and constraints means nothing to us.
    """
    text = re.sub(r"\s+", "", sql)
    if not text.startswith("CREATETABLE"):
        return [text]
    body, options = text[text.index("(") + 1 :].rsplit(")", 1)
    parts = re.split(r",(?![^()]*\))", body)
    return [*parts, f"options:{options}"]


def test_migrating_and_creating_give_the_same_postgresql_schema(postgres: PostgresServer) -> None:
    migrated = Database(postgres.url("template_safelight"))
    postgres.create("created")
    created = Database(postgres.url("created"))
    metadata.create_all(created.engine)
    try:
        assert _catalogue(migrated) == _catalogue(created)
    finally:
        migrated.close()
        created.close()


_CATALOGUE = (
    (
        "SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity "
        "FROM information_schema.columns WHERE table_schema = 'public'"
    ),
    (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace"
    ),
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    (
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger "
        "WHERE NOT tgisinternal"
    ),
    (
        "SELECT proname, regexp_replace(prosrc, '[[:space:]]', '', 'g') FROM pg_proc "
        "WHERE pronamespace = 'public'::regnamespace AND prolang = "
        "(SELECT oid FROM pg_language WHERE lanname = 'plpgsql')"
    ),
)


def _catalogue(db: Database) -> set[tuple[object, ...]]:
    with db.engine.connect() as connection:
        rows = [tuple(row) for query in _CATALOGUE for row in connection.execute(text(query))]
    return {row for row in rows if "alembic_version" not in row}


def test_migrating_twice_changes_nothing(db: Database) -> None:
    upgrade(db)
