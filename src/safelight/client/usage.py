"""What this process uses of the machine, as far as Python alone can tell."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

_STATM = Path("/proc/self/statm")


class Usage:
    def __init__(self) -> None:
        self._cpu_s, self._at = time.process_time(), time.monotonic()

    def sample(self) -> dict[str, Any]:
        """Since the last sample: cores used; memory in bytes as of now, None where nobody says it."""
        cpu_s, at = time.process_time(), time.monotonic()
        passed = at - self._at
        cores = round((cpu_s - self._cpu_s) / passed, 3) if passed > 0 else None
        self._cpu_s, self._at = cpu_s, at
        return {"cpu": cores, "memory": _resident(), "gpu": None, "disk": None}


def _resident() -> int | None:
    try:
        return int(_STATM.read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None
