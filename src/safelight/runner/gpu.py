"""How busy the machine's GPUs are, asked of nvidia-smi without ever waiting for it."""

from __future__ import annotations

import shutil
import subprocess
from typing import List, Optional

_QUESTION = ["--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]


class GpuMeter:
    """One question is under way at a time; `read` gives the newest answer."""

    def __init__(self) -> None:
        self._program = shutil.which("nvidia-smi")
        self._asked: Optional[subprocess.Popen[bytes]] = None
        self._share: Optional[float] = None

    def read(self) -> Optional[float]:
        """GPUs in use (1.5: one and a half are busy); None without any."""
        if self._program is None:
            return None
        if self._asked is not None:
            if self._asked.poll() is None:
                return self._share
            self._share = parse(self._asked.communicate()[0])
        try:
            self._asked = subprocess.Popen(
                [self._program, *_QUESTION], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError:
            self._program = None
        return self._share


def parse(output: bytes) -> Optional[float]:
    """One line per GPU, percent; a GPU that cannot say (MIG) is left out."""
    shares: List[float] = []
    for line in output.decode(errors="replace").split("\n"):
        try:
            shares.append(float(line) / 100)
        except ValueError:
            continue
    return round(sum(shares), 3) if shares else None
