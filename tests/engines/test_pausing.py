"""Operations of ours that leave before the database changes, in real processes: who must go, who stays."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from pathlib import Path

import pytest

from safelight.engines import pausing
from safelight.errors import Conflict
from safelight.runner import processes
from safelight.runner.folder import EXIT, FINISHED, KEEPER, PAUSE, PROCESS
from tests.contracts.engine import exit_of
from tests.engines.conftest import LocalBench, until

SCRIPT = "import time\nfor n in range(40):\n    print('line', n)\n    time.sleep(0.05)"
STEPS = "".join(f"step {number}\n" for number in range(20))


def _pause_all(bench: LocalBench, patience_s: float = pausing.PATIENCE_S) -> list[str]:
    """What was said meanwhile."""
    said: list[str] = []
    pausing.pause_all(bench.data, said.append, patience_s=patience_s)
    return said


def _lives(bench: LocalBench, name: str) -> bool:
    note = bench.folder.read(KEEPER if name in ("keeper", "child") else PROCESS)
    return note is not None and processes.is_alive(processes.Identity(*note[name]))


def test_where_nothing_is_going_on_nothing_is_waited_for(bench: LocalBench) -> None:
    assert _pause_all(bench) == []


def test_an_operation_leaves_and_begins_again_in_the_same_log(bench: LocalBench) -> None:
    handle = bench.engine.start(bench.internal("slow"))
    until(lambda: "step 3\n" in bench.known.text("stdout"))
    bench.server.stop()
    said = _pause_all(bench)
    assert len(said) == 1
    assert said[0].endswith(f" Waiting for the operation of run {bench.run_id} to pause.")
    assert not any(_lives(bench, name) for name in ("process", "keeper", "child"))
    assert pausing.paused_at(bench.folder) is not None
    pausing.begin_again(bench.folder)
    assert pausing.paused_at(bench.folder) is None
    bench.server.start()
    assert exit_of(bench.another_engine(), handle).exit_code == 0
    until(lambda: bench.known.is_complete)
    first, again = bench.known.text("stdout").split(f"internal {bench.run_id}\n")[1:]
    assert STEPS.startswith(first)
    assert again == STEPS
    assert bench.known.text("setup").count("Paused while Safelight was upgraded.") == 1
    assert bench.known.exits == 1, "the pause was not told as the end of the run"


def test_a_script_is_left_alone(bench: LocalBench) -> None:
    handle = bench.engine.start(bench.work(SCRIPT))
    until(lambda: "line 3\n" in bench.known.text("stdout"))
    assert _pause_all(bench) == []
    assert all(_lives(bench, name) for name in ("process", "keeper", "child"))
    assert exit_of(bench.engine, handle).exit_code == 0
    assert len(bench.known.starts) == 1


def test_an_operation_that_does_not_leave_is_killed(bench: LocalBench) -> None:
    bench.engine.start(bench.internal("deaf"))
    until(lambda: "deaf\n" in bench.known.text("stdout"))
    bench.server.stop()
    _pause_all(bench, patience_s=0.3)
    end = bench.folder.read(EXIT)
    assert end is not None
    assert end["signal"] == 9
    assert pausing.paused_at(bench.folder) is not None


def test_an_operation_that_cannot_be_killed_stops_the_upgrade(
    bench: LocalBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.engine.start(bench.internal("deaf"))
    until(lambda: "deaf\n" in bench.known.text("stdout"))
    monkeypatch.setattr(processes, "send_group", lambda *_: None)  # as where the kernel holds it
    monkeypatch.setattr(pausing, "KILLED_S", 0.2)
    with pytest.raises(Conflict, match=f"^The operation of run {bench.run_id} did not end, so"):
        _pause_all(bench, patience_s=0.2)
    assert _lives(bench, "child")


def test_an_operation_that_was_in_its_last_step_has_ended_and_does_not_begin_again(
    bench: LocalBench,
) -> None:
    handle = bench.engine.start(bench.internal("polite"))
    until(lambda: "polite\n" in bench.known.text("stdout"))
    bench.server.stop()
    _pause_all(bench)
    assert pausing.paused_at(bench.folder) is None
    bench.server.start()
    assert exit_of(bench.another_engine(), handle).exit_code == 0
    until(lambda: bench.known.is_complete)
    assert bench.known.text("stdout").endswith("polite\nbye\n")


def test_a_runner_that_has_not_begun_is_replaced_by_one_of_the_new_version(
    bench: LocalBench,
) -> None:
    bench.server.stop()
    Path(bench.folder.path).mkdir()
    with open(bench.folder.file("keeper.lock"), "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # which it needs for its keeper
        handle = bench.engine.start(bench.internal("fine"))
        until(lambda: bench.folder.has(PROCESS))
        old = bench.runner()
        os.kill(old, signal.SIGSTOP)
    _pause_all(bench)
    assert not _lives(bench, "process")
    assert not bench.folder.has(PAUSE)
    bench.server.start()
    engine = bench.another_engine()
    assert exit_of(engine, handle).exit_code == 0
    assert bench.runner() != old
    until(lambda: bench.known.is_complete)
    assert bench.known.text("stdout") == f"internal {bench.run_id}\n"


def test_who_dies_while_pausing_is_followed_by_one_who_does_it_again(bench: LocalBench) -> None:
    handle = bench.engine.start(bench.internal("slow"))
    until(lambda: "step 3\n" in bench.known.text("stdout"))
    bench.server.stop()
    bench.folder.write(PAUSE, {"signal": 15, "at": 1})  # written, and died before the signal
    _pause_all(bench, patience_s=0.2)
    Path(bench.folder.file(KEEPER)).unlink()  # died again, half way through making it fresh
    _pause_all(bench)
    assert pausing.paused_at(bench.folder) is not None
    pausing.begin_again(bench.folder)
    bench.server.start()
    assert exit_of(bench.another_engine(), handle).exit_code == 0
    until(lambda: bench.known.is_complete)
    assert bench.known.text("stdout").endswith(STEPS)


def test_a_run_that_is_over_is_not_looked_at(bench: LocalBench) -> None:
    handle = bench.engine.start(bench.internal("fine"))
    assert exit_of(bench.engine, handle).exit_code == 0
    until(lambda: bench.folder.has(FINISHED))
    time.sleep(0.1)
    assert _pause_all(bench) == []
