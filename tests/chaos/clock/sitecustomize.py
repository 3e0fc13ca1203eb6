"""Lets a test set the time of day of every process of ours, as an administrator would set the machine's.

Python imports this module at its start where the tests put its folder on PYTHONPATH, so server, launcher,
runners, keepers and internal operations have it. The product knows nothing of it. SAFELIGHT_CLOCK is a
file with the seconds by which the clock was set; other clocks of the machine cannot be set by anybody.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

FILE = os.environ.get("SAFELIGHT_CLOCK", "")
_time_ns = time.time_ns


def _set_by_ns() -> int:
    try:
        return round(float(Path(FILE).read_text()) * 1e9)
    except (OSError, ValueError):
        return 0  # nobody has set it yet, or is about to


if FILE:
    time.time_ns = lambda: _time_ns() + _set_by_ns()
    time.time = lambda: time.time_ns() / 1e9
