"""The wheel that is put into the environments of runs."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

from uv import find_uv_bin

from safelight import sdk_wheel

USE_ALL = """
import pkgutil, sys, importlib, safelight, safelight.client
for module in pkgutil.iter_modules(safelight.client.__path__):
    importlib.import_module(f"safelight.client.{module.name}")
for name in safelight.__all__:
    getattr(safelight, name)
print(safelight.__version__)
"""


def test_the_wheel_is_the_same_bytes_for_the_same_sources() -> None:
    first = sdk_wheel.build()
    sdk_wheel.build.cache_clear()
    assert sdk_wheel.build() == first


def test_the_wheel_holds_nothing_of_the_server() -> None:
    names = zipfile.ZipFile(BytesIO(sdk_wheel.build().content)).namelist()
    folders = {name.split("/")[1] for name in names if name.count("/") > 1}
    assert folders == {"client", "domain"}


def test_the_wheel_works_in_a_bare_environment_with_httpx_only(tmp_path: Path) -> None:
    wheel = sdk_wheel.build()
    (tmp_path / wheel.filename).write_bytes(wheel.content)
    python = tmp_path / "env" / "bin" / "python"
    uv = find_uv_bin()
    _run(uv, "venv", "--quiet", "--python", sys.executable, str(tmp_path / "env"))
    _run(uv, "pip", "install", "--quiet", "--python", str(python), str(tmp_path / wheel.filename))
    assert _run(str(python), "-c", USE_ALL).strip() == "0.1.0"
    installed = _run(uv, "pip", "list", "--quiet", "--python", str(python))
    assert {"pydantic", "msgspec", "sqlalchemy"}.isdisjoint(installed.lower().split())


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
