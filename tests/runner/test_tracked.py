"""A runner of a command that somebody typed: the server only watches."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from safelight.runner import processes
from safelight.runner.folder import COMMAND, EXIT, LEFT
from tests.runner.conftest import Scene
from tests.runner.fake_server import until


def command(scene: Scene, script: str) -> None:
    order = {
        "kind": "command",
        "argv": [sys.executable, "-c", script],
        "environment": dict(os.environ),
        "folder": scene.folder.path,
        "cwd": str(scene.data),
        "limits": {},
    }
    scene.folder.write(COMMAND, order)


def test_it_starts_at_once_and_the_server_hears_of_it_when_it_answers(scene: Scene) -> None:
    scene.server.stop()
    command(scene, "import os; print(os.getcwd()); raise SystemExit(7)")
    runner = scene.run()
    until(lambda: scene.folder.has(EXIT), what="its end")
    scene.server.start()
    assert runner.wait(30) == 0
    assert scene.known.exit is not None
    assert scene.known.exit["exit_code"] == 7
    assert scene.known.text("stdout") == f"{scene.data}\n"
    assert Path(scene.folder.file("stdout")).exists()  # whoever shows it may not be done with it


def test_what_the_server_gave_up_goes_on(scene: Scene) -> None:
    command(scene, "print('one', flush=True); input(); print('two')")
    reader, writer = os.pipe()
    scene.known.final = True
    runner = scene.run(stdin=reader)
    scene.wait_for("one")
    until(lambda: len(scene.known.samples) > 1, what="two heartbeats")
    assert processes.stat(scene.child()) is not None
    os.write(writer, b"\n")
    assert runner.wait(30) == 0
    assert scene.known.text("stdout") == "one\ntwo\n"
    for descriptor in (reader, writer):
        os.close(descriptor)


def test_a_signal_to_the_runner_is_one_to_the_command(scene: Scene) -> None:
    command(scene, "import time; print('begun', flush=True); time.sleep(600)")
    runner = scene.run()
    scene.wait_for("begun")
    runner.send_signal(signal.SIGINT)
    end = scene.finish()
    assert (end["signal"], end["stop_signalled"]) == (signal.SIGINT, True)


def test_when_nobody_waits_any_more_it_tidies_up(scene: Scene) -> None:
    command(scene, "pass")
    scene.folder.write(LEFT, {})
    assert scene.run().wait(30) == 0
    assert scene.known.exit is not None
    assert not Path(scene.folder.path).exists()
