"""How much slower than a bare route the jobs list is with a million jobs: one ratio per query, p95 to p95.

    python -m benchmarks.jobs_list [--jobs 1000000] [--rounds 200] [--database sqlite|postgresql] [--keep DIR]

Each query is timed against a route of the same server software that answers the same bytes, in turn.
`--keep` leaves the SQLite database in a folder, and takes it from there the next time.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import httpx
from tests.postgres import PostgresServer

from benchmarks.many_jobs import RARE, Made, fill_postgresql, fill_sqlite
from benchmarks.served import bare_route, percentile, safelight_up

DAY_US = 86_400_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--only", default="", help="queries with this in their name")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="safelight-bench-") as folder:
        open_one = on_sqlite if given.database == "sqlite" else on_postgresql
        with open_one(Path(folder), given.jobs, given.keep) as (client, made):
            ratios = [
                measure(client, name, path, given.rounds, Path(folder))
                for name, path in queries(client, made).items()
                if given.only in name
            ]
    print(f"worst ratio {max(ratios):.2f} with {given.jobs} jobs on {given.database} (goal: 5)")


@contextmanager
def on_sqlite(folder: Path, jobs: int, keep: Path | None) -> Iterator[tuple[httpx.Client, Made]]:
    """A server on a filled SQLite file."""
    data = folder / "data"
    kept = keep / f"jobs-{jobs}" if keep else None
    if kept and kept.exists():
        shutil.copytree(kept, data)
    else:
        with safelight_up(data):
            pass  # makes the schema and the first organization
        made = fill_sqlite(data / "safelight.db", jobs)
        (data / "made.json").write_text(json.dumps(made, default=str))
        if kept:
            shutil.copytree(data, kept)
    each = json.loads((data / "made.json").read_text())
    with safelight_up(data) as client:
        yield client, Made(*([UUID(text) for text in texts] for texts in each))


@contextmanager
def on_postgresql(
    folder: Path, jobs: int, _keep: Path | None
) -> Iterator[tuple[httpx.Client, Made]]:
    """A server on a PostgreSQL server of its own."""
    postgres = PostgresServer(is_durable=True)
    try:
        postgres.create("many")
        address = {"SAFELIGHT_DATABASE_URL": postgres.url("many")}
        with safelight_up(folder / "data", **address):
            pass
        made = fill_postgresql(postgres.url("many"), jobs)
        with safelight_up(folder / "data", **address) as client:
            yield client, made
    finally:
        postgres.stop()


def queries(client: httpx.Client, made: Made) -> dict[str, str]:
    """Twelve pages and six counts. The user of "an empty pair" never trained."""
    never, target = made.users[1], made.targets[5]
    ago = quote(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 90 * 86_400)))
    pages = {
        "first page": "",
        "a page from the middle": f"after={middle_cursor(client)}",
        "type": "type=TRAINING",
        "status": "status=FAILED",
        "user": f"user={never}",
        "object": f"object={target}",
        "engine, before a date": f"engine=container&triggered_before={ago}",
        "kind of failure": "failure_kind=lost",
        "processing and user": f"processing={made.processings[1]}&user={made.users[2]}",
        "an empty pair": f"type=TRAINING&user={never}",
        "common text": "search=import",
        "rare text": f"search={RARE}",
    }
    counted = (
        "first page",
        "user",
        "kind of failure",
        "processing and user",
        "common text",
        "rare text",
    )
    return {
        **{name: f"/api/v1/jobs?{query}" for name, query in pages.items()},
        **{f"counts: {name}": f"/api/v1/jobs/counts?{pages[name]}" for name in counted},
    }


def middle_cursor(client: httpx.Client) -> str:
    """The cursor of a page far down: the place of a job of half the age of the oldest."""
    newest = client.get("/api/v1/jobs", params={"limit": 1}).json()
    at = int(newest["next"].partition(".")[0], 16)
    return f"{at - 100 * DAY_US:x}.1"


def measure(client: httpx.Client, name: str, path: str, rounds: int, folder: Path) -> float:
    body = folder / "body.json"
    body.write_bytes(client.get(path).raise_for_status().content)
    ours: list[float] = []
    floor: list[float] = []
    with bare_route(body) as bare:
        for _ in range(rounds):
            ours.append(_timed(client, path))
            floor.append(_timed(bare, "/"))
    ratio = percentile(ours, 0.95) / percentile(floor, 0.95)
    print(
        f"{name:28} {ratio:6.2f}   p50 {percentile(ours, 0.5) * 1000:5.1f}, "
        f"p95 {percentile(ours, 0.95) * 1000:5.1f} ms, bare p95 "
        f"{percentile(floor, 0.95) * 1000:.1f} ms, {body.stat().st_size} bytes",
        flush=True,
    )
    return ratio


def _timed(client: httpx.Client, path: str) -> float:
    start = time.perf_counter()
    client.get(path).raise_for_status()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
