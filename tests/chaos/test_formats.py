"""Readers of files that nobody wrote: a minute of guided guessing finds nothing that they do not refuse."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 60


@pytest.mark.chaos
def test_no_input_makes_a_reader_crash_hang_or_swell(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.formats.fuzz", str(SECONDS)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert list(tmp_path.iterdir()) == []
    assert "Done " in done.stderr
