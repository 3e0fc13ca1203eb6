"""Makes the code that starts look like a newer version: all that upgrade tests put into the product.

Python imports this module at its start where the tests put its folder on PYTHONPATH. The product knows
nothing of it. SAFELIGHT_UPGRADE is a folder: the files in `versions` are migrations beside the shipped
ones, and the first import that comes to its second batch of pictures writes its process number into `held`
and waits there, for ever, if `hold` exists.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path(os.environ.get("SAFELIGHT_UPGRADE", ""))


def add_migrations(module: Any) -> None:
    real = module.config

    def config() -> Any:
        found = real()
        shipped = Path(module.__file__).parent / "versions"
        found.set_main_option("path_separator", "os")
        found.set_main_option("version_locations", f"{shipped}{os.pathsep}{FOLDER / 'versions'}")
        return found

    module.config = config


def hold_import(module: Any) -> None:
    real = module.Writer._write_batch

    def write_batch(writer: Any, *args: Any) -> None:
        if writer.written and (FOLDER / "hold").exists():
            try:
                descriptor = os.open(FOLDER / "held", os.O_CREAT | os.O_EXCL | os.O_WRONLY)
            except FileExistsError:
                pass  # another was the first
            else:
                os.write(descriptor, str(os.getpid()).encode())
                while True:
                    time.sleep(0.01)
        real(writer, *args)

    module.Writer._write_batch = write_batch


class Finder(importlib.abc.MetaPathFinder):
    """Lets modules be found as always, and changes them before anybody has anything of them."""

    def __init__(self, changes: dict[str, Callable[[Any], None]]) -> None:
        self.changes = changes

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        change = self.changes.pop(fullname, None)
        if change is None:
            return None
        spec = importlib.util.find_spec(fullname)
        assert spec is not None
        loader: Any = spec.loader
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            change(module)

        loader.exec_module = exec_module
        return spec


if FOLDER.name:
    sys.meta_path.insert(
        0,
        Finder(
            {
                "safelight.store.migrations": add_migrations,
                "safelight.internals.import_documents": hold_import,
            }
        ),
    )
