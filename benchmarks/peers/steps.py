"""What the steps of a script took, which says on its output when each is done and is watched from outside."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.coco_import import Peak
from benchmarks.peers.environments import last_line

LIMIT_S = 8 * 60
LIMIT_GIB = 12
_LIMIT = LIMIT_GIB * 1024**3
_MARK = "SAFELIGHT_BENCHMARK_PEER"  # in the environment of a script and of all that it starts


@dataclass(frozen=True)
class Step:
    seconds: float
    peak: int
    """Bytes of anonymous memory, summed over the processes, from the end of the step before."""


@dataclass
class Outcome:
    """The steps that were done, by name, and why there are no more."""

    steps: dict[str, Step] = field(default_factory=dict)
    reason: str = ""
    too_large: bool = False
    """The reason is the size of the file."""


def watched(command: list[str | Path], out: Path, annotations: int) -> Outcome:
    """Run a script that reads a file of so many annotations, or a step of it, within the limits of time and memory.

    It says one object a step, with the seconds under the name of the step; how many shapes it has
    read, it says as `shapes`.
    """
    out.mkdir()
    outcome = Outcome()
    start = time.perf_counter()
    timer = threading.Timer(LIMIT_S, _end_all, [out])
    environment = {**os.environ, _MARK: str(out)}
    with (
        (out / "errors.txt").open("w+") as errors,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
        ) as process,
        Peak(lambda: _marked(out)) as peak,
    ):
        resource.prlimit(process.pid, resource.RLIMIT_DATA, (_LIMIT, _LIMIT))
        timer.start()
        assert process.stdout is not None
        for line in process.stdout:
            said = json.loads(line)
            if (shapes := said.pop("shapes", annotations)) != annotations:
                outcome.reason = f"it read {shapes} of {annotations} shapes"
            outcome.steps |= {name: Step(seconds, peak.bytes) for name, seconds in said.items()}
            peak.bytes = 0
    late = time.perf_counter() - start >= LIMIT_S
    timer.cancel()
    _end_all(out)  # such as a database of its own
    if process.returncode:
        _explain(outcome, (out / "errors.txt").read_text(), late=late)
    return outcome


def _explain(outcome: Outcome, errors: str, *, late: bool) -> None:
    if late:
        outcome.reason = f"not done after {LIMIT_S // 60} minutes"
    elif "MemoryError" in errors:
        outcome.reason = f"needs more than {LIMIT_GIB} GiB"
    else:
        outcome.reason = last_line(errors)
        return
    outcome.too_large = True


def _end_all(out: Path) -> None:
    for pid in _marked(out):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _marked(out: Path) -> list[int]:
    """Every process that a script has started, whoever its parent is by now."""
    mark = f"{_MARK}={out}\0".encode()
    return [
        int(folder.name)
        for folder in Path("/proc").iterdir()
        if folder.name.isdigit() and mark in _environment(folder)
    ]


def _environment(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""
