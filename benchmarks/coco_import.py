"""Import of a train2017-sized COCO file, against `json.load` of the same file in a fresh process.

    python -m benchmarks.coco_import [--direct] [--small] [--tenfold] [--database sqlite|postgresql]

Prints the ratio of the whole job, from launch to its end, to `json.load`, and the peak of anonymous
memory summed over the job's processes. Without `--direct` a real server runs the job; with it the
operation alone runs in a forked process. `--tenfold` imports a file of ten times the size as well, and prints
how much longer it takes than ten times as long, and how much memory each further picture needs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import httpx

from benchmarks.coco_file import ANNOTATIONS, IMAGES, coco_file
from benchmarks.databases import KINDS, database
from benchmarks.served import safelight_up

LOAD = "import json,sys,time;t=time.perf_counter();json.load(open(sys.argv[1]));print(time.perf_counter()-t)"
SMALL = (5_000, 36_000)
MIB = 1024 * 1024
GOALS = {"sqlite": 0.6, "postgresql": 1.0}  # times `json.load`
GOAL_MIB = 400
GOAL_TENFOLD, GOAL_BYTES = 1.15, 150

Measure = Callable[[Path, Path, str], tuple[float, int]]
"""Seconds and peak in bytes of the import of a file into a new house in a folder, in a kind of database."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--direct", action="store_true", help="without a server")
    parser.add_argument("--small", action="store_true", help="a file of a twentieth of the size")
    parser.add_argument("--tenfold", action="store_true", help="ten times the size as well")
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    asked = parser.parse_args()
    size = SMALL if asked.small else (IMAGES, ANNOTATIONS)
    file = coco_file(*size)
    measure: Measure = direct if asked.direct else served
    before = json_load(file)
    seconds, peak = afresh(measure, file, asked.database)
    floor = (before + json_load(file)) / 2  # around it: these machines are noisy
    goal = GOALS[asked.database]
    print(
        f"{seconds / floor:.2f}   job {seconds:.1f} s, json.load {floor:.1f} s (goal: at most {goal})"
    )
    print(f"{peak / MIB / GOAL_MIB:.2f}   peak {peak / MIB:.0f} MiB anonymous (goal: {GOAL_MIB})")
    if asked.tenfold:
        images, annotations = size
        many, high = afresh(measure, coco_file(10 * images, 10 * annotations), asked.database)
        more = (high - peak) / (9 * images)
        print(
            f"{many / seconds / 10:.2f}   ten times in {many:.1f} s (goal: at most {GOAL_TENFOLD})"
        )
        print(f"{more / GOAL_BYTES:.2f}   {more:.0f} B a picture more (goal: at most {GOAL_BYTES})")


def afresh(measure: Measure, file: Path, kind: str) -> tuple[float, int]:
    """Seconds and peak, in a folder and a database of their own."""
    with tempfile.TemporaryDirectory(prefix="safelight-bench-") as folder:
        with database(kind, Path(folder)) as url:
            return measure(file, Path(folder) / "data", url)


def json_load(file: Path) -> float:
    command = [sys.executable, "-c", LOAD, str(file)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def served(file: Path, data: Path, url: str) -> tuple[float, int]:
    """Through a server: from the launch to the end, by the job's own record."""
    with safelight_up(data, SAFELIGHT_DATABASE_URL=settled(url)) as client:
        dataset = _ok(client.post("/api/v1/datasets", json={"name": "bench"}))
        path = f"/api/v1/datasets/{dataset['id']}/versions"
        version = _ok(client.post(path, json={"name": "v1"}))
        with Peak(lambda: _processes_of_runs(data)) as peak, file.open("rb") as opened:
            job = _ok(
                client.post(
                    f"/api/v1/versions/{version['id']}/import",
                    files={"file": (file.name, opened, "application/json")},
                    timeout=600,
                )
            )
            while job["status"] in ("PENDING", "QUEUED", "RUNNING"):
                time.sleep(0.1)
                job = _ok(client.get(f"/api/v1/jobs/{job['id']}"))
        if job["status"] != "SUCCEEDED":
            raise SystemExit(f"the job ended {job['status']}: {job['failure']}")
        print(job["summary"], file=sys.stderr)
    return (
        _instant(job["finished_at"]) - _instant(job["triggered_at"])
    ).total_seconds(), peak.bytes


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def settled(url: str) -> str:
    """What the setting says: SQLite lies in the data folder."""
    return "" if url.startswith("sqlite") else url


def direct(file: Path, data: Path, url: str) -> tuple[float, int]:
    """The operation alone."""
    from benchmarks.direct_run import prepare_import

    os.environ["SAFELIGHT_DATABASE_URL"] = settled(url)
    return forked(data, prepare_import(file, data, settled(url)))


def forked(data: Path, run_id: UUID) -> tuple[float, int]:
    """Seconds and peak of the operation of a run, done in a child of this process."""
    start = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        _run_child(data, run_id)
    with Peak(lambda: _of_group(pid)) as peak:
        _, status = os.waitpid(pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise SystemExit("the operation failed")
    return seconds, peak.bytes


def _of_group(group: int) -> list[int]:
    return [pid for pid in _all_processes() if _group(pid) == group]


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def _all_processes() -> list[int]:
    return [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]


def _run_child(data: Path, run_id: UUID) -> None:
    from safelight.internals import run_child

    code = 1
    try:
        code = run_child(data, run_id)
    finally:
        sys.stdout.flush()
        os._exit(code)


class Peak:
    """The highest sum of anonymous memory of some processes, looked at fifty times a second."""

    def __init__(self, pids: Callable[[], list[int]]) -> None:
        self._pids = pids
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.bytes = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            self.bytes = max(self.bytes, sum(map(anonymous, self._pids())))


def anonymous(pid: int) -> int:
    """Anonymous memory of a process, in bytes; of what processes share since a fork each has its share."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    for line in rollup.splitlines():
        if line.startswith("Pss_Anon:"):
            return int(line.split()[1]) * 1024
    return 0


def _processes_of_runs(data: Path) -> list[int]:
    """Runner, keeper and child: every process that was forked for a run of this data folder."""
    return [pid for pid in _all_processes() if _is_of_run(pid, data)]


def _is_of_run(pid: int, data: Path) -> bool:
    try:
        output = Path(f"/proc/{pid}/fd/1").readlink()
    except OSError:
        return False
    return output.is_relative_to(data / "runs")


def _ok(answer: httpx.Response) -> dict[str, Any]:
    return answer.raise_for_status().json()  # type: ignore[no-any-return]


if __name__ == "__main__":
    main()
