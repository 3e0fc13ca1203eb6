"""Alembic migrations of the database; `upgrade` brings a database to the newest schema."""

from __future__ import annotations

from alembic import command
from alembic.config import Config

from safelight.store.db import Database


def upgrade(db: Database) -> None:
    """Bring the database to the newest schema; safe to call at every start."""
    config = Config()
    config.set_main_option("script_location", "safelight.store:migrations")
    with db.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
