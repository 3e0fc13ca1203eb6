"""Kills the process that reaches an armed point of the product's code, shortens its patience, sets its time
of day: all that fault tests put into it.

Python imports this module at its start where the tests put its folder on PYTHONPATH, so server, launcher,
runners, keepers and internal operations have it, and user scripts, whose environment is built anew, do
not. The product knows nothing of it. SAFELIGHT_CRASH is a folder: `points` names them, one a line, as
`MODULE:NAME:before|after`; a file of that name in `armed` arms one. Who gets there moves it to `dead`,
which only one can, and dies. `constants` gives numbers of modules another value, as `MODULE:NAME=1.5`.
`clock`, once it is there, holds the seconds by which somebody has set the time of day, as an administrator
would; the machine's other clocks cannot be set.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
import time
from collections import defaultdict
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.chaos.changing import Change, Finder

FOLDER = os.environ.get("SAFELIGHT_CRASH", "")


def changes() -> dict[str, list[Change]]:
    """What `points` and `constants` ask for, by module."""
    found: dict[str, list[Change]] = defaultdict(list)
    for what, change in (("points", install), ("constants", give)):
        for line in lines(what):
            found[line.partition(":")[0]].append(functools.partial(change, line))
    return found


def install(point: str, module: ModuleType) -> None:
    _, dotted, when = point.split(":")
    *owners, name = dotted.split(".")
    owner: Any = functools.reduce(getattr, owners, module)
    real = getattr(owner, name)
    is_bound = isinstance(vars(owner)[name], classmethod)

    @functools.wraps(real)
    def armed(*args: Any, **more: Any) -> Any:
        if when == "before":
            die(point)
        answer = real(*args, **more)
        if when == "after":
            die(point)
        return answer

    setattr(owner, name, staticmethod(armed) if is_bound else armed)


def give(constant: str, module: ModuleType) -> None:
    """Before anybody imports it from there, so everybody has this value."""
    name, _, value = constant.partition(":")[2].partition("=")
    assert isinstance(vars(module)[name], float), f"{constant}: there is no such number"
    setattr(module, name, float(value))


def die(point: str) -> None:
    """Die if the point is armed."""
    try:
        Path(FOLDER, "armed", point).rename(Path(FOLDER, "dead", point))
    except FileNotFoundError:
        return
    Path(FOLDER, "dead", point).write_text(str(os.getpid()))
    os.kill(os.getpid(), signal.SIGKILL)


_time_ns = time.time_ns


def set_by_ns() -> int:
    try:
        return round(float(Path(FOLDER, "clock").read_text()) * 1e9)
    except (OSError, ValueError):
        return 0  # nobody has set it yet, or is about to


def lines(name: str) -> list[str]:
    return Path(FOLDER, name).read_text().split()


if FOLDER:
    sys.meta_path.insert(0, Finder(changes()))
    time.time_ns = lambda: _time_ns() + set_by_ns()
    time.time = lambda: time.time_ns() / 1e9
