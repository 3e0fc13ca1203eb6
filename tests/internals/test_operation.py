from __future__ import annotations

import time

import pytest

from safelight.domain.jobs import Progress
from safelight.internals.operation import Operation
from safelight.store import runs
from tests.internals.importing import Workshop, coco


def test_a_rate_is_told_when_there_was_time_to_measure_it(
    sqlite_shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = sqlite_shop.launch(coco())
    with sqlite_shop.db.transaction() as tx:
        runs.start(tx, run.run_id, alive_until=tx.now + 900_000_000)
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    operation = Operation(sqlite_shop.context, run.run_id)

    def told() -> Progress | None:
        with sqlite_shop.db.read() as read:
            return runs.get(read, run.run_id).progress

    with operation.section("Read the file"):
        now += 0.01
        operation.progress(1, 1000, "bytes")
        assert told() == Progress(1, 1000, "bytes", "Read the file", None, None)
        now += 0.99
        operation.progress(100, 1000, "bytes")
        assert told() == Progress(100, 1000, "bytes", "Read the file", 100.0, 9.0)
