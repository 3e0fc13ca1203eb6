"""A fork of a version with 1,000,000 annotated pictures, to the bare copy of their pointers in SQL.

    python -m benchmarks.fork [--pictures 1000000] [--rounds 3] [--database sqlite|postgresql]

Prints the ratio of the operation, from the start of its work to its commit, to one `INSERT ... SELECT` of the same
rows in a transaction of its own, measured in turn on the same database.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import UUID

from sqlalchemy import text

from benchmarks.databases import database
from safelight.actions.context import Context, open_context
from safelight.actions.first_start import first_owner, prepare
from safelight.actions.fork import launch_fork
from safelight.config import Settings
from safelight.domain.annotations import Numbers
from safelight.domain.datasets import Label, LabelList
from safelight.domain.operations import Fork
from safelight.domain.permissions import Actor
from safelight.internals import CHECKPOINT_PAGES, operate
from safelight.store import (
    assets,
    changes,
    data,
    datalakes,
    datasets,
    documents,
    labels,
    organizations,
    versions,
)
from safelight.store.assets import NewAsset
from safelight.store.changes import Author
from safelight.store.data import NewData
from safelight.store.db import Database
from safelight.store.documents import NewDocument
from safelight.store.migrations import upgrade

AT_ONCE = 20_000
SAID = NewDocument(b'{"a":[{"n":1,"at":0,"s":[{"n":1,"k":"r","l":1,"g":[1,2,3,4]}]}]}', {1: 1}, 1)
BARE = text(
    "INSERT INTO asset (version_key, data_key, created_at, document_key, next_annotation, next_shape) "
    "SELECT :into, data_key, :now, document_key, next_annotation, next_shape FROM asset "
    "WHERE version_key = :source ORDER BY asset_key"
)
GOALS = {"sqlite": 1.5, "postgresql": 4.0}


@dataclass(frozen=True)
class Place:
    """A house with a full version."""

    context: Context
    actor: Actor
    version_id: UUID


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", choices=tuple(GOALS), default="sqlite")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="safelight-bench-") as folder:
        with database(asked.database, Path(folder)) as url:
            place = fill(url, Path(folder), asked.pictures)
            floors, forks = [], []
            for number in range(asked.rounds):
                floors.append(bare_copy(place))
                forks.append(fork(place, f"fork {number}"))
            place.context.db.close()
    ratio = median(fork / floor for fork, floor in zip(forks, floors, strict=True))
    print(
        f"{ratio:.2f}   fork {median(forks):.2f} s, bare copy {median(floors):.2f} s "
        f"({asked.pictures:,} pictures, {asked.database}; goal: at most {GOALS[asked.database]} s)"
    )


def fill(url: str, folder: Path, pictures: int) -> Place:
    """A version with so many pictures, each with a shape."""
    db = Database(url, checkpoint_pages=CHECKPOINT_PAGES)
    upgrade(db)
    prepare(db)
    context = open_context(Settings(data=folder), db)
    with db.transaction() as tx:
        home = organizations.first(tx)
        assert home is not None
        actor = Actor(first_owner(tx), "owner", home.organization_id, "owner")
        author = Author(actor.user_id)
        lake = datalakes.default(tx, home.organization_id)
        dataset = datasets.add(tx, home.organization_id, "bench", by=author)
        version = versions.add(tx, home.organization_id, dataset.dataset_id, "v1", by=author)
        labels.write(tx, version, LabelList((Label(1, "apple"),)), author)
    for at in range(0, pictures, AT_ONCE):
        names = range(at, min(pictures, at + AT_ONCE))
        with db.transaction() as tx:
            version = versions.open_to_write(
                tx, home.organization_id, version.version_id, alone=True
            )
            new = [NewData(f"{name}.jpg", 640, 480) for name in names]
            keys = data.add_many(tx, lake.datalake_id, new, actor.user_id)
            said = documents.add_many(tx, home.organization_id, [SAID] * len(names))
            change_set = changes.open_set(
                tx, home.organization_id, version.version_key, author, changes.ASSETS
            )
            rows = zip(keys, said, strict=True)
            added = [NewAsset(key, document, Numbers(2, 2)) for key, document in rows]
            assets.add_pointing(tx, change_set, version, added)
    return Place(context, actor, version.version_id)


def bare_copy(place: Place) -> float:
    """Seconds of the statement and its commit; taken away again afterwards."""
    db, house = place.context.db, place.actor.organization_id
    with db.transaction() as tx:
        source = versions.get(tx, house, place.version_id)
        into = versions.add(tx, house, source.dataset_id, "bare", by=Author(place.actor.user_id))
    began = time.perf_counter()
    with db.transaction() as tx:
        values = {"into": into.version_key, "source": source.version_key, "now": tx.now}
        tx.execute(BARE.bindparams(**values))
    took = time.perf_counter() - began
    with db.transaction() as tx:
        tx.execute(
            text("DELETE FROM asset WHERE version_key = :into").bindparams(into=into.version_key)
        )
        versions.remove(tx, into, by=Author(place.actor.user_id))
    return took


def fork(place: Place, name: str) -> float:
    """Seconds of the operation in this process."""
    asked = Fork(name=name)
    _, _, run = launch_fork(place.context, place.actor, place.version_id, asked)
    began = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        code = operate(place.context, run.run_id)
    took = time.perf_counter() - began
    if code:
        raise SystemExit("the fork failed")
    return took


if __name__ == "__main__":
    main()
