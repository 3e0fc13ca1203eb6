"""What happens when a part dies: runner, keeper, server, disk. Nothing is lost and nothing runs twice."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from safelight.runner import processes
from safelight.runner.folder import EXIT, KEEPER
from tests.runner.conftest import Scene
from tests.runner.fake_server import TOKEN, until

COUNTING = (
    "import time, os\nprint('begin', os.getpid())\n"
    "for n in range(40):\n    print('line', n)\n    time.sleep(0.05)\nraise SystemExit(4)"
)
NOBODY = 999_999_999  # more than any process number
COUNTED = "".join(f"line {n}\n" for n in range(40))


def test_a_killed_runner_is_followed_by_another(scene: Scene) -> None:
    scene.script(COUNTING)
    runner = scene.run()
    scene.wait_for("line 3\n")
    runner.kill()
    runner.wait()
    scene.run()
    end = scene.finish()
    assert end["exit_code"] == 4
    assert scene.known.text("stdout").split("\n", 1)[1] == COUNTED
    assert scene.known.text("stdout").count("begin") == 1
    assert scene.known.is_complete
    assert len(scene.known.starts) == 2


def test_the_end_is_known_even_if_nobody_looked_when_it_came(scene: Scene) -> None:
    scene.script(COUNTING)
    runner = scene.run()
    scene.wait_for("line 3\n")
    runner.kill()
    runner.wait()
    until(lambda: scene.folder.has(EXIT))
    scene.run()
    assert scene.finish()["exit_code"] == 4
    assert scene.known.text("stdout").endswith(COUNTED)
    assert scene.known.text("setup").count("Process ended") == 1


def test_a_runner_killed_while_setting_up_is_followed_by_one_that_sets_up(scene: Scene) -> None:
    scene.script("print('once')")
    held = scene.known.files.pop("/package.zip")
    scene.known.broken = False
    scene.known.lock.acquire()  # its first request is not answered
    runner = scene.run()
    time.sleep(0.2)
    runner.kill()
    runner.wait()
    scene.known.lock.release()
    scene.known.files["/package.zip"] = held
    scene.run()
    assert scene.finish()["exit_code"] == 0
    assert scene.known.text("stdout") == "once\n"


def test_a_successor_ships_the_log_of_a_run_that_is_over_in_the_record(scene: Scene) -> None:
    scene.script(COUNTING)
    runner = scene.run()
    scene.wait_for("line 3\n")
    runner.kill()
    runner.wait()
    until(lambda: scene.folder.has(EXIT))
    scene.known.refuse_start = 409
    scene.run()
    assert scene.finish()["exit_code"] == 4
    assert scene.known.text("stdout").endswith(COUNTED)
    assert scene.known.is_complete


def test_a_successor_ends_a_script_that_is_over_in_the_record(scene: Scene) -> None:
    scene.script("import time\nprint('ready')\ntime.sleep(60)")
    runner = scene.run()
    scene.wait_for("ready")
    runner.kill()
    runner.wait()
    scene.known.refuse_start = 409
    scene.run()
    assert scene.finish()["signal"] == signal.SIGKILL
    assert not _lives(scene.child())


def test_two_runners_never_have_the_same_run(scene: Scene) -> None:
    scene.script(COUNTING)
    first = scene.run()
    scene.wait_for("begin")
    assert scene.run().wait(10) == 0
    assert first.poll() is None
    scene.runners = [first]
    assert scene.finish()["exit_code"] == 4
    assert scene.known.text("stdout").count("begin") == 1


def test_a_server_that_is_away_and_comes_back_elsewhere_loses_nothing(scene: Scene) -> None:
    scene.script(COUNTING)
    scene.run()
    scene.wait_for("line 3\n")
    scene.server.stop()
    time.sleep(0.5)
    scene.server.start()
    assert scene.finish()["exit_code"] == 4
    assert scene.known.text("stdout").split("\n", 1)[1] == COUNTED


def test_the_end_waits_for_a_server_that_is_away(scene: Scene) -> None:
    scene.script(COUNTING)
    scene.run()
    scene.wait_for("line 3\n")
    scene.server.stop()
    until(lambda: scene.folder.has(EXIT))
    time.sleep(0.3)
    assert scene.known.exit is None
    scene.server.start()
    assert scene.finish()["exit_code"] == 4
    assert scene.known.text("stdout").endswith(COUNTED)
    assert scene.known.is_complete


def test_nothing_of_a_run_outlives_its_data_folder(data: Path, tmp_path: Path) -> None:
    shutil.copytree(data, tmp_path / "data", symlinks=True)
    scene = Scene(tmp_path / "data")
    scene.server.start()
    scene.script("import time\nprint('line 3', flush=True)\ntime.sleep(600)")
    runner = scene.run()
    scene.wait_for("line 3\n")
    child, keeper = scene.child(), scene.keeper()
    scene.server.stop()
    shutil.rmtree(tmp_path / "data")
    runner.wait(timeout=20)
    for pid in (child, keeper):
        until(partial(_gone, pid))


def test_a_server_that_starts_after_the_runner_is_found(make_scene: Callable[[], Scene]) -> None:
    scene = make_scene()
    scene.script("print('hello')")
    scene.run()
    time.sleep(0.2)
    scene.server.start()
    assert scene.finish()["exit_code"] == 0


def test_a_server_that_answers_errors_only_is_as_good_as_away(scene: Scene) -> None:
    scene.script(COUNTING)
    scene.run()
    scene.wait_for("line 3\n")
    scene.known.broken = True
    until(lambda: scene.folder.has(EXIT))
    scene.known.broken = False
    assert scene.finish()["exit_code"] == 4
    assert scene.known.text("stdout").endswith(COUNTED)


def test_after_an_absence_the_end_comes_first_and_then_the_log_in_its_order(scene: Scene) -> None:
    scene.script("print('hello')")
    scene.run()
    until(lambda: scene.known.starts)
    scene.known.broken = True
    until(lambda: scene.folder.has(EXIT))
    time.sleep(0.3)
    with scene.known.lock:
        scene.known.log.clear()
        scene.known.order.clear()
        scene.known.broken = False
    scene.finish()
    assert scene.known.order == ["exit", "setup", "stdout", "setup"]


def test_a_server_that_lost_the_end_of_a_log_gets_it_again(scene: Scene) -> None:
    scene.script(COUNTING)
    scene.run()
    scene.wait_for("line 3\n")
    with scene.known.lock:
        del scene.known.log["stdout"][5:]
    assert scene.finish()["exit_code"] == 4
    assert scene.known.text("stdout").endswith(COUNTED)


def test_a_killed_keeper_ends_the_run_with_that_reason(scene: Scene) -> None:
    scene.script(
        "import os, subprocess, time\nleft = subprocess.Popen(['sleep', '60'])\n"
        "print(os.getpid(), left.pid)\ntime.sleep(60)"
    )
    scene.run()
    scene.wait_for("\n")
    os.kill(scene.keeper(), signal.SIGKILL)
    end = scene.finish()
    assert end["failure"]["kind"] == "engine_error"
    assert end["failure"]["message"] == "The run's supervisor was killed, exit code unknown."
    assert (end["exit_code"], end["signal"]) == (None, None)
    for pid in scene.known.text("stdout").split():
        until(partial(_gone, int(pid)), 5)


def test_runner_and_keeper_killed_at_once_end_the_run_with_that_reason(scene: Scene) -> None:
    scene.script("import time\nprint('ready')\ntime.sleep(60)")
    runner = scene.run()
    scene.wait_for("ready")
    runner.kill()
    os.kill(scene.keeper(), signal.SIGKILL)
    runner.wait()
    scene.run()
    end = scene.finish()
    assert end["failure"]["kind"] == "engine_error"
    until(lambda: not _lives(scene.child()), 5)


def test_a_machine_that_was_restarted_is_named(scene: Scene) -> None:
    scene.folder.write(
        KEEPER,
        {
            "keeper": (os.getpid(), 1),
            "child": (os.getpid(), 1),
            "boot": "another",
            "started_at": 1,
            "limits": {},
            "oom_kills": 0,
        },
    )
    end = scene.finish()
    assert end["failure"]["kind"] == "engine_error"
    assert "restarted" in end["failure"]["message"]


def test_a_stop_that_only_the_engine_knows_is_obeyed(scene: Scene) -> None:
    scene.script("import time\nprint('ready')\ntime.sleep(60)")
    scene.run()
    scene.wait_for("ready")
    scene.server.stop()
    scene.folder.write("stop.json", {"grace_s": 5, "until": time.time() + 5})
    until(lambda: scene.folder.has(EXIT), 5)
    scene.server.start()
    assert scene.finish()["signal"] == signal.SIGTERM


def test_a_foreign_program_on_the_servers_port_cannot_end_a_run(scene: Scene) -> None:
    scene.script(COUNTING)
    scene.run()
    scene.wait_for("line 3\n")
    scene.server.stop()
    scene.known.token = "unknown to our runner"
    scene.server.start(pid=NOBODY)  # it refuses us, but the server that we know is not alive
    time.sleep(0.5)
    assert _lives(scene.child())
    scene.server.stop()
    scene.known.token = TOKEN
    scene.server.start()
    assert scene.finish()["exit_code"] == 4


def _gone(pid: int) -> bool:
    return not _lives(pid)


def _lives(pid: int) -> bool:
    found = processes.stat(pid)
    return found is not None and found.state not in "ZX"
