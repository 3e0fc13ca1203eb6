"""What the process tree of a run uses: processors, memory, GPUs, disk."""

from __future__ import annotations

import os
import time
from typing import Any, Dict, List, Optional

from . import processes
from .gpu import GpuMeter

_DISK_EVERY_S = 10.0
_MOST_FILES = 20_000  # a bigger work folder is not walked again and again


class Usage:
    """The tree below one process (the keeper). Memory is measured by the watch, the rest per sample."""

    def __init__(self, root: int, work: str) -> None:
        self._root = root
        self._work = work
        self.tree: List[int] = []  # as `memory` last saw it
        self._peak = 0
        self._cpu_s = processes.seconds(root)
        self._at = time.monotonic()
        self._disk: Optional[int] = None
        self._disk_at = float("-inf")
        self._gpu = GpuMeter()

    def memory(self) -> int:
        """Summed resident memory of the tree now, in bytes; pages shared within it count again."""
        self.tree = processes.descendants(self._root)
        total = sum(processes.resident(pid) for pid in self.tree)
        self._peak = max(self._peak, total)
        return total

    def exact_memory(self) -> int:
        """The same with shared pages counted once: forked data loaders share much. Slow."""
        return sum(processes.proportional(pid) for pid in self.tree)

    def sample(self) -> Dict[str, Any]:
        """Since the last sample: cores used, most memory; GPU share and disk as of now."""
        peak, self._peak = self._peak, 0
        return {
            "cpu": self._cores(),
            "memory": peak,
            "gpu": self._gpu.read(),
            "disk": self._disk_used(),
        }

    def _cores(self) -> float:
        tree = [self._root, *processes.descendants(self._root)]
        cpu_s, now = sum(processes.seconds(pid) for pid in tree), time.monotonic()
        used, passed = cpu_s - self._cpu_s, now - self._at
        self._cpu_s, self._at = cpu_s, now
        return round(max(0.0, used) / passed, 3) if passed > 0 else 0.0

    def _disk_used(self) -> Optional[int]:
        now = time.monotonic()
        if now - self._disk_at >= _DISK_EVERY_S:
            self._disk, self._disk_at = folder_size(self._work), now
        return self._disk


def folder_size(path: str) -> Optional[int]:
    """Bytes of disk that a folder takes; None if it has too many files to look at each."""
    total, seen = 0, 0
    for parent, _, names in os.walk(path):
        for name in names:
            seen += 1
            if seen > _MOST_FILES:
                return None
            try:
                total += os.lstat(os.path.join(parent, name)).st_blocks * 512
            except OSError:
                pass
    return total
