"""A fresh database with an import that is ready to run, for a benchmark without a server."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from safelight.actions import objects
from safelight.actions.context import open_context
from safelight.actions.first_start import first_owner, prepare
from safelight.actions.import_annotations import launch_import
from safelight.actions.selection import KIND
from safelight.config import Settings
from safelight.domain.permissions import Actor
from safelight.store import datasets, organizations, versions
from safelight.store import objects as stored
from safelight.store.changes import Author
from safelight.store.db import Database
from safelight.store.migrations import upgrade


def prepare_import(file: Path, data: Path, url: str = "") -> UUID:
    """Make the database (`url`, or SQLite in the data folder), link the file into it and launch its
    import; the id of the run.
    """
    data.mkdir(parents=True, exist_ok=True)
    settings = Settings(data=data, database_url=url)
    db = Database(settings.database)
    upgrade(db)
    prepare(db)
    context = open_context(settings, db)
    with db.transaction() as tx:
        home = organizations.first(tx)
        assert home is not None
        actor = Actor(first_owner(tx), "owner", home.organization_id, "owner")
        author = Author(actor.user_id)
        dataset = datasets.add(tx, home.organization_id, "bench", by=author)
        version = versions.add(tx, home.organization_id, dataset.dataset_id, "v1", by=author)
        name = objects.issue_name(tx, home.organization_id, KIND, file.name)
        stored.finish(tx, name, size=file.stat().st_size, content_type="application/json")
    place = data / "objects" / name
    place.parent.mkdir(parents=True)
    place.symlink_to(file)
    _, run = launch_import(context, actor, version.version_id, name, file.name)
    db.close()
    return run.run_id
