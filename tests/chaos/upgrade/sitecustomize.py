"""Makes the code that starts look like a newer version: all that upgrade tests put into the product.

Python imports this module at its start where the tests put its folder on PYTHONPATH. The product knows
nothing of it. SAFELIGHT_UPGRADE is a folder: the files in `versions` are migrations beside the shipped
ones, and the first import that comes to its second batch of pictures writes its process number into `held`
and waits there, for ever, if `hold` exists.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from tests.chaos.changing import Finder

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


if FOLDER.name:
    sys.meta_path.insert(
        0,
        Finder(
            {
                "safelight.store.migrations": [add_migrations],
                "safelight.internals.import_documents": [hold_import],
            }
        ),
    )
