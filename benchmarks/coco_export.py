"""COCO export of a version of train2017's size, against `json.dump` of the same content in a fresh process.

    python -m benchmarks.coco_export [--small] [--stream]

The version is filled by an import. Prints the ratio of the operation alone, which runs in a forked process on
a SQLite database, to `json.dump`, and its peak of anonymous memory. `--stream` measures the bytes that the
streaming route sends instead, in this process.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from uuid import UUID

from benchmarks.coco_file import coco_file
from benchmarks.coco_import import MIB, SMALL, Peak, forked
from benchmarks.direct_run import prepare_import
from safelight.actions import export_stream
from safelight.actions.context import Context, open_context
from safelight.actions.export import settle
from safelight.actions.operations import launch_operation
from safelight.config import Settings
from safelight.domain.operations import Export
from safelight.domain.permissions import Actor
from safelight.store import jobs, runs, versions
from safelight.store.db import Database, Read
from safelight.store.runs import Run

GOAL, GOAL_MIB = 0.5, 400
DUMP = (
    "import json,sys,time\n"
    "content = json.load(open(sys.argv[1]))\n"
    "t = time.perf_counter()\n"
    "with open(sys.argv[2], 'w') as file: json.dump(content, file)\n"
    "print(time.perf_counter() - t)"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a twentieth of the size")
    parser.add_argument("--stream", action="store_true", help="as the streaming route sends it")
    asked = parser.parse_args()
    file = coco_file(*SMALL) if asked.small else coco_file()
    with tempfile.TemporaryDirectory(prefix="safelight-bench-") as folder:
        data, out = Path(folder) / "data", Path(folder) / "exported.json"
        imported = prepare_import(file, data)
        forked(data, imported)
        before = json_dump(file, Path(folder) / "dumped.json")
        measure = streamed if asked.stream else as_job
        seconds, peak = measure(data, imported, out)
        floor = (before + json_dump(file, Path(folder) / "dumped.json")) / 2
    print(f"{seconds / floor:.2f}   export {seconds:.1f} s, json.dump {floor:.1f} s (goal: {GOAL})")
    print(f"{peak / MIB / GOAL_MIB:.2f}   peak {peak / MIB:.0f} MiB anonymous (goal: {GOAL_MIB})")


def json_dump(file: Path, out: Path) -> float:
    command = [sys.executable, "-c", DUMP, str(file), str(out)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def opened(data: Path) -> Context:
    settings = Settings(data=data)
    return open_context(settings, Database(settings.database))


def as_job(data: Path, imported: UUID, _out: Path) -> tuple[float, int]:
    """The operation alone, in a process of its own."""
    context = opened(data)
    with closing(context.db):
        with context.db.read() as read:
            run = runs.get(read, imported)
            version_id = _target(read, run)
        by = Actor(run.triggered_by, "bench", run.organization_id, "owner")
        exporting = launch_operation(context, by, version_id, Export())[1]
    return forked(data, exporting.run_id)


def streamed(data: Path, imported: UUID, out: Path) -> tuple[float, int]:
    """What the route sends, into a file; the memory is that of this process."""
    context = opened(data)
    with closing(context.db), Peak(lambda: [os.getpid()]) as peak, out.open("wb") as file:
        start = time.perf_counter()
        with context.db.read() as read:
            run = runs.get(read, imported)
            version = versions.get(read, run.organization_id, _target(read, run))
            settled = settle(read, version, Export())
        for piece in export_stream.stream(context, settled):
            file.write(piece)
        seconds = time.perf_counter() - start
    return seconds, peak.bytes


def _target(read: Read, run: Run) -> UUID:
    target = jobs.get(read, run.organization_id, run.job_id).target
    assert target is not None
    return target.id


if __name__ == "__main__":
    main()
