"""Changes modules of the product as they are imported, before anybody has anything of them."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

Change = Callable[[Any], None]


class Finder(importlib.abc.MetaPathFinder):
    """Finds modules as always; to be put first on `sys.meta_path`. `changes`: those of each module."""

    def __init__(self, changes: Mapping[str, Sequence[Change]]) -> None:
        self._changes = dict(changes)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        changes = self._changes.pop(fullname, ())
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
