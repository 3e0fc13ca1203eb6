"""The migrations build exactly what the schema says."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from safelight.errors import Conflict
from safelight.store import data, migrations
from safelight.store.data import NewData
from safelight.store.db import Database, sqlite_url
from safelight.store.migrations import pending, upgrade
from safelight.store.schema import metadata
from tests.factories import add_house
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


def _mark(db: Database, revision: str) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})


def test_what_a_database_lacks_is_known_in_order(db: Database, tmp_path: Path) -> None:
    assert pending(db) == []
    _mark(db, "0004")
    assert pending(db)[:2] == ["0005", "0006"]
    empty = Database(sqlite_url(tmp_path / "empty.db"))
    try:
        assert pending(empty)[:3] == ["0001", "0002", "0003"]
    finally:
        empty.close()


def test_a_database_that_a_newer_version_has_changed_is_refused_in_a_sentence(
    db: Database,
) -> None:
    _mark(db, "9999")
    for step in (pending, upgrade):
        with pytest.raises(Conflict, match=r"^A newer Safelight has used this database: "):
            step(db)
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def test_files_that_imports_did_not_count_are_counted(db: Database) -> None:
    house = add_house(db)
    with db.transaction() as tx:
        new = [NewData(f"{number}.jpg") for number in range(3)]
        data.add_many(tx, house.datalake_id, new, house.member)
    counts = text("SELECT datalake_id, block, number FROM data_block ORDER BY 1, 2")
    with db.engine.begin() as connection:
        right = connection.execute(counts).all()
        connection.execute(text("UPDATE data_block SET number = 1"))
    _mark(db, "0013")
    upgrade(db)
    with db.engine.connect() as connection:
        assert connection.execute(counts).all() == right


BROKEN = """
from alembic import op

revision = "broken"
down_revision = {head!r}


def upgrade() -> None:
    op.execute("CREATE TABLE half (done INTEGER)")
    op.execute("UPDATE installation SET salt = salt + 1")
    raise RuntimeError("the machine was switched off")
"""


def test_a_migration_that_breaks_changes_nothing(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped, more = Path(migrations.__file__).parent / "versions", tmp_path / "more"
    more.mkdir()
    head = ScriptDirectory.from_config(migrations.config()).get_current_head()
    (more / "broken.py").write_text(BROKEN.format(head=head))
    found = migrations.config()
    found.set_main_option("path_separator", "os")
    found.set_main_option("version_locations", f"{shipped}{os.pathsep}{more}")
    monkeypatch.setattr(migrations, "config", lambda: found)
    before = inspect(db.engine).get_table_names()
    assert pending(db) == ["broken"]
    with pytest.raises(RuntimeError, match="switched off"):
        upgrade(db)
    assert inspect(db.engine).get_table_names() == before
    assert pending(db) == ["broken"]
    with db.transaction():
        pass  # and nobody is locked out
