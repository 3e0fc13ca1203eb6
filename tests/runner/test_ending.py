"""The report on a run's end, from the notes that were left of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from safelight.runner.ending import ending, last_line
from safelight.runner.folder import EXIT, FAILURE, KEEPER, VERDICT, RunFolder
from safelight.runner.spool import last_lines
from tests.runner.conftest import Scene

KILLED = {"exit_code": None, "signal": 9, "at": 2_000_000}
FAILED = {"exit_code": 1, "signal": None, "at": 2_000_000}


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder(str(tmp_path))
    folder.write(KEEPER, {"oom_kills": 10**9, "started_at": 500_000})
    return folder


def test_a_run_without_an_exit_status_has_not_ended(folder: RunFolder) -> None:
    assert ending(folder) is None


def test_a_kill_without_any_reason_stays_a_signal(folder: RunFolder) -> None:
    folder.write(EXIT, KILLED)
    end = ending(folder)
    assert end is not None
    assert (end["signal"], end["failure"]) == (9, None)
    assert last_line(folder, end) == "Process ended with signal 9 (SIGKILL) after 1.5 s.\n"


@pytest.mark.parametrize("at", [2_000_000, 0, 9_000_000_000])
def test_the_time_it_took_is_what_the_keeper_measured_whatever_the_clock_said(
    folder: RunFolder, at: int
) -> None:
    folder.write(EXIT, {**FAILED, "at": at, "took_s": 2.5})
    end = ending(folder)
    assert end is not None
    assert last_line(folder, end) == "Process ended with exit code 1 after 2.5 s.\n"


@pytest.mark.parametrize("end", [KILLED, {**FAILED, "exit_code": 137}])
def test_a_kill_by_the_kernel_for_memory_is_named(folder: RunFolder, end: dict[str, Any]) -> None:
    folder.write(KEEPER, {"oom_kills": -1, "started_at": 0})
    folder.write(EXIT, end)
    assert _failure(folder)["kind"] == "out_of_memory"


def test_a_stop_of_ours_is_no_failure(folder: RunFolder) -> None:
    folder.write(KEEPER, {"oom_kills": -1, "started_at": 0})
    folder.write(EXIT, KILLED)
    folder.write(VERDICT, {"stop_signalled": True})
    end = ending(folder)
    assert end is not None
    assert (end["stop_signalled"], end["failure"]) == (True, None)


def test_what_an_operation_says_of_itself_counts_only_with_a_bad_exit_code(
    folder: RunFolder,
) -> None:
    folder.write(FAILURE, {"kind": "invalid_input", "message": "Record 7."})
    folder.write(EXIT, {**FAILED, "exit_code": 0})
    end = ending(folder)
    assert end is not None
    assert end["failure"] is None
    folder.write(EXIT, FAILED)
    assert _failure(folder)["message"] == "Record 7."


def test_a_full_disk_is_named(scene: Scene) -> None:
    scene.script("with open('/dev/full', 'w') as file: file.write('x')")
    assert scene.finish()["failure"]["kind"] == "disk_full"


def test_the_excerpt_shows_progress_bars_in_their_last_form(tmp_path: Path) -> None:
    path = tmp_path / "stderr"
    path.write_text("".join(f"old {n}\n" for n in range(50)) + "1%\r50%\r100%\nTraceback\n")
    lines = last_lines(str(path)).split("\n")
    assert len(lines) == 20
    assert lines[-2:] == ["100%", "Traceback"]


def _failure(folder: RunFolder) -> dict[str, Any]:
    end = ending(folder)
    assert end is not None
    failure: dict[str, Any] = end["failure"]
    assert failure is not None
    return failure
