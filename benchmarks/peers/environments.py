"""An environment for each of the other tools, with the packages that `TOOL.txt` pins."""

from __future__ import annotations

import subprocess
import venv
from pathlib import Path

HERE = Path(__file__).parent


class NotInstalledError(Exception):
    """It says why."""


def python_of(tool: str) -> Path:
    """The interpreter of the environment of a tool, made when it is not there or other packages are pinned.

    Raises NotInstalledError.
    """
    place, pins = HERE / ".venv" / tool, HERE / f"{tool}.txt"
    python, installed = place / "bin" / "python", place / "installed.txt"
    if not installed.exists() or installed.read_text() != pins.read_text():
        venv.create(place, with_pip=True, clear=True)
        command: list[str | Path] = [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--requirement",
            pins,
        ]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise NotInstalledError(last_line(done.stderr))
        installed.write_text(pins.read_text())
    return python


def last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()] or ["no reason given"]
    return lines[-1].strip()[:200]
