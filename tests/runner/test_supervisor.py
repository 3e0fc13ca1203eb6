"""A real runner, keeper and child against a server in memory: how runs go and how they end."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.runner.conftest import Scene
from tests.runner.fake_server import TOKEN, until


def test_a_script_runs_and_its_log_and_end_arrive(scene: Scene) -> None:
    scene.script("import sys; print('hello'); print('warning', file=sys.stderr)")
    end = scene.finish()
    assert (end["exit_code"], end["signal"], end["failure"]) == (0, None, None)
    assert scene.known.text("stdout") == "hello\n"
    assert scene.known.text("stderr") == "warning\n"
    assert scene.known.is_complete
    assert scene.known.snapshot is not None
    assert scene.known.snapshot["python"].startswith("3.")


def test_the_set_up_is_a_section_of_the_log_and_the_end_its_last_line(scene: Scene) -> None:
    scene.script("print('hello')")
    scene.finish()
    lines = scene.known.text("setup").splitlines()
    assert lines[0] == "::group::Set up"
    assert lines[-2] == "::endgroup::"
    assert lines[-1].startswith("Process ended with exit code 0 after ")
    assert scene.known.order == ["setup", "stdout", "setup", "exit"]


def test_an_exit_code_and_the_last_lines_are_reported(scene: Scene) -> None:
    scene.script("import sys; print('out'); print('it broke', file=sys.stderr); sys.exit(3)")
    end = scene.finish()
    assert (end["exit_code"], end["signal"], end["failure"]) == (3, None, None)
    assert end["excerpt"] == "it broke"
    assert not end["stop_signalled"]


def test_a_killed_script_is_reported_with_its_signal(scene: Scene) -> None:
    scene.script("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    end = scene.finish()
    assert (end["exit_code"], end["signal"], end["failure"]) == (None, 9, None)
    assert "signal 9 (SIGKILL)" in scene.known.text("setup")


def test_the_child_sees_only_the_environment_of_the_spec(scene: Scene) -> None:
    scene.script(
        "import os, json; print(json.dumps(dict(os.environ)));"
        "print(open('/proc/self/environ').read(), end='')"
    )
    scene.finish()
    environment = json.loads(scene.known.text("stdout").splitlines()[0])
    assert environment.pop("LC_CTYPE", None) in (None, "C.UTF-8")  # by Python itself
    assert set(environment) == {
        *scene.known.spec["environment"],
        *("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV"),
    }
    assert TOKEN not in scene.known.text("stdout")


def test_the_child_has_no_descriptors_but_the_standard_three(scene: Scene) -> None:
    scene.script("import os; print(len(os.listdir('/proc/self/fd')))")
    scene.finish()
    assert scene.known.text("stdout") == "4\n"  # the fourth lists the folder


def test_the_child_works_in_its_own_folder_beside_its_files(scene: Scene) -> None:
    scene.package(
        {
            "main.py": "import part; print(open('lib/data.txt').read())",
            "part.py": "",
            "lib/data.txt": "found",
        }
    )
    scene.finish()
    assert scene.known.text("stdout") == "found\n"


def test_a_script_that_exceeds_its_memory_is_killed(scene: Scene) -> None:
    scene.known.spec["limits"]["memory"] = 100 * 1024**2
    scene.script("import time\nblock = bytearray(300 * 1024**2)\ntime.sleep(60)")
    failure = scene.finish()["failure"]
    assert failure["kind"] == "out_of_memory"
    # The watch may have looked while the block was being filled.
    told = r"The script used [123][\d.]+ MiB of memory, limit 100 MiB\."
    assert re.fullmatch(told, failure["message"])


def test_memory_that_forked_processes_share_counts_once(scene: Scene) -> None:
    scene.known.spec["limits"]["memory"] = 300 * 1024**2
    scene.script(
        "import os, time\nblock = bytearray(b'x') * (150 * 1024**2)\n"
        "for _ in range(3):\n    if os.fork() == 0:\n        time.sleep(1)\n        os._exit(0)\n"
        "for _ in range(3):\n    os.wait()\nprint('fine')"
    )
    assert scene.finish()["exit_code"] == 0


@pytest.mark.parametrize("where", ["'.'", "os.environ['TMPDIR']"])
def test_a_script_that_fills_its_folder_is_killed(scene: Scene, where: str) -> None:
    scene.known.spec["limits"]["disk"] = 20 * 1024**2
    scene.script(
        # All of it at once: whoever looks meanwhile sees no part.
        "import os, time\n"
        f"os.posix_fallocate(os.open({where} + '/big', os.O_CREAT | os.O_WRONLY), 0, 40 * 1024**2)\ntime.sleep(60)\n"
    )
    end = scene.finish()
    assert (end["failure"]["kind"], end["signal"]) == ("disk_full", signal.SIGKILL)
    assert end["failure"]["message"] == "The script took 40 MiB of disk, limit 20 MiB."


def test_a_script_below_its_limit_of_disk_is_left_alone(scene: Scene) -> None:
    scene.known.spec["limits"]["disk"] = 20 * 1024**2
    scene.script("import time; open('some', 'wb').write(bytes(2**20)); time.sleep(1)")
    assert scene.finish()["exit_code"] == 0


def test_a_script_that_takes_too_long_is_ended(scene: Scene) -> None:
    scene.known.spec["limits"]["timeout_s"] = 0.5
    scene.script("import time; time.sleep(60)")
    end = scene.finish()
    assert end["failure"]["kind"] == "timeout"
    assert end["failure"]["message"] == "The script ran longer than its limit of 0.5 s."
    assert end["signal"] == signal.SIGTERM


@pytest.mark.parametrize(("cpu", "processors", "nice"), [(1, 1, 0), (0.5, 1, 5)])
def test_a_script_has_the_processors_it_asked_for(
    scene: Scene, cpu: float, processors: int, nice: int
) -> None:
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("this machine has one processor only")
    scene.known.spec["limits"]["cpu"] = cpu
    scene.script(
        "import os; print(len(os.sched_getaffinity(0)), os.nice(0), os.environ['OMP_NUM_THREADS'])"
    )
    assert scene.finish()["exit_code"] == 0
    assert scene.known.text("stdout") == f"{processors} {os.nice(0) + nice} {processors}\n"


def test_a_stop_lets_the_script_clean_up(scene: Scene) -> None:
    scene.script(
        "import signal, sys, time\n"
        "def end(*_):\n    print('cleaned up')\n    sys.exit(5)\n"
        "signal.signal(signal.SIGTERM, end)\nprint('ready')\ntime.sleep(60)"
    )
    scene.run()
    scene.wait_for("ready")
    scene.known.stop = {"grace_s": 30, "kill": False}
    end = scene.finish()
    assert end["exit_code"] == 5
    assert end["stop_signalled"]
    assert scene.known.text("stdout") == "ready\ncleaned up\n"


def test_a_script_that_ignores_a_stop_is_killed_after_the_grace(scene: Scene) -> None:
    scene.script(
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('ready')\n"
        "time.sleep(60)"
    )
    scene.run()
    scene.wait_for("ready")
    scene.known.stop = {"grace_s": 0.5, "kill": False}
    end = scene.finish()
    assert (end["signal"], end["stop_signalled"]) == (9, True)


def test_a_second_stop_kills_now(scene: Scene) -> None:
    scene.script(
        "import signal, time\nsignal.signal(signal.SIGTERM, lambda *_: print('no'))\n"
        "print('ready')\nwhile True: time.sleep(1)"
    )
    scene.run()
    scene.wait_for("ready")
    scene.known.stop = {"grace_s": 300, "kill": False}
    scene.wait_for("no")
    scene.known.stop = {"grace_s": 300, "kill": True}
    assert scene.finish(10)["signal"] == 9


def test_a_run_that_the_server_has_given_up_is_killed(scene: Scene) -> None:
    scene.script("import time\nprint('ready')\ntime.sleep(60)")
    runner = scene.run()
    scene.wait_for("ready")
    child = scene.child()
    scene.known.final = True
    runner.wait(10)
    assert not _exists(child)


def test_a_run_that_is_over_is_not_started(scene: Scene) -> None:
    scene.known.refuse_start = 409
    scene.script("print('must not be seen')")
    assert scene.run().wait(10) == 0
    assert scene.known.exit is None
    assert not scene.folder.has("stdout")


def test_a_stop_asked_before_the_start_is_obeyed(scene: Scene) -> None:
    scene.known.stop = {"grace_s": 30, "kill": False}
    scene.script("print('must not be seen')")
    end = scene.finish()
    assert (end["exit_code"], end["signal"], end["failure"]) == (None, None, None)
    assert end["stop_signalled"]
    assert "must not" not in scene.known.text("stdout")


def test_what_a_script_leaves_behind_ends_with_it(scene: Scene) -> None:
    scene.script(
        "import subprocess, sys\n"
        "code = 'import os,time\\nif os.fork(): os._exit(0)\\nos.setsid()\\n"
        "if os.fork(): os._exit(0)\\nprint(os.getpid(), flush=True)\\ntime.sleep(60)'\n"
        "daemon = subprocess.Popen([sys.executable, '-c', code], stdout=subprocess.PIPE)\n"
        "left = subprocess.Popen(['sleep', '60'])\n"
        "print(daemon.stdout.readline().decode().strip(), left.pid)"
    )
    assert scene.finish()["exit_code"] == 0
    daemon, left = scene.known.text("stdout").split()
    assert not _exists(int(daemon))
    assert not _exists(int(left))


def test_a_daemon_that_ends_first_is_not_mistaken_for_the_script(scene: Scene) -> None:
    scene.script(
        "import os, time\nif os.fork() == 0:\n    if os.fork() == 0:\n        os._exit(7)\n"
        "    os._exit(0)\nos.wait()\ntime.sleep(0.5)\nprint('still here')"
    )
    assert scene.finish()["exit_code"] == 0
    assert scene.known.text("stdout") == "still here\n"


def test_a_hundred_thousand_lines_arrive_in_order(scene: Scene) -> None:
    scene.script(
        "import sys\nfor n in range(100_000):\n    sys.stdout.write(f'line {n}\\n')\n"
        "    if n % 1000 == 0:\n        sys.stderr.write(f'error {n}\\n')"
    )
    scene.known.spec["environment"].pop("PYTHONUNBUFFERED")
    scene.finish()
    assert scene.known.text("stdout").splitlines() == [f"line {n}" for n in range(100_000)]
    assert scene.known.text("stderr").splitlines() == [
        f"error {n}" for n in range(0, 100_000, 1000)
    ]
    assert scene.known.is_complete


def test_output_reaches_the_server_while_the_script_runs(scene: Scene) -> None:
    scene.script("import time\nprint(time.time())\ntime.sleep(60)")
    scene.run()
    scene.wait_for("\n")
    assert time.time() - float(scene.known.text("stdout")) < 1.0
    until(lambda: scene.known.samples, 5)
    assert scene.known.samples[0]["memory"] > 1024**2
    assert set(scene.known.samples[0]) == {"cpu", "memory", "gpu", "disk"}


def test_the_folder_keeps_no_second_copy_of_log_and_work(scene: Scene) -> None:
    scene.script("print('hello')")
    scene.finish()
    assert not any(scene.folder.has(name) for name in ("stdout", "stderr", "setup", "work", "tmp"))


def _exists(pid: int) -> bool:
    from safelight.runner import processes

    found = processes.stat(pid)
    return found is not None and found.state not in "ZX"


STRUCK = """
import os, signal, sys
from safelight.runner import supervisor
from safelight.runner.folder import RunFolder
from safelight.runner.keeper import LaunchFailed

class Keeper:
    def launch(self, order):
        os.kill(os.getpid(), signal.SIGINT)
        raise LaunchFailed

sys.exit(supervisor._track(RunFolder(sys.argv[1]), None, Keeper(), {}))
"""


def test_a_signal_for_a_tracked_command_that_just_begins_does_not_end_its_runner(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STRUCK, str(tmp_path)], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, b"")  # 1: the command did not come to be
