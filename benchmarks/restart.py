"""A server that is killed and started anew under 200 running jobs: seconds until each is adopted.

    python -m benchmarks.restart [--jobs 200]

Adopted is a run whose runner has reported to the new server. The figure counts from when that answers
its first request; all runs must still be running then, and be the same ones.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sqlite3
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.launch import prepare_script, prepare_version
from benchmarks.served import percentile, safelight_up

SCRIPT = "import time\nprint('running', flush=True)\ntime.sleep(3600)\n"
PATIENCE_S = 180.0
RUNNING = "SELECT run_id, seen_at / 1e6 FROM run WHERE status = 'RUNNING'"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=200)
    count = parser.parse_args().jobs
    with tempfile.TemporaryDirectory(prefix="safelight-bench-") as name:
        data = Path(name) / "data"
        slots = {"SAFELIGHT_LOCAL_SLOTS": str(count)}
        with safelight_up(data, **slots) as client:
            before = launch(client, data, count)
            os.kill(json.loads((data / "server.json").read_text())["pid"], signal.SIGKILL)
        killed_at = time.time()
        with safelight_up(data, **slots) as client:
            answered_at = time.time()
            after = heard(data, count, killed_at)
            assert after.keys() == before.keys(), "another run took the place of one"
            stop(client)
    delays = [max(0.0, at - answered_at) for at in after.values()]
    print(
        f"{max(delays):.2f}   s until the last of {count} runs was adopted, p50 "
        f"{percentile(delays, 0.5):.2f} s; the new server answered after "
        f"{answered_at - killed_at:.1f} s (goal: at most 5)"
    )


def launch(client: httpx.Client, data: Path, count: int) -> dict[bytes, float]:
    path, body = prepare_script(client, prepare_version(client), SCRIPT)
    for _ in range(count):
        client.post(path, json=body).raise_for_status()
    return heard(data, count, 0.0)


def heard(data: Path, count: int, since: float) -> dict[bytes, float]:
    """When the server last heard of each running run, once it has heard of all of them after `since`."""
    deadline = time.monotonic() + PATIENCE_S
    with sqlite3.connect(f"file:{data / 'safelight.db'}?mode=ro", uri=True) as connection:
        while time.monotonic() < deadline:
            seen = dict(connection.execute(RUNNING).fetchall())
            if len(seen) == count and min(seen.values()) > since:
                return seen
            time.sleep(0.02)
    raise RuntimeError(f"{len(seen)} of {count} runs were running after {PATIENCE_S:.0f} s")


def stop(client: httpx.Client) -> None:
    body = {"action": "stop", "filter": {"q": "status:running"}}
    while True:
        answer = client.post("/api/v1/jobs/bulk", json=body).raise_for_status().json()
        if answer["next"] is None:
            break
        body["after"] = answer["next"]
    while client.get("/api/v1/jobs/counts").json()["statuses"]["RUNNING"]:
        time.sleep(0.2)


if __name__ == "__main__":
    main()
