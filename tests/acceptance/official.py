"""The official clients, unmodified: environments of their own, driven as processes."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uv import find_uv_bin

HERE = Path(__file__).parent
CACHE = HERE.parent.parent / ".cache" / "clients"
SCRIPT_S = 240


def environment(name: str) -> Path:
    """The folder of an environment with what `clients/NAME.txt` lists, built once and reused."""
    requirements = HERE / "clients" / f"{name}.txt"
    digest = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:16]
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = CACHE / digest
    with (CACHE / f"{digest}.lock").open("w") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)  # test processes beside this one want it too
        if not (folder / "ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _uv("venv", "--quiet", "--python", sys.executable, str(folder))
            python = str(folder / "bin" / "python")
            _uv("pip", "install", "--quiet", "--python", python, "--requirements", requirements)
            (folder / "ready").touch()
    return folder


def _uv(*arguments: str | Path) -> None:
    subprocess.run([find_uv_bin(), *arguments], check=True, env=clean_environment())


def clean_environment() -> dict[str, str]:
    """This process's, without what would lead another Python to our packages."""
    hidden = {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "UV_PYTHON"}
    return {name: text for name, text in os.environ.items() if name not in hidden}


@dataclass(frozen=True)
class Official:
    """The official SDK, speaking to one server with one token."""

    folder: Path
    url: str
    token: str
    pictures: Path

    def run(self, script: str, **facts: Any) -> dict[str, Any]:
        """Run `scripts/SCRIPT.py`; what it found. AssertionError with its output if it fails."""
        ended = subprocess.run(
            [self.folder / "bin" / "python", HERE / "scripts" / f"{script}.py"],
            input=json.dumps({"pictures": str(self.pictures), **facts}),
            env={
                **clean_environment(),
                "SAFELIGHT_TEST_HOST": self.url,
                "SAFELIGHT_TEST_TOKEN": self.token,
            },
            capture_output=True,
            text=True,
            timeout=SCRIPT_S,
            check=False,
        )
        assert ended.returncode == 0, f"{script}:\n{ended.stdout}\n{ended.stderr}"
        found: dict[str, Any] = json.loads(ended.stdout.rstrip().rsplit("\n", 1)[-1])
        return found


def safelight(url: str, token: str, *arguments: str | Path) -> Any:
    """Run the command `safelight ... --json` against a server; what it printed."""
    ended = subprocess.run(
        [sys.executable, "-m", "safelight.cli", *arguments, "--json"],
        env={**os.environ, "SAFELIGHT_URL": url, "SAFELIGHT_TOKEN": token},
        capture_output=True,
        text=True,
        timeout=SCRIPT_S,
        check=False,
    )
    assert ended.returncode == 0, f"{arguments}:\n{ended.stdout}\n{ended.stderr}"
    return json.loads(ended.stdout)
