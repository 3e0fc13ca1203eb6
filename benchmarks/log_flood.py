"""A script that prints 1,000,000 lines of 100 bytes as fast as it can, as a job.

    python -m benchmarks.log_flood [--lines 1000000] [--rounds 3]

Prints how much the script is slowed, against the same script that writes into a file; after how many
seconds from its end all lines are durable and found by a search; and the p95 of another call of the API
meanwhile, against the same call on the idle server.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Self

import httpx

from benchmarks.launch import launch, prepare_script, prepare_version
from benchmarks.served import TOKEN, percentile, safelight_up

SCRIPT = """\
import sys, time
if LINES:
    filler = "x" * 89
    start = time.perf_counter()
    for number in range(LINES):
        print(f"{number:09d} {filler}")
    sys.stdout.flush()
    print(f"taken {time.perf_counter() - start} {time.time()}")
else:
    print(1)
    print(sys.executable)
"""
CALL = "/api/v1/jobs"
CALL_EVERY_S = 0.02
IDLE_CALLS = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    ours: list[float] = []
    floor: list[float] = []
    whole: list[float] = []
    idle: list[float] = []
    busy: list[float] = []
    with tempfile.TemporaryDirectory(prefix="safelight-bench-") as name:
        folder = Path(name)
        with safelight_up(folder / "data") as client:
            version = prepare_version(client)
            short, body = prepare_script(client, version, f"LINES = 0\n{SCRIPT}")
            _, interpreter = launch(client, short, body)
            script = f"LINES = {arguments.lines}\n{SCRIPT}"
            path, body = prepare_script(client, version, script, name="flood")
            for _ in range(arguments.rounds):
                floor.append(into_a_file(folder, interpreter, script))
                idle += [asked(client) for _ in range(IDLE_CALLS)]
                with Asking(client) as asking:
                    taken_s, whole_s = flood(client, path, body, arguments.lines)
                ours.append(taken_s)
                whole.append(whole_s)
                busy += asking.taken
    print(
        f"{percentile(ours, 0.5) / percentile(floor, 0.5):.2f}   slowed: {percentile(ours, 0.5):.2f} s, "
        f"into a file {percentile(floor, 0.5):.2f} s (goal: at most 1.15)"
    )
    print(f"{max(whole):.2f}   s from its end until all lines are found (goal: at most 2)")
    print(
        f"{percentile(busy, 0.95) / percentile(idle, 0.95):.2f}   p95 of GET {CALL} meanwhile: "
        f"{percentile(busy, 0.95) * 1000:.1f} ms, idle {percentile(idle, 0.95) * 1000:.1f} ms "
        "(goal: at most 2)"
    )


def into_a_file(folder: Path, interpreter: str, script: str) -> float:
    """Seconds that the script takes when nobody reads along."""
    main = folder / "main.py"
    main.write_text(script)
    output = folder / "flood.out"
    with output.open("wb") as file:
        subprocess.run([interpreter, str(main)], stdout=file, check=True)
    with output.open("rb") as file:
        file.seek(-200, 2)
        return float(file.read().split()[-2])


def flood(client: httpx.Client, path: str, body: dict[str, Any], lines: int) -> tuple[float, float]:
    """Seconds that the script takes as a job, and from its end until a search finds its last line."""
    run = client.post(path, json=body).raise_for_status().json()["run_id"]
    while True:
        time.sleep(0.05)
        answer = client.get(f"/api/v1/runs/{run}/log/search", params={"q": "taken "})
        hits = answer.raise_for_status().json()["hits"]
        if hits:
            break
    found_at = time.time()
    _, taken_s, ended_at = hits[0]["text"].split()
    log = client.get(f"/api/v1/runs/{run}/log", params={"tail": 1}).raise_for_status().json()
    assert log["stream_lines"]["stdout"] > lines, log["stream_lines"]
    return float(taken_s), found_at - float(ended_at)


def asked(client: httpx.Client) -> float:
    start = time.perf_counter()
    client.get(CALL).raise_for_status()
    time.sleep(CALL_EVERY_S)
    return time.perf_counter() - start - CALL_EVERY_S


class Asking(threading.Thread):
    """Asks again and again, over a connection of its own, while the block is going on."""

    def __init__(self, client: httpx.Client) -> None:
        super().__init__(daemon=True)
        self.taken: list[float] = []
        self._url = str(client.base_url)
        self._ends = threading.Event()

    def run(self) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=self._url, headers=headers, timeout=60) as client:
            while not self._ends.is_set():
                self.taken.append(asked(client))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self.join()


if __name__ == "__main__":
    main()
