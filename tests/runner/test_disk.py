"""The disk of folders, measured a little at a time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from safelight.runner.disk import A_LOOK_S, DiskMeter

MIB = 1024**2


class Clock:
    """Moves on at each look at it, as if each took so long."""

    def __init__(self, step_s: float = 0.0) -> None:
        self.now = 1000.0
        self.step_s = step_s

    def __call__(self) -> float:
        self.now += self.step_s
        return self.now


def fill(path: Path, size: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(size))


def test_files_of_all_depths_and_folders_are_summed(tmp_path: Path) -> None:
    fill(tmp_path / "work" / "a.bin", MIB)
    fill(tmp_path / "work" / "deep" / "er" / "b.bin", MIB)
    fill(tmp_path / "tmp" / "c.bin", MIB)
    meter = DiskMeter(str(tmp_path / "work"), str(tmp_path / "tmp"))
    assert meter.used is None
    assert 3 * MIB <= meter.look() < 3.1 * MIB
    assert meter.used == meter.look()


def test_a_file_with_two_names_counts_once_and_links_are_not_followed(tmp_path: Path) -> None:
    fill(tmp_path / "elsewhere", MIB)
    fill(tmp_path / "work" / "a", MIB)
    (tmp_path / "work" / "again").hardlink_to(tmp_path / "work" / "a")
    (tmp_path / "work" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "work" / "round").symlink_to(tmp_path / "work")
    assert MIB <= DiskMeter(str(tmp_path / "work")).look() < 1.1 * MIB


def test_a_hole_takes_no_disk(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    assert DiskMeter(str(tmp_path)).look() < MIB


def test_a_big_folder_is_walked_in_many_looks_and_what_was_seen_counts_at_once(
    tmp_path: Path,
) -> None:
    for number in range(500):
        (tmp_path / str(number)).write_bytes(b"x")
    clock = Clock(A_LOOK_S)  # each look at the clock says that the time is up
    meter = DiskMeter(str(tmp_path), clock=clock)
    seen = [meter.look()]
    while meter.used is None:
        seen.append(meter.look())
    assert len(seen) == 500 // 64 + 1
    assert seen == sorted(seen)
    assert 0 < seen[0] < seen[-1] == meter.used


def test_after_a_walk_comes_a_pause_in_proportion(tmp_path: Path) -> None:
    fill(tmp_path / "a", MIB)
    clock = Clock()
    meter = DiskMeter(str(tmp_path), clock=clock)
    before = meter.look()
    fill(tmp_path / "b", MIB)
    assert meter.look() == before
    clock.now += 1.01
    assert meter.look() >= before + MIB
    slow = Clock(5.0)  # a walk that takes long is repeated seldom
    meter = DiskMeter(str(tmp_path), clock=slow)
    meter.look()
    fill(tmp_path / "c", MIB)
    slow.step_s = 0
    slow.now += 20
    assert meter.look() == meter.used
    assert meter.look() < 3 * MIB
    slow.now += 200
    assert meter.look() >= 3 * MIB


@pytest.mark.parametrize("paths", [(), ("/no/such/folder",)])
def test_what_is_not_there_takes_nothing(paths: tuple[str, ...]) -> None:
    meter = DiskMeter(*paths)
    assert meter.look() == 0
    assert meter.used == (0 if paths else None)
