"""How much slower than a plain file the log of a run takes lines: one ratio.

    python -m benchmarks.log_append [--lines 1000000]

The log turns bytes into numbered, indexed records and stores its state with each append; the floor
writes the same chunks to a file and syncs it after each.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from safelight.actions import first_start, logs
from safelight.actions.context import Context, open_context
from safelight.actions.launch import Order, launch
from safelight.config import Settings
from safelight.domain.jobs import JobType
from safelight.store import organizations, runs
from safelight.store.db import Database, sqlite_url
from safelight.store.migrations import upgrade
from safelight.store.runs import Run

LINE = b"epoch 12 loss 0.1234 accuracy 0.9876, 48.2 pictures a second, 3.1 GiB used, as it was before\n"
CHUNK = 1 << 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    lines = parser.parse_args().lines
    data = LINE * lines
    with tempfile.TemporaryDirectory(prefix="safelight-bench-") as folder:
        context = prepare(Path(folder))
        ours = append(context, data)
        floor = write(Path(folder) / "plain", data)
        context.db.close()
    print(
        f"{ours / floor:.2f}   {lines / ours:,.0f} lines/s into the log, "
        f"{lines / floor:,.0f} lines/s into a file"
    )


def prepare(folder: Path) -> Context:
    db = Database(sqlite_url(folder / "safelight.db"))
    upgrade(db)
    first_start.prepare(db)
    return open_context(Settings(data=folder), db)


def started(context: Context) -> Run:
    """A running run."""
    with context.db.transaction() as tx:
        home = organizations.first(tx)
        assert home is not None
        order = Order(
            organization_id=home.organization_id,
            type=JobType.PROCESSING,
            operation="processing",
            name="flood",
            target=None,
            source={"package": "0" * 64},
            triggered_by=first_start.first_owner(tx),
        )
        _, run = launch(tx, order)
        return runs.start(tx, run.run_id, alive_until=tx.now + 10**12)[0]


def append(context: Context, data: bytes) -> float:
    run = started(context)
    start = time.perf_counter()
    for offset in range(0, len(data), CHUNK):
        part = data[offset : offset + CHUNK]
        logs.append(context, run.run_id, "stdout", offset, part, at=context.db.clock())
    return time.perf_counter() - start


def write(path: Path, data: bytes) -> float:
    start = time.perf_counter()
    with path.open("wb", buffering=0) as file:
        for offset in range(0, len(data), CHUNK):
            file.write(data[offset : offset + CHUNK])
            os.fsync(file.fileno())
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
