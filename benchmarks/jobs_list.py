"""How much slower than a bare route the jobs list is with many jobs: one ratio per query, p95 to p95.

    python -m benchmarks.jobs_list [--jobs 100000] [--rounds 200]

Each query is timed against a route of the same server software that answers the same bytes, in turn.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.served import bare_route, percentile, safelight_up
from safelight.ids import uuid7

NAMES = ("Augment", "Tile 4k captures", "Pre-annotate", "Import annotations, part", "Fork", "Train")
RARE = "cassiopeia"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="safelight-bench-") as folder:
        data = Path(folder) / "data"
        with safelight_up(data):
            pass  # makes the schema and the first organization
        fill(data / "safelight.db", given.jobs)
        with safelight_up(data) as client:
            worst = max(
                measure(client, name, path, given.rounds, Path(folder))
                for name, path in queries(client).items()
            )
    print(f"worst ratio {worst:.2f} with {given.jobs} jobs (goal: at most 5)")


def queries(client: httpx.Client) -> dict[str, str]:
    cursor = middle_cursor(client)
    return {
        "first page": "/api/v1/jobs",
        "type filter": "/api/v1/jobs?type=TRAINING",
        "status filter": "/api/v1/jobs?status=FAILED",
        "common text": "/api/v1/jobs?search=import",
        "rare text": f"/api/v1/jobs?search={RARE}",
        "page from the middle": f"/api/v1/jobs?after={cursor}",
    }


def middle_cursor(client: httpx.Client) -> str:
    """The cursor of a page far down, reached by walking in big pages."""
    cursor = ""
    for _ in range(50):
        answer = client.get("/api/v1/jobs", params={"limit": 200, "after": cursor or None}).json()
        if not answer["next"]:
            break
        cursor = answer["next"]
    return cursor


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
        f"{name:22} {ratio:6.2f}   p95 {percentile(ours, 0.95) * 1000:.1f} ms, "
        f"bare {percentile(floor, 0.95) * 1000:.1f} ms, {body.stat().st_size} bytes"
    )
    return ratio


def _timed(client: httpx.Client, path: str) -> float:
    start = time.perf_counter()
    client.get(path).raise_for_status()
    return time.perf_counter() - start


def fill(database: Path, jobs: int) -> None:
    """Write finished jobs straight into the tables, one run each, a minute apart."""
    chance = random.Random(7)
    with sqlite3.connect(database) as db:
        organization, user = db.execute(
            "SELECT organization_id, user_id FROM membership WHERE role = 'owner'"
        ).fetchone()
        now = time.time_ns() // 1000
        job_rows, run_rows = [], []
        for number in range(jobs):
            at = now - (jobs - number) * 60_000_000
            job_id, run_id = uuid7().bytes, uuid7().bytes
            kind = chance.choice(("PROCESSING", "TRAINING", "INTERNAL"))
            status = chance.choices(("SUCCEEDED", "FAILED", "KILLED"), (90, 8, 2))[0]
            name = f"{chance.choice(NAMES)} {number}"
            if number % 40_000 == 17:
                name += f" {RARE}"
            failure = (
                '{"kind":"script_error","message":"It broke."}' if status == "FAILED" else None
            )
            job_rows.append(
                (job_id, organization, kind, kind.lower(), name, run_id, status, at, user, at)
            )
            run_rows.append(
                (run_id, job_id, organization, status, user, at, at, at + 5_000_000, failure)
            )
        db.executemany(
            "INSERT INTO job (job_id, organization_id, type, operation, name, latest_run_id, status,"
            " triggered_at, triggered_by, created_at) VALUES (?,?,?,?,?,?,?,?,?,?)",
            job_rows,
        )
        db.executemany(
            "INSERT INTO run (run_id, job_id, organization_id, number, status, engine, parameters,"
            " inputs, resources, source, triggered_by, created_at, started_at, finished_at, failure)"
            " VALUES (?,?,?,1,?,'local','{}','{}','{}','{}',?,?,?,?,?)",
            run_rows,
        )


if __name__ == "__main__":
    main()
