"""Safelight whose internal operations print the time before their first statement, for `launch.py`.

python -m benchmarks.timed_internals up --data DATA --port PORT
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import safelight.internals
from safelight.internals.operation import Operation


def run_child(data: Path, run_id: UUID) -> int:
    """What `safelight.internals.run_child` does, in its place."""
    tables: list[Any] = [safelight.internals.OPERATIONS, safelight.internals.DECLARED]
    for operations in tables:
        for name, operate in operations.items():
            operations[name] = _timed(operate)
    return safelight.internals.run_child(data, run_id)


def _timed(operate: Callable[..., None]) -> Callable[..., None]:
    def timed(operation: Operation, *asked: Any) -> None:
        operation.say(str(time.time_ns()))
        operate(operation, *asked)

    return timed


if __name__ == "__main__":
    # Not for the children, who import this module anew.
    from safelight.cli.main import app
    from safelight.engines.launcher import Launcher

    start: Any = Launcher.start
    start.__func__.__kwdefaults__["internal"] = "benchmarks.timed_internals:run_child"
    app()
