"""Reading a log of 10,000,000 lines: any place through the API, and one hit at its end to `grep -n`.

    python -m benchmarks.log_read [--lines 10000000]

Also prints by how much the server's memory grew while it answered. The log is written at once, without
a script; what is measured is a real server on it.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from benchmarks import big_log
from benchmarks.log_append import started
from benchmarks.served import TOKEN, percentile, safelight_up
from safelight.actions import access, first_start
from safelight.actions.context import open_context
from safelight.config import Settings
from safelight.store import organizations
from safelight.store.db import Database, sqlite_url
from safelight.store.logs import CAPTURED
from safelight.store.migrations import upgrade

LAST = "RuntimeError: CUDA error 719 in the last line"
EXPRESSIONS = {  # each with one hit, in the last line
    "a word": r"RuntimeError",
    "a word and numbers": r"CUDA error \d+",
    "no text to look for": r"[A-Z]{4} [a-z]+ [0-9]{3} ",
}
READS, ROUNDS = 300, 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000_000)
    lines = parser.parse_args().lines
    with tempfile.TemporaryDirectory(prefix="safelight-bench-") as folder:
        data = Path(folder)
        run_id, file = prepare(data, lines)
        with safelight_up(data) as client:
            before = memory(client)
            path = f"/api/v1/runs/{run_id}/log"
            print(f"range read of 100 lines, p95   {1000 * reads(client, path, lines):.1f} ms")
            for name, expression in EXPRESSIONS.items():
                ours, floor = searches(client, path, expression, file, lines)
                print(
                    f"{name:30} {ours / floor:.2f}   {ours:.2f} s, `grep -n` {floor:.2f} s"
                    f"   ({expression})"
                )
            grown = memory(client) - before
            print(f"memory of the server grew by   {grown / 2**20:.0f} MiB; the log has ", end="")
            print(f"{file.stat().st_size / 2**20:,.0f} MiB")


def prepare(data: Path, lines: int) -> tuple[UUID, Path]:
    db = Database(sqlite_url(data / "safelight.db"))
    upgrade(db)
    first_start.prepare(db)
    with db.transaction() as tx:
        home = organizations.first(tx)
        assert home is not None
        owner = first_start.first_owner(tx)
        access.issue_token(tx, owner, home.organization_id, "benchmark", secret=TOKEN)
    context = open_context(Settings(data=data), db)
    run = started(context)
    big_log.write(context, run, lines, LAST)
    db.close()
    return run.run_id, context.logs.path(run.run_id, CAPTURED)


def reads(client: httpx.Client, path: str, lines: int) -> float:
    """The p95 of reading 100 lines somewhere, checked to be the right ones."""
    places, taken = random.Random(1), []
    for _ in range(READS):
        line = places.randrange(1, lines - 100)
        start = time.perf_counter()
        answer = client.get(path, params={"line": line, "limit": 100})
        taken.append(time.perf_counter() - start)
        found: list[dict[str, Any]] = answer.raise_for_status().json()["lines"]
        assert [each["n"] for each in found] == list(range(line, line + 100))
        assert found[0]["text"] == big_log.text(line)
    return percentile(taken, 0.95)


def searches(
    client: httpx.Client, path: str, expression: str, file: Path, lines: int
) -> tuple[float, float]:
    """The best of some rounds, of ours and of grep in turn, so that other work on the machine hits both."""
    ours, floor = [], []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        after, hits = 0, []
        while True:
            answer = client.get(
                f"{path}/search", params={"q": expression, "regex": "true", "after": after}
            )
            found = answer.raise_for_status().json()
            hits += found["hits"]
            if found["next"] is None:
                break
            after = found["next"]
        ours.append(time.perf_counter() - start)
        assert [hit["n"] for hit in hits] == [lines]
        start = time.perf_counter()
        grep = ["grep", "-nP" if "\\d" in expression else "-nE", expression, str(file)]
        done = subprocess.run(grep, capture_output=True, check=True)
        floor.append(time.perf_counter() - start)
        assert done.stdout.startswith(f"{lines}:".encode())
    return min(ours), min(floor)


def memory(client: httpx.Client) -> int:
    """Anonymous memory of the processes that serve, in bytes."""
    port = client.base_url.port
    found = subprocess.run(
        ["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True
    ).stdout
    pids = [
        int(line.split()[0])
        for line in found.splitlines()
        if "safelight.cli up" in line and str(port) in line
    ]
    total = 0
    for pid in pids:
        status = Path(f"/proc/{pid}/status").read_text()
        total += int(status.split("RssAnon:")[1].split()[0]) * 1024
    return total


if __name__ == "__main__":
    main()
