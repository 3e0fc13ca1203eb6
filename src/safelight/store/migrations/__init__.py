"""Alembic migrations of the database; `upgrade` brings a database to the newest schema."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from safelight.errors import Conflict
from safelight.store.db import Database


def config() -> Config:
    """Where Alembic finds the migrations."""
    found = Config()
    found.set_main_option("script_location", "safelight.store:migrations")
    return found


def pending(db: Database) -> list[str]:
    """The migrations that this version has and the database has not, oldest first.

    Raises Conflict for a database that a newer version has changed.
    """
    script = ScriptDirectory.from_config(config())
    with db.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    known = [each.revision for each in script.walk_revisions()]  # newest first
    if current is None:
        return known[::-1]
    if current not in known:
        raise Conflict(
            f"A newer Safelight has used this database: its schema is {current}, this version knows "
            f"up to {known[0]}. Start the newer version again, or restore the backup of before the "
            "upgrade.",
            schema=current,
            known=known[0],
        )
    return known[: known.index(current)][::-1]


def upgrade(db: Database) -> None:
    """Bring the database to the newest schema; safe to call at every start. Raises as `pending`."""
    if not pending(db):
        return
    with db.engine.connect() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
