"""An operation whose process, keeper or machine ends under it goes on as the same run."""

from __future__ import annotations

import os
import signal

import pytest

from safelight.runner import processes
from safelight.runner.folder import EXIT, INTERRUPTED, KEEPER
from safelight.runner.interruption import MOST_FRUITLESS
from tests.contracts.engine import exit_of
from tests.engines.conftest import LocalBench, until


def child_of(bench: LocalBench) -> int:
    note = bench.folder.read(KEEPER)
    assert note is not None
    return int(note["child"][0])


def begins_again(bench: LocalBench, handle: str, child: int) -> None:
    """Wait for another process than this one."""

    def has_another() -> bool:
        assert bench.engine.poll(handle) is None
        note = bench.folder.read(KEEPER)
        return note is not None and note["child"][0] != child

    until(has_another)


@pytest.mark.parametrize("victim", ["child", "keeper"])
def test_an_operation_that_is_killed_goes_on_from_its_checkpoint(
    bench: LocalBench, victim: str
) -> None:
    handle = bench.engine.start(bench.internal("steps"))
    until(lambda: "step 3\n" in bench.known.text("stdout"))
    os.kill(child_of(bench) if victim == "child" else bench.keeper(), signal.SIGKILL)
    assert exit_of(bench.engine, handle).exit_code == 0
    until(lambda: bench.known.is_complete)
    said = bench.known.text("stdout")
    assert said.count(f"internal {bench.run_id}\n") == 2
    assert said.count("step 0\n") == 1
    assert "step 29\n" in said
    assert "Cut off: its" in bench.known.text("setup")


def test_it_goes_on_however_often_it_is_killed_while_it_gets_further(bench: LocalBench) -> None:
    handle = bench.engine.start(bench.internal("steps"))
    for number in range(0, 3 * MOST_FRUITLESS, 2):
        until(lambda number=number: f"step {number}\n" in bench.known.text("stdout"))  # type: ignore[misc]
        child = child_of(bench)
        os.kill(child, signal.SIGKILL)
        begins_again(bench, handle, child)
    assert exit_of(bench.engine, handle).exit_code == 0


def test_it_ends_where_it_is_killed_again_and_again_at_the_same_place(bench: LocalBench) -> None:
    handle = bench.engine.start(bench.internal("stuck"))
    for times in range(MOST_FRUITLESS + 1):
        until(lambda times=times: bench.known.text("stdout").count("stuck\n") > times)  # type: ignore[misc]
        child = child_of(bench)
        os.kill(child, signal.SIGKILL)
        if times < MOST_FRUITLESS:
            begins_again(bench, handle, child)
    assert exit_of(bench.engine, handle).signal == signal.SIGKILL


def test_it_goes_on_after_the_machine_was_restarted(bench: LocalBench) -> None:
    handle = bench.engine.start(bench.internal("steps"))
    until(lambda: "step 3\n" in bench.known.text("stdout"))
    child = child_of(bench)
    for pid in (bench.runner(), bench.keeper(), child):
        os.kill(pid, signal.SIGKILL)
    for name in (KEEPER, "process.json"):
        bench.folder.write(name, {**(bench.folder.read(name) or {}), "boot": "an earlier one"})
    until(lambda: not processes.is_alive(processes.Identity(*_identity(child))))
    assert exit_of(bench.another_engine(), handle).exit_code == 0
    note = bench.folder.read(INTERRUPTED)
    assert note is not None
    assert note["why"] == "the machine was restarted"


def _identity(pid: int) -> tuple[int, int]:
    return processes.identify(pid) or (pid, 0)


def test_a_stop_that_comes_while_nothing_runs_is_obeyed(bench: LocalBench) -> None:
    handle = bench.engine.start(bench.internal("stuck"))
    until(lambda: "stuck\n" in bench.known.text("stdout"))
    os.kill(bench.runner(), signal.SIGKILL)
    os.kill(child_of(bench), signal.SIGKILL)
    until(lambda: bench.folder.has(EXIT))
    bench.engine.stop(handle, grace_s=5)
    exit_of(bench.engine, handle)
    until(lambda: bench.known.is_complete)
    assert bench.known.exit is not None
    assert bench.known.exit["stop_signalled"]
    assert bench.known.text("stdout").count("stuck\n") == 1


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGINT])
def test_it_has_ended_when_it_ended_by_itself(bench: LocalBench, number: signal.Signals) -> None:
    handle = bench.engine.start(bench.internal("stuck"))
    until(lambda: "stuck\n" in bench.known.text("stdout"))
    os.kill(child_of(bench), number)
    exit = exit_of(bench.engine, handle)
    assert (exit.signal, exit.exit_code) in {(number, None), (None, 1)}


def test_a_script_that_is_killed_has_ended(bench: LocalBench) -> None:
    handle = bench.engine.start(bench.work("print('hello')\nimport time\ntime.sleep(60)"))
    until(lambda: "hello\n" in bench.known.text("stdout"))
    os.kill(child_of(bench), signal.SIGKILL)
    assert exit_of(bench.engine, handle).signal == signal.SIGKILL
