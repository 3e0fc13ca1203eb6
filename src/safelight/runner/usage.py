"""What the process tree of a run uses: processors, memory, GPUs, disk."""

from __future__ import annotations

import time
from typing import Any, Dict, List

from . import processes
from .disk import DiskMeter
from .gpu import GpuMeter


class Usage:
    """The tree below one process (the keeper), and its folders. Memory and disk are measured by the
    watch, the rest per sample.
    """

    def __init__(self, root: int, *folders: str) -> None:
        self._root = root
        self._disk = DiskMeter(*folders)
        self.tree: List[int] = []  # as `memory` last saw it
        self._peak = 0
        self._cpu_s = processes.seconds(root)
        self._at = time.monotonic()
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

    def disk(self) -> int:
        """Bytes that its folders take at least; each call looks at some of the files."""
        return self._disk.look()

    def sample(self) -> Dict[str, Any]:
        """Since the last sample: cores used, most memory; GPU share and disk as of now."""
        peak, self._peak = self._peak, 0
        return {
            "cpu": self._cores(),
            "memory": peak,
            "gpu": self._gpu.read(),
            "disk": self._disk.used,
        }

    def _cores(self) -> float:
        tree = [self._root, *processes.descendants(self._root)]
        cpu_s, now = sum(processes.seconds(pid) for pid in tree), time.monotonic()
        used, passed = cpu_s - self._cpu_s, now - self._at
        self._cpu_s, self._at = cpu_s, now
        return round(max(0.0, used) / passed, 3) if passed > 0 else 0.0
