"""The corpus of malformed files: what is said of each, in bounded memory and time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.formats.corpus.make import CASES, FILES

ROOT = Path(__file__).parents[2]
SECONDS = 20  # of a processor, for any one of them: they take milliseconds


@pytest.fixture(scope="module")
def looked() -> dict[str, Any]:
    """What a process with little memory said of each file."""
    command = [sys.executable, "-m", "tests.formats.corpus.look"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("name", CASES)
def test_a_malformed_file_has_its_reason(name: str, looked: dict[str, Any]) -> None:
    said, seconds = looked[name]
    assert said == CASES[name][2]
    assert seconds < SECONDS


@pytest.mark.parametrize("name", CASES)
def test_the_files_are_what_the_script_makes(name: str) -> None:
    assert (FILES / name).read_bytes() == CASES[name][1]


def test_no_file_is_without_its_case() -> None:
    assert {one.name for one in FILES.iterdir()} == set(CASES)
