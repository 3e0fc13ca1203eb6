"""The runner as one file that any Python 3.9+ can execute: `python runner.pyz RUN_FOLDER`."""

from __future__ import annotations

import zipfile
from importlib import resources
from pathlib import Path

_PACKAGE = "safelight_runner"
_MAIN = f"import sys\nfrom {_PACKAGE}.supervisor import main\nsys.exit(main(sys.argv))\n"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same content gives the same file


def build_runner(path: Path) -> Path:
    """Write the file and return its path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr(zipfile.ZipInfo("__main__.py", _EPOCH), _MAIN)
        modules = (file for file in resources.files("safelight.runner").iterdir())
        for file in sorted(modules, key=lambda file: file.name):
            if file.name.endswith(".py"):
                entry = zipfile.ZipInfo(f"{_PACKAGE}/{file.name}", _EPOCH)
                bundle.writestr(entry, file.read_bytes())
    return path
