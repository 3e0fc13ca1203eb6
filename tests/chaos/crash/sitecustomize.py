"""Kills the process that reaches an armed point of the product's code: all that crash tests put into it.

Python imports this module at its start where the tests put its folder on PYTHONPATH, so server, launcher,
runners, keepers and internal operations have it, and user scripts, whose environment is built anew, do
not. The product knows nothing of it. SAFELIGHT_CRASH is a folder: `points` names them, one a line, as
`MODULE:NAME:before|after`; a file of that name in `armed` arms one. Who gets there moves it to `dead`,
which only one can, and dies.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = os.environ.get("SAFELIGHT_CRASH", "")


class Finder(importlib.abc.MetaPathFinder):
    """Lets modules be found as always, and changes them before anybody has anything of them."""

    def __init__(self, points: list[str]) -> None:
        self.points: dict[str, list[str]] = defaultdict(list)
        for point in points:
            self.points[point.partition(":")[0]].append(point)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        points = self.points.pop(fullname, ())
        if not points:
            return None
        spec = importlib.util.find_spec(fullname)
        assert spec is not None
        loader: Any = spec.loader
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            for point in points:
                install(module, point)

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


def die(point: str) -> None:
    """Die if the point is armed."""
    try:
        Path(FOLDER, "armed", point).rename(Path(FOLDER, "dead", point))
    except FileNotFoundError:
        return
    Path(FOLDER, "dead", point).write_text(str(os.getpid()))
    os.kill(os.getpid(), signal.SIGKILL)


if FOLDER:
    sys.meta_path.insert(0, Finder(Path(FOLDER, "points").read_text().split()))
