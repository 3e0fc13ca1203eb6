"""Thumbnails of many pictures, to bare libvips on the same files and processors.

    python -m benchmarks.thumbnails [--pictures 400]

JPEG files of 12 megapixels, made for it. Both sides use as many threads as the server makes thumbnails at
once; the floor calls libvips' own `thumbnail` and writes the same WebP. Prints the share of the floor's speed.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import TypeVar

import pyvips

from safelight.actions import thumbnails
from safelight.actions.context import Context, open_context
from safelight.actions.data import Arrival
from safelight.actions.first_start import first_owner, prepare
from safelight.config import Settings
from safelight.domain.permissions import Actor
from safelight.store import datalakes, organizations
from safelight.store.data import Data
from safelight.store.db import Database
from safelight.store.migrations import upgrade

T = TypeVar("T")
ROUNDS = 3
WIDTH, HEIGHT = 4000, 3000
GOAL = 0.8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=400)
    count = parser.parse_args().pictures
    with tempfile.TemporaryDirectory(prefix="safelight-bench-") as folder:
        data = Path(folder) / "data"
        data.mkdir(mode=0o700)
        settings = Settings(data=data)
        database = Database(settings.database)
        upgrade(database)
        prepare(database)
        context = open_context(settings, database)
        with closing(database):
            found = [uploaded(context, jpeg(number)) for number in range(count)]
            shares = [share(context, found, Path(folder) / "bare") for _ in range(ROUNDS)]
        context.hub.close()
    print(f"{median(shares):.2f}   of libvips' speed ({count} pictures; goal: at least {GOAL})")


def jpeg(number: int) -> bytes:
    """A picture with as much detail as one of a camera, and its own content."""
    noise = pyvips.Image.gaussnoise(WIDTH // 8, HEIGHT // 8, mean=128, sigma=40, seed=number)
    image = noise.resize(8).cast("uchar").bandjoin([128, 90]).copy(interpretation="srgb")
    return bytes(image.jpegsave_buffer(Q=90))


def uploaded(context: Context, content: bytes) -> Data:
    with context.db.transaction() as tx:
        home = organizations.first(tx)
        assert home is not None
        by = Actor(first_owner(tx), "owner", home.organization_id, "owner")
        datalake = datalakes.default(tx, home.organization_id)
    arrival = Arrival(context, by, "a.jpg")
    arrival.write(content)
    arrival.close()
    return arrival.enter(datalake.datalake_id)


def share(context: Context, found: list[Data], bare: Path) -> float:
    bare.mkdir(exist_ok=True)
    files = [context.blobs.path(one.object_name or "") for one in found]
    floor = timed(lambda file: bare_thumbnail(file, bare), files)
    ours = timed(lambda one: thumbnails.ensure(context, one).unlink(), found)
    return floor / ours


def bare_thumbnail(file: Path | None, bare: Path) -> None:
    assert file is not None
    small = pyvips.Image.thumbnail(
        str(file), thumbnails.USUAL, height=thumbnails.USUAL, size="down", export_profile="srgb"
    )
    small.webpsave(str(bare / f"{file.parent.name}.webp"), Q=80, effort=2, strip=True)


def timed(work: Callable[[T], None], things: Iterable[T]) -> float:
    start = time.perf_counter()
    with ThreadPoolExecutor(thumbnails.AT_ONCE) as pool:
        list(pool.map(work, things))
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
