"""A folder that the official command line generates runs here as it is, as a local package."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from uv import find_uv_bin

from tests.acceptance.home import Home, committed_paths, opened
from tests.acceptance.official import clean_environment, environment
from tests.conftest import _fresh_url

NAME = "sort_fruit"
PATIENCE_S = 200  # the environment of the run is built on the first launch

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(PATIENCE_S + 120)]


@pytest.fixture
def sqlite_home(request: pytest.FixtureRequest, tmp_path: Path, pictures: Path) -> Iterator[Home]:
    with _fresh_url("sqlite", request, tmp_path) as url, opened(tmp_path, url, pictures) as home:
        yield home


@pytest.fixture
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`pxl-pipeline init`, with nothing changed afterwards."""
    folder = tmp_path_factory.mktemp("generated")
    surroundings = clean_environment()
    uv = find_uv_bin()
    surroundings["PATH"] = f"{Path(uv).parent}:{surroundings['PATH']}"
    # A home of its own, so that nobody's settings are read; what was downloaded is kept.
    cache = subprocess.run([uv, "cache", "dir"], check=True, capture_output=True, text=True)
    surroundings["UV_CACHE_DIR"] = cache.stdout.strip()
    arguments = ["init", NAME, "--type", "processing", "--template", "dataset_version_creation"]
    subprocess.run(
        [environment("pipelines") / "bin" / "pxl-pipeline", *arguments],
        cwd=folder,
        env={**surroundings, "HOME": str(folder)},
        check=True,
        capture_output=True,
    )
    return folder / NAME


def test_the_official_dataset_template_runs_unchanged(sqlite_home: Home, generated: Path) -> None:
    sqlite_home.safelight("processing", "add", generated)
    found = sqlite_home.official.run(
        "template",
        names=[f"picture-0{number}.{'jpg' if number % 3 else 'png'}" for number in range(6)],
        processing=NAME,
        choose=4,
        patience_s=PATIENCE_S,
    )
    log = sqlite_home.log(found["job"])
    assert found["status"] == "SUCCEEDED", "\n".join(log.lines[-40:])
    assert found["assets"] == found["chosen"] == 4
    assert found["boxes"] == found["sent"]
    assert found["type"] == "OBJECT_DETECTION"
    assert found["tags"] == ["by the template"]
    assert log.sections[0] == "Set up"
    assert any("process" in name for name in log.sections[1:])
    assert any("picsellia-cv-engine" in line for line in log.lines)
    assert not any(line.startswith("--#--") for line in log.lines)
    _check_calls(sqlite_home.calls)


def _check_calls(calls: set[str]) -> None:
    committed, template_only = committed_paths()
    assert calls <= committed
    assert template_only <= calls
