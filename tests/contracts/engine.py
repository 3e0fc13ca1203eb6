"""What every engine must do. A subclass gives the fixture `bench`: an engine, and a server for its runs."""

from __future__ import annotations

from typing import Protocol

from safelight.domain.jobs import Exit
from safelight.engines.base import Engine, Work
from tests.runner.fake_server import Known, until


class Bench(Protocol):
    engine: Engine
    known: Known

    def work(self, script: str) -> Work:
        """A run of that script."""
        ...

    def another_engine(self) -> Engine:
        """The same engine after a restart of the process that used it."""
        ...


class EngineContract:
    def test_it_runs_a_script_to_its_end(self, bench: Bench) -> None:
        handle = bench.engine.start(bench.work("print('hello'); raise SystemExit(3)"))
        assert exit_of(bench.engine, handle).exit_code == 3
        assert bench.known.text("stdout") == "hello\n"

    def test_polling_does_not_wait(self, bench: Bench) -> None:
        handle = bench.engine.start(bench.work("import time; time.sleep(60)"))
        assert bench.engine.poll(handle) is None  # and not its exit, a minute later

    def test_starting_twice_runs_once(self, bench: Bench) -> None:
        work = bench.work("import time; print('once'); time.sleep(1)")
        first = bench.engine.start(work)
        second = bench.another_engine().start(work)
        assert exit_of(bench.engine, first).exit_code == 0
        assert exit_of(bench.engine, second).exit_code == 0
        assert bench.known.text("stdout") == "once\n"

    def test_a_handle_outlives_the_process_that_got_it(self, bench: Bench) -> None:
        handle = bench.engine.start(bench.work("import time; print('once'); time.sleep(1)"))
        assert exit_of(bench.another_engine(), handle).exit_code == 0
        assert bench.known.text("stdout") == "once\n"

    def test_a_stop_lets_the_script_clean_up(self, bench: Bench) -> None:
        script = (
            "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(5))\n"
            "print('ready')\ntime.sleep(60)"
        )
        handle = bench.engine.start(bench.work(script))
        until(lambda: "ready" in bench.known.text("stdout"))
        bench.engine.stop(handle, grace_s=30)
        bench.engine.stop(handle, grace_s=30)
        assert exit_of(bench.engine, handle).exit_code == 5

    def test_a_stop_kills_after_the_grace(self, bench: Bench) -> None:
        script = (
            "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
            "print('ready')\ntime.sleep(60)"
        )
        handle = bench.engine.start(bench.work(script))
        until(lambda: "ready" in bench.known.text("stdout"))
        bench.engine.stop(handle, grace_s=0.5)
        assert exit_of(bench.engine, handle).signal == 9


def exit_of(engine: Engine, handle: str) -> Exit:
    """The run's end, waited for as a scheduler would."""
    found: list[Exit] = []

    def ended() -> bool:
        end = engine.poll(handle)
        if end is not None:
            found.append(end)
        return end is not None

    until(ended, 30)
    return found[0]
