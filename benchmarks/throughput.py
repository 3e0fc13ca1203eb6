"""200 trivial script jobs, submitted one by one, against a loop of `subprocess.run` of the same script.

    python -m benchmarks.throughput [--jobs 200]

Ours: from the first POST until the last job has ended. The floor: the same interpreter runs the same
script as often, one after the other, its output into a file. The figure is how many jobs a second we
reach of those the loop reaches.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from benchmarks.launch import launch, prepare_script, prepare_version
from benchmarks.served import safelight_up

SCRIPT = "import sys\nprint(1)\nprint(sys.executable)\n"
LIVE = ("PENDING", "QUEUED", "RUNNING")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=200)
    count = parser.parse_args().jobs
    with tempfile.TemporaryDirectory(prefix="safelight-bench-") as name:
        folder = Path(name)
        with safelight_up(folder / "data") as client:
            path, body = prepare_script(client, prepare_version(client), SCRIPT)
            _, interpreter = launch(client, path, body)  # builds the environment
            floor_s = min(loop(folder, interpreter, count) for _ in range(2))
            ours_s = submit(client, path, body, count)
    print(
        f"{floor_s / ours_s:.2f}   {count / ours_s:.0f} jobs a second, the loop "
        f"{count / floor_s:.0f} (goal: at least 0.5)"
    )


def submit(client: httpx.Client, path: str, body: dict[str, Any], count: int) -> float:
    """Seconds until all have ended, and have succeeded."""
    start = time.perf_counter()
    for _ in range(count):
        client.post(path, json=body).raise_for_status()
    while True:
        statuses = client.get("/api/v1/jobs/counts").raise_for_status().json()["statuses"]
        if not any(statuses[name] for name in LIVE):
            break
        time.sleep(0.05)
    taken_s = time.perf_counter() - start
    assert statuses["SUCCEEDED"] > count, statuses
    return taken_s


def loop(folder: Path, interpreter: str, count: int) -> float:
    """Seconds that a sequential loop takes."""
    script = folder / "main.py"
    script.write_text(SCRIPT)
    start = time.perf_counter()
    with (folder / "loop.out").open("wb") as output:
        for _ in range(count):
            subprocess.run([interpreter, str(script)], stdout=output, check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
