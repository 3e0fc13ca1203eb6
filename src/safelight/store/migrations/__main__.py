"""Writes a migration from what the schema has and the migrations do not: `python -m ... WHAT`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

from safelight.store.db import Database, sqlite_url
from safelight.store.migrations import config, upgrade


def main() -> None:
    """Write one new file under `versions`; triggers and search tables are added to it by hand."""
    with tempfile.TemporaryDirectory() as folder:
        db = Database(sqlite_url(Path(folder) / "schema.db"))
        upgrade(db)
        settings = config()
        versions = Path(__file__).parent / "versions"
        number = f"{len(list(versions.glob('[0-9]*.py'))) + 1:04}"
        with db.engine.connect() as connection:
            settings.attributes["connection"] = connection
            command.revision(settings, "_".join(sys.argv[1:]), autogenerate=True, rev_id=number)


if __name__ == "__main__":
    main()
