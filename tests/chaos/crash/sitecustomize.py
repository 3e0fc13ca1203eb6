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
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = os.environ.get("SAFELIGHT_CRASH", "")
Change = Callable[[ModuleType], None]


class Finder(importlib.abc.MetaPathFinder):
    """Lets modules be found as always, and changes them before anybody has anything of them."""

    def __init__(self, points: list[str], constants: list[str]) -> None:
        self.changes: dict[str, list[Change]] = defaultdict(list)
        for point in points:
            self._add(point, install)
        for constant in constants:
            self._add(constant, give)

    def _add(self, what: str, change: Callable[[ModuleType, str], None]) -> None:
        self.changes[what.partition(":")[0]].append(lambda module: change(module, what))

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        changes = self.changes.pop(fullname, ())
        if not changes:
            return None
        spec = importlib.util.find_spec(fullname)
        assert spec is not None
        loader: Any = spec.loader
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            for change in changes:
                change(module)

        loader.exec_module = exec_module
        return spec


def install(module: ModuleType, point: str) -> None:
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


def give(module: ModuleType, constant: str) -> None:
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
    sys.meta_path.insert(0, Finder(lines("points"), lines("constants")))
    time.time_ns = lambda: _time_ns() + set_by_ns()
    time.time = lambda: time.time_ns() / 1e9
