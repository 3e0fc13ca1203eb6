"""How often the kernel killed a process for lack of memory, in our control group or on the machine."""

from __future__ import annotations

import os
from typing import Iterator, Optional

_ROOTS = ("/sys/fs/cgroup", "/sys/fs/cgroup/unified")


def kills() -> int:
    """A counter that only rises: of the own control group, else of the whole machine."""
    for path in _counters():
        found = _read(path)
        if found is not None:
            return found
    return _read("/proc/vmstat") or 0


def _counters() -> Iterator[str]:
    try:
        with open("/proc/self/cgroup") as file:
            lines = file.read().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if path == "/":
            continue  # the root group counts nothing
        if "memory" in controllers.split(","):
            yield os.path.join("/sys/fs/cgroup/memory", path.lstrip("/"), "memory.oom_control")
        elif not controllers:
            for root in _ROOTS:
                yield os.path.join(root, path.lstrip("/"), "memory.events")


def _read(path: str) -> Optional[int]:
    try:
        with open(path) as file:
            for line in file:
                name, _, value = line.partition(" ")
                if name == "oom_kill":
                    return int(value)
    except (OSError, ValueError):
        pass
    return None
