"""The local engine with real processes: the contract of engines, and what is its own."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from safelight.domain.jobs import FailureKind
from safelight.engines.local import MOST_RUNNERS, setup_environment
from safelight.runner import processes
from safelight.runner.folder import EXIT
from tests.contracts.engine import EngineContract, exit_of
from tests.engines.conftest import LocalBench
from tests.runner.fake_server import TOKEN, until

COUNTING = "import time\nfor n in range(30):\n    print('line', n)\n    time.sleep(0.05)\nraise SystemExit(4)"
COUNTED = "".join(f"line {n}\n" for n in range(30))


class TestLocalEngine(EngineContract):
    pass


def test_a_killed_runner_is_replaced_and_the_script_goes_on(bench: LocalBench) -> None:
    handle = bench.engine.start(bench.work(COUNTING))
    until(lambda: "line 3\n" in bench.known.text("stdout"))
    os.kill(bench.runner(), signal.SIGKILL)
    assert exit_of(bench.engine, handle).exit_code == 4
    until(lambda: bench.known.is_complete)
    assert bench.known.text("stdout") == COUNTED
    assert len(bench.known.starts) == 2


def test_runs_survive_server_launcher_and_runner_at_once(bench: LocalBench) -> None:
    handle = bench.engine.start(bench.work(COUNTING))
    until(lambda: "line 3\n" in bench.known.text("stdout"))
    bench.server.stop()
    bench.launchers[0].close()
    os.kill(bench.runner(), signal.SIGKILL)
    until(lambda: bench.folder.has(EXIT))
    bench.server.start()
    engine = bench.another_engine()
    assert exit_of(engine, handle).exit_code == 4
    until(lambda: bench.known.is_complete)
    assert bench.known.text("stdout") == COUNTED


def test_a_launcher_that_was_killed_is_replaced(bench: LocalBench) -> None:
    process = bench.launchers[0]._process
    assert process is not None
    process.kill()
    process.wait()
    handle = bench.engine.start(bench.work("print('hello')"))
    assert exit_of(bench.engine, handle).exit_code == 0


def test_closing_the_launcher_leaves_runs_alone(bench: LocalBench) -> None:
    handle = bench.engine.start(bench.work(COUNTING))
    until(lambda: "line 3\n" in bench.known.text("stdout"))
    bench.launchers[0].close()
    assert exit_of(bench.engine, handle).exit_code == 4
    assert len(bench.known.starts) == 1


def test_a_killed_keeper_is_a_failure_of_the_engine(bench: LocalBench) -> None:
    handle = bench.engine.start(bench.work(COUNTING))
    until(lambda: "line 3\n" in bench.known.text("stdout"))
    os.kill(bench.keeper(), signal.SIGKILL)
    end = exit_of(bench.engine, handle)
    assert end.failure is not None
    assert end.failure.kind is FailureKind.ENGINE_ERROR


def test_a_runner_that_dies_again_and_again_is_given_up(
    bench: LocalBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    engine = bench.another_engine()
    engine.clock = lambda: now[0]
    bench.server.stop()
    work = bench.work("print('never')")
    handle = engine.start(work)
    path = Path(bench.folder.file("runner.json"))
    path.write_text("[]")  # every runner fails on it

    def poll() -> bool:
        now[0] += 1.0
        return engine.poll(handle) is not None

    os.kill(engine._watched[bench.folder.path].process.pid, signal.SIGKILL)
    until(poll, 30)
    end = engine.poll(handle)
    assert end is not None
    assert end.failure is not None
    assert end.failure.kind is FailureKind.ENGINE_ERROR
    assert engine._watched[bench.folder.path].count == MOST_RUNNERS


def test_an_internal_run_is_called_in_a_process_of_its_own(bench: LocalBench) -> None:
    handle = bench.engine.start(bench.internal("fine"))
    assert exit_of(bench.engine, handle).exit_code == 0
    until(lambda: bench.known.is_complete)
    assert bench.known.text("stdout") == f"internal {bench.run_id}\n"
    assert bench.known.text("setup").startswith("Process ended with exit code 0")


def test_an_internal_run_says_itself_why_it_failed(bench: LocalBench) -> None:
    failure = exit_of(bench.engine, bench.engine.start(bench.internal("invalid"))).failure
    assert failure is not None
    assert (failure.kind, failure.message) == ("invalid_input", "Record 7 has no picture.")
    assert failure.exit_code == 1


def test_an_internal_run_that_raises_leaves_its_traceback(bench: LocalBench) -> None:
    end = exit_of(bench.engine, bench.engine.start(bench.internal("raise")))
    assert end.exit_code == 1
    assert end.excerpt.endswith("ValueError: a bug of ours")


def test_an_internal_run_may_choose_its_exit_code(bench: LocalBench) -> None:
    assert exit_of(bench.engine, bench.engine.start(bench.internal("exit"))).exit_code == 4


def test_an_internal_run_has_no_descriptors_but_the_standard_three(bench: LocalBench) -> None:
    handle = bench.engine.start(bench.internal("descriptors"))
    assert exit_of(bench.engine, handle).exit_code == 0
    until(lambda: bench.known.is_complete)
    assert "open 4\n" in bench.known.text("stdout")  # the fourth lists the folder


def test_an_internal_run_begins_before_the_server_has_answered(bench: LocalBench) -> None:
    bench.server.stop()
    handle = bench.engine.start(bench.internal("fine"))
    assert exit_of(bench.engine, handle).exit_code == 0
    assert not bench.known.starts
    bench.server.start()
    until(lambda: bench.known.is_complete)
    assert bench.known.text("stdout") == f"internal {bench.run_id}\n"
    assert len(bench.known.starts) == 1  # told before the end


def test_an_internal_run_that_the_server_does_not_want_is_ended(bench: LocalBench) -> None:
    bench.known.refuse_start = 409
    handle = bench.engine.start(bench.internal("slow"))
    assert exit_of(bench.engine, handle).signal == signal.SIGKILL


def test_what_children_share_is_made_after_the_first_run(bench: LocalBench) -> None:
    first = bench.engine.start(bench.internal("warmth"))
    assert exit_of(bench.engine, first).exit_code == 0
    until(lambda: bench.known.is_complete)
    assert bench.known.text("stdout").endswith("warm: []\n")
    until((bench.data / "warmed").exists)
    bench.another_run()
    second = bench.engine.start(bench.internal("warmth"))
    assert exit_of(bench.engine, second).exit_code == 0
    until(lambda: bench.known.is_complete)
    assert bench.known.text("stdout").endswith(f"warm: ['{bench.data}']\n")


def test_an_internal_run_survives_its_runner(bench: LocalBench) -> None:
    handle = bench.engine.start(bench.internal("slow"))
    until(lambda: "step 2\n" in bench.known.text("stdout"))
    os.kill(bench.runner(), signal.SIGKILL)
    assert exit_of(bench.engine, handle).exit_code == 0
    until(lambda: bench.known.is_complete)
    assert bench.known.text("stdout").count("step") == 20


def test_the_end_is_known_while_the_server_cannot_be_told(bench: LocalBench) -> None:
    handle = bench.engine.start(bench.work("print('ready')\nimport time\ntime.sleep(60)"))
    until(lambda: "ready" in bench.known.text("stdout"))
    bench.server.stop()
    bench.engine.stop(handle, grace_s=1)
    assert exit_of(bench.engine, handle).signal == signal.SIGTERM


def test_a_stuck_runner_cannot_keep_a_script_alive(
    bench: LocalBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("safelight.engines.local.LATE_S", 0.2)
    handle = bench.engine.start(bench.work("print('ready')\nimport time\ntime.sleep(60)"))
    until(lambda: "ready" in bench.known.text("stdout"))
    runner = bench.runner()
    os.kill(runner, signal.SIGSTOP)
    bench.engine.stop(handle, grace_s=0.1)
    assert exit_of(bench.engine, handle).signal == signal.SIGKILL
    os.kill(runner, signal.SIGCONT)
    until(lambda: bench.known.exit is not None)
    assert bench.known.exit is not None
    assert bench.known.exit["stop_signalled"]  # it comes back and calls that no failure


def test_a_stop_that_found_no_runner_is_told_by_the_next_one(bench: LocalBench) -> None:
    handle = bench.engine.start(bench.work("print('ready')\nimport time\ntime.sleep(60)"))
    until(lambda: "ready" in bench.known.text("stdout"))
    os.kill(bench.runner(), signal.SIGKILL)
    until(lambda: not processes.is_alive(bench.engine._watched[bench.folder.path].process))
    bench.engine.stop(handle, grace_s=30)
    until(lambda: bench.folder.has(EXIT))
    assert exit_of(bench.engine, handle).signal == signal.SIGTERM
    until(lambda: bench.known.exit is not None)
    assert bench.known.exit is not None
    assert bench.known.exit["stop_signalled"]


def test_a_script_that_is_ended_because_its_runners_die_was_not_killed_by_anybody_else(
    bench: LocalBench,
) -> None:
    now = [0.0]
    bench.engine.clock = lambda: now[0]
    handle = bench.engine.start(bench.work("print('ready')\nimport time\ntime.sleep(60)"))
    until(lambda: "ready" in bench.known.text("stdout"))

    def poll() -> bool:
        processes.send(bench.engine._watched[bench.folder.path].process.pid, signal.SIGKILL)
        now[0] += 10.0
        return bench.engine.poll(handle) is not None

    until(poll)
    until(lambda: bench.folder.has(EXIT))
    now[0] += 100.0  # the next one has no trouble
    until(lambda: bench.engine.poll(handle) is not None and bench.known.exit is not None)
    assert bench.known.exit is not None
    assert bench.known.exit["failure"]["kind"] == "engine_error"
    assert bench.known.exit["signal"] == signal.SIGKILL


def test_the_token_is_in_a_file_for_its_owner_only(bench: LocalBench) -> None:
    bench.engine.start(bench.work("import time; time.sleep(60)"))
    path = Path(bench.folder.file("runner.json"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert TOKEN in path.read_text()
    assert bench.data.stat().st_mode & 0o777 == 0o700


def test_a_runner_holds_nothing_of_the_server(bench: LocalBench) -> None:
    held = os.open(bench.data, os.O_RDONLY)
    os.set_inheritable(held, True)
    bench.engine.start(bench.work("print('ready')\nimport time; time.sleep(60)"))
    until(lambda: "ready" in bench.known.text("stdout"))
    os.close(held)
    for pid in (bench.runner(), bench.keeper()):
        targets = [str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir()]
        assert str(bench.data) not in targets
        found = processes.stat(pid)
        assert found is not None
        assert found.session == pid


def test_set_up_sees_the_addresses_of_registries_and_proxies_only() -> None:
    environ = {
        "UV_INDEX_URL": "a",
        "PIP_CERT": "b",
        "https_proxy": "c",
        "SSL_CERT_FILE": "d",
        "SAFELIGHT_ADMIN_TOKEN": "secret",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "PYTHONPATH": "e",
    }
    assert set(setup_environment(environ)) == {
        "UV_INDEX_URL", "PIP_CERT", "https_proxy", "SSL_CERT_FILE",
    }  # fmt: skip


assert sys.platform == "linux"
