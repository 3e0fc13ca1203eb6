"""The watch over a child by a clock that only moves when told: limits and graces, whatever time it is."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from safelight.runner import processes
from safelight.runner.folder import VERDICT, RunFolder
from safelight.runner.orders import Orders
from safelight.runner.usage import Usage
from safelight.runner.watch import TIMEOUT_GRACE_S, Watch

NOBODY = (999_999_999, 1)  # no process has so great a number: signals reach nobody
BEGAN = 1_000.0
LIMIT_S = 60.0


class Scene:
    """A child that was started at second 1,000 of the machine's life, and the signals it was sent."""

    def __init__(self, folder: Path, **note: Any) -> None:
        self.now = BEGAN
        self.folder = RunFolder(str(folder))
        self.orders = Orders()
        self.signals: list[int] = []
        note = {
            "keeper": NOBODY,
            "child": NOBODY,
            "boot": processes.boot_id(),
            "started_at": time.time_ns() // 1000,
            "began": BEGAN,
            "limits": {"timeout_s": LIMIT_S},
            "oom_kills": None,
            **note,
        }
        usage = Usage(NOBODY[0], self.folder.work, self.folder.tmp)
        self.watch = Watch(self.folder, note, self.orders, usage, lambda: self.now)
        self.watch._signal = self._note  # type: ignore[method-assign]

    def _note(self, number: int) -> None:
        self.signals.append(number)

    def after(self, seconds: float) -> list[int]:
        """The signals sent until then."""
        self.now = BEGAN + seconds
        self.watch.step()
        return self.signals

    @property
    def reason(self) -> str | None:
        failure = (self.folder.read(VERDICT) or {}).get("failure")
        return failure["kind"] if failure else None


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the time of day by so many seconds."""
    real = time.time

    def set_by(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: real() + seconds)
        monkeypatch.setattr(time, "time_ns", lambda: int((real() + seconds) * 1e9))

    return set_by


def test_a_limit_and_its_grace_are_measured_from_the_start_of_the_child(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    assert scene.after(LIMIT_S - 1) == []
    assert scene.after(LIMIT_S) == [15]
    assert scene.reason == "timeout"
    assert scene.after(LIMIT_S + TIMEOUT_GRACE_S - 1) == [15]
    assert scene.after(LIMIT_S + TIMEOUT_GRACE_S) == [15, 9]


@pytest.mark.parametrize("by_s", [86_400, -86_400])
def test_a_clock_that_is_set_changes_no_limit(tmp_path: Path, set_clock: Any, by_s: float) -> None:
    scene = Scene(tmp_path)
    set_clock(by_s)
    assert scene.after(LIMIT_S - 1) == []
    assert scene.after(LIMIT_S) == [15]


@pytest.mark.parametrize("by_s", [86_400, -86_400])
def test_a_clock_that_is_set_changes_no_grace(tmp_path: Path, set_clock: Any, by_s: float) -> None:
    scene = Scene(tmp_path, limits={})
    scene.orders.ask(30.0)
    assert scene.after(0) == [15]
    set_clock(by_s)
    assert scene.after(29) == [15]
    assert scene.after(30) == [15, 9]


def test_a_server_whose_clock_is_set_does_not_shorten_a_grace_that_it_gave(tmp_path: Path) -> None:
    scene = Scene(tmp_path, limits={})
    scene.orders.take({"grace_s": 30.0, "kill": False, "until": 5})
    assert scene.after(0) == [15]
    scene.orders.take({"grace_s": 0.0, "kill": True, "until": 5})  # as if an hour had passed
    assert scene.after(29) == [15]
    scene.orders.take({"grace_s": 0.0, "kill": True, "until": 4})  # somebody pressed Kill
    assert scene.after(29) == [15, 9]


def test_who_takes_over_counts_on(tmp_path: Path) -> None:
    scene = Scene(tmp_path, began=BEGAN - LIMIT_S + 1)
    assert scene.after(0) == []
    assert scene.after(1) == [15]


def test_a_child_that_an_earlier_version_started_has_its_limit_too(
    tmp_path: Path, set_clock: Any
) -> None:
    """Its keeper noted the time of day and nothing else."""
    ten_ago = (time.time_ns() // 1000) - 10_000_000
    scene = Scene(tmp_path, began=None, started_at=ten_ago)
    assert scene.after(LIMIT_S - 12) == []
    assert scene.after(LIMIT_S - 10) == [15]
    set_clock(-86_400)  # then less than nothing would have passed
    scene = Scene(tmp_path, began=None, started_at=ten_ago)
    assert scene.after(LIMIT_S - 1) == []
    assert scene.after(LIMIT_S) == [15]


def test_the_default_clock_is_one_that_nobody_sets_and_that_sleeps_with_the_script(
    tmp_path: Path,
) -> None:
    began = time.monotonic() - LIMIT_S
    note = {"limits": {"timeout_s": LIMIT_S}, "keeper": NOBODY, "child": NOBODY, "began": began}
    folder = RunFolder(str(tmp_path))
    Watch(folder, note, Orders(), Usage(os.getpid(), folder.work, folder.tmp)).step()
    assert folder.read(VERDICT) is not None
