"""What the page of a version asks for, at 1,000,000 pictures: pages of the gallery, lists by label, statistics.

    python -m benchmarks.gallery [--pictures 1000000] [--rounds 40] [--database sqlite|postgresql]

Prints the 95th percentile of each question, as the routes ask it, from its beginning to the bytes of the answer; and
how long it takes to count the version, which is done in the background.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import quantiles

from fastapi import Response
from sqlalchemy import text

from benchmarks.databases import KINDS, database
from benchmarks.fork import Place, fill
from safelight.api.assets import list_assets
from safelight.api.statistics import get_statistics
from safelight.domain.annotations import Annotation, Document, ShapeKind, draft
from safelight.domain.assetquery import read_query
from safelight.domain.datasets import Label, LabelList
from safelight.store import assetblocks, documents, labels, statistics, versions
from safelight.store.changes import Author
from safelight.store.db import Read
from safelight.store.documents import NewDocument
from safelight.store.versions import Version

GOAL_MS = 50.0
RARE = 5  # pictures that have the rare label


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="safelight-bench-") as folder,
        database(asked.database, Path(folder)) as url,
    ):
        place = fill(url, Path(folder), asked.pictures)
        newest, rare = label_some(place)
        print(f"{asked.pictures:,} pictures, {asked.database}; goal: p95 of {GOAL_MS:.0f} ms")
        for name, ask in questions(place, newest).items():
            print(f"{p95(ask, asked.rounds):8.1f} ms   {name}, before it is counted")
        print(f"{count(place):8.1f} s    to count it")
        for name, ask in questions(place, newest).items():
            print(f"{p95(ask, asked.rounds):8.1f} ms   {name}")
        check(place, rare)
        place.context.db.close()


def label_some(place: Place) -> tuple[int, set[int]]:
    """Give a few pictures a second label; the newest key of all, and the keys of the few."""
    house = place.actor.organization_id
    with place.context.db.transaction() as tx:
        version = versions.open_to_write(tx, house, place.version_id, alone=True)
        both = LabelList((Label(1, "apple"), Label(2, "pear")))
        labels.write(tx, version, both, Author(place.actor.user_id))
        shape = draft(ShapeKind.RECTANGLE, 2, [1, 2, 30, 40])
        said = NewDocument.of(Document((Annotation(1, 0, shapes=(shape,)),)))
        last = newest_key(tx, version)
        first = last - version.asset_count + 1
        some = {first + at * version.asset_count // RARE for at in range(RARE)}
        for key, document in zip(some, documents.add_many(tx, house, [said] * RARE), strict=True):
            point = text("UPDATE asset SET document_key = :document WHERE asset_key = :key")
            tx.execute(point.bindparams(document=document, key=key))
        assetblocks.touch(tx, version.version_key, some)
    return last, some


def newest_key(read: Read, version: Version) -> int:
    newest = text("SELECT max(asset_key) FROM asset WHERE version_key = :version")
    return int(read.scalar(newest.bindparams(version=version.version_key)))


def questions(place: Place, newest: int) -> dict[str, Callable[[], object]]:
    pictures = partial(page, place)
    middle = partial(random.randint, newest // 4, newest)
    return {
        "first page": lambda: pictures(""),
        "a page in the middle": lambda: pictures("", middle()),
        "pictures with a label that each has": lambda: pictures("label:apple"),
        "the same, in the middle": lambda: pictures("label:apple", middle()),
        "pictures with a label that hardly one has": lambda: pictures("label:pear"),
        "pictures without the label that each has": lambda: pictures("-label:apple"),
        "pictures with nothing said": lambda: pictures("-is:annotated"),
        "pictures with many shapes": lambda: pictures("shapes:>=20"),
        "a step of the search for a name": lambda: pictures("nowhere"),
        "statistics": lambda: get_statistics(place.version_id, place.actor, place.context.db),
    }


def page(place: Place, q: str, after: int | None = None) -> Response:
    return list_assets(
        place.version_id, place.actor, place.context, read_query(q), after=after, limit=60
    )


def p95(ask: Callable[[], object], rounds: int) -> float:
    """Milliseconds."""
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    return quantiles(took, n=20)[-1]


def count(place: Place) -> float:
    """Seconds, without the rests between the steps."""
    with place.context.db.read() as read:
        key = versions.get(read, place.actor.organization_id, place.version_id).version_key
    began = time.perf_counter()
    while statistics.count(place.context.db, key):
        pass
    return time.perf_counter() - began


def check(place: Place, rare: set[int]) -> None:
    """Whether the quick answers are right."""
    body = bytes(page(place, "label:pear").body)
    found = body.count(b'"data_id"')
    if found != len(rare):
        raise SystemExit(f"{found} pictures have the rare label, not {len(rare)}")


if __name__ == "__main__":
    main()
