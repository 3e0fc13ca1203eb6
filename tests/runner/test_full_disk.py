"""Whether the disk was full is judged when the script ends, not when somebody comes to look."""

from __future__ import annotations

from pathlib import Path

from safelight.runner.ending import ending
from safelight.runner.folder import EXIT, RunFolder

END = {"exit_code": 9, "signal": None, "at": 1, "trouble": ""}


def test_a_disk_that_was_full_at_the_end_is_the_reason_though_there_is_room_now(
    tmp_path: Path,
) -> None:
    folder = RunFolder(str(tmp_path))
    assert not folder.is_full
    folder.write(EXIT, {**END, "disk_full": True})
    end = ending(folder)
    assert end is not None
    assert end["failure"]["kind"] == "disk_full"


def test_a_disk_that_filled_after_the_end_is_no_reason(tmp_path: Path) -> None:
    folder = RunFolder(str(tmp_path))
    folder.write(EXIT, {**END, "disk_full": False})
    end = ending(folder)
    assert end is not None
    assert end["failure"] is None
