"""What `pip install .` installs."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel built from this folder; `make` has built the page before."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    [wheel] = folder.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_holds_the_page_with_its_scripts_styles_and_fonts(names: set[str]) -> None:
    page = {name for name in names if name.startswith("safelight/static/")}
    assert "safelight/static/index.html" in page
    assert {Path(name).suffix for name in page} >= {".html", ".js", ".css", ".woff2"}
    built = ROOT / "src/safelight/static"
    assert page == {
        f"safelight/static/{path.relative_to(built)}" for path in built.rglob("*") if path.is_file()
    }


def test_the_wheel_holds_all_that_ships_and_nothing_else(names: set[str]) -> None:
    committed = subprocess.run(
        ["git", "ls-files", "-z", "src/safelight"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    ours = {name.removeprefix("src/") for name in committed.stdout.split("\0") if name}
    assert ours <= names
    assert not [name for name in names if "__pycache__" in name or "node_modules" in name]
