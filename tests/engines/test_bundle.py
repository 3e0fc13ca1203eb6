"""The runner as one file, on the oldest Python at hand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from safelight.engines.bundle import build_runner
from safelight.runner.folder import Config
from tests.engines.conftest import LocalBench


def _oldest() -> str:
    """Python 3.9 if there is one: the oldest that the runner promises to work on."""
    installed = (Path.home() / ".pyenv/versions").glob("3.9.*/bin/python3.9")
    for python in [*map(str, installed), shutil.which("python3.9")]:
        # What is on the PATH may be a signpost to a Python that is not there.
        if python and subprocess.run([python, "-c", ""], check=False).returncode == 0:
            return python
    return sys.executable


def test_one_file_runs_a_script_without_safelight_installed(
    bench: LocalBench, tmp_path: Path
) -> None:
    pyz = build_runner(tmp_path / "runner.pyz")
    config: Config = bench.engine._config(bench.work("print('hello')"))
    os.makedirs(bench.folder.path)  # noqa: PTH103
    bench.folder.write("runner.json", vars(config))
    done = subprocess.run(
        [_oldest(), "-I", "-W", "error", pyz, bench.folder.path],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert bench.known.text("stdout") == "hello\n"
    assert bench.known.exit is not None
    assert bench.known.exit["exit_code"] == 0


def test_the_same_source_gives_the_same_file(tmp_path: Path) -> None:
    first = build_runner(tmp_path / "a.pyz").read_bytes()
    assert first == build_runner(tmp_path / "b.pyz").read_bytes()


def test_the_file_explains_how_to_use_it(tmp_path: Path) -> None:
    pyz = build_runner(tmp_path / "runner.pyz")
    done = subprocess.run(
        [sys.executable, pyz], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert "RUN_FOLDER" in done.stderr


def test_a_note_of_a_later_version_does_not_disturb(bench: LocalBench) -> None:
    bench.engine.start(bench.work("print('hello')"))
    note = json.loads(Path(bench.folder.file("runner.json")).read_text())
    note["from_the_future"] = True
    bench.folder.write("runner.json", note)
    assert Config.read(bench.folder).token == note["token"]
