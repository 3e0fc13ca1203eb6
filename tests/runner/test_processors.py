"""Which processors a limited run is bound to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from safelight.runner.processors import THREADS, Processors, threads

USABLE = sorted(os.sched_getaffinity(0))
needs_two = pytest.mark.skipif(len(USABLE) < 2, reason="this machine has one processor only")

# A keeper by name, with a child bound to the processor that is given.
KEEPER = """
import os, sys, time
from safelight.runner import processes
from safelight.runner.processors import KEEPER_NAME
processes.name_self(KEEPER_NAME)
if os.fork() == 0:
    os.sched_setaffinity(0, {int(sys.argv[1])})
    print("bound", flush=True)
    time.sleep(600)
os.wait()
"""


@pytest.fixture(params=USABLE[:2])
def taken(request: pytest.FixtureRequest) -> Iterator[int]:
    """A processor that another run is bound to; three times, so that no test beside us matters."""
    cpu = int(request.param)
    keepers = [
        subprocess.Popen(
            [sys.executable, "-c", KEEPER, str(cpu)], stdout=subprocess.PIPE, start_new_session=True
        )
        for _ in range(3)
    ]
    for keeper in keepers:
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == b"bound\n"
    yield cpu
    for keeper in keepers:
        os.killpg(keeper.pid, signal.SIGKILL)
        keeper.communicate()


@needs_two
@pytest.mark.parametrize("run_id", ["a", "b", "c", "d"])
def test_a_run_keeps_off_the_processor_that_another_is_bound_to(taken: int, run_id: str) -> None:
    chosen, _ = Processors().choose(1, run_id)
    assert len(chosen) == 1
    assert taken not in chosen


@needs_two
def test_as_many_as_were_asked_for_rounded_up() -> None:
    processors = Processors()
    assert len(processors.choose(0.5, "a")[0]) == 1
    assert processors.choose(0.5, "a")[1] > 0
    assert processors.choose(1, "a")[1] == 0
    for most in (None, len(USABLE), len(USABLE) - 0.5, 1000):
        assert processors.choose(most, "a") == ([], 0)


def test_libraries_are_told_how_many_threads_have_a_processor() -> None:
    assert threads([3, 5]) == dict.fromkeys(THREADS, "2")
    assert threads([]) == {}
