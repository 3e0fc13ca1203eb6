"""Which processors a run that asked for some may use: those that others use least."""

from __future__ import annotations

import math
import os
import zlib
from typing import Dict, List, Optional, Tuple

from . import processes

KEEPER_NAME = "safelight-keep"
# Libraries that start as many threads as they see processors, and where they look first.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_A_TENTH = 10  # what differs by less is equally busy


class Processors:
    """Made when a run is set up, asked when it starts: in between it sees who is busy."""

    def __init__(self) -> None:
        self._before = _ticks()

    def choose(self, limit: Optional[float], run_id: str) -> Tuple[List[int], int]:
        """The processors to use (none: all), and how nice to be if it asked for less than one.

        First those that fewest other runs are bound to, then the idlest. Two runs that start in the
        same moment do not see each other: among equals each begins at a place of its own.
        """
        usable = sorted(os.sched_getaffinity(0))
        if limit is None or math.ceil(limit) >= len(usable):
            return [], 0
        bound, busy = _bound(usable), self._busy()
        first = zlib.crc32(run_id.encode()) % len(usable)
        ranked = sorted(
            usable,
            key=lambda cpu: (
                bound[cpu],
                busy.get(cpu, 0),
                (usable.index(cpu) - first) % len(usable),
            ),
        )
        return sorted(ranked[: max(1, math.ceil(limit))]), 5 if limit < 1 else 0

    def _busy(self) -> Dict[int, int]:
        """Tenths of its time that each processor worked since `before`."""
        found = {}
        for cpu, (work, idle) in _ticks().items():
            before = self._before.get(cpu, (work, idle))
            worked, passed = work - before[0], work + idle - sum(before)
            found[cpu] = worked * _A_TENTH // passed if passed > 0 else 0
        return found


def threads(cpus: List[int]) -> Dict[str, str]:
    """Variables that tell libraries how many threads have a processor; none if all have."""
    return dict.fromkeys(THREADS, str(len(cpus))) if cpus else {}


def _bound(usable: List[int]) -> Dict[int, int]:
    """How many runs are bound to each processor and not to all of them."""
    counts = dict.fromkeys(usable, 0)
    for found in processes.every():
        if found.name == KEEPER_NAME:
            for child in processes.children(found.pid):
                for cpu in _affinity(child, usable):
                    counts[cpu] += 1
    return counts


def _affinity(pid: int, usable: List[int]) -> List[int]:
    try:
        cpus = os.sched_getaffinity(pid)
    except OSError:
        return []  # it has ended
    return [] if cpus >= set(usable) else sorted(cpus & set(usable))


def _ticks() -> Dict[int, Tuple[int, int]]:
    """Time that each processor worked and did not, since the machine's start."""
    found = {}
    try:
        with open("/proc/stat") as file:
            for line in file:
                name, *numbers = line.split()
                if name.startswith("cpu") and name[3:].isdigit():
                    ticks = [int(number) for number in numbers[:8]]
                    idle = ticks[3] + ticks[4]  # idle, and waiting for a disk
                    found[int(name[3:])] = (sum(ticks) - idle, idle)
    except (OSError, ValueError, IndexError):
        pass
    return found
