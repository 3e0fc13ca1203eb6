"""A run in a folder, its server in memory, and a real runner process for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uv

from safelight.runner.folder import CONFIG, KEEPER, RunFolder
from tests.runner.fake_server import PACKAGE, TOKEN, FakeServer, Known, archive, until


class Scene:
    """One run. `data` is shared by the scenes of a session so that the bare environment is built once."""

    def __init__(self, data: Path) -> None:
        self.run_id = str(uuid.uuid4())
        self.data = data
        self.folder = RunFolder(str(data / "runs" / self.run_id))
        Path(self.folder.path).mkdir()
        self.server_file = Path(self.folder.file("server.json"))
        self.known = Known(self._spec())
        self.server = FakeServer(self.known, self.server_file)
        self.runners: list[subprocess.Popen[bytes]] = []
        self.folder.write(CONFIG, self._config())
        self.package({"main.py": ""})

    def package(self, files: dict[str, str]) -> None:
        """The package as the server has it. Each scene has a cache of its own."""
        self.known.files["/package.zip"] = archive(files)

    def script(self, text: str) -> None:
        self.package({"main.py": text})

    def run(self, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """Start a runner; nobody waits for it yet."""
        log = os.open(self.folder.file("runner.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        runner = subprocess.Popen(
            [sys.executable, "-m", "safelight.runner", self.folder.path],
            start_new_session=True,
            stdin=stdin,
            stdout=log,
            stderr=log,
        )
        os.close(log)
        self.runners.append(runner)
        return runner

    def finish(self, timeout_s: float = 30.0) -> dict[str, Any]:
        """Start a runner if there is none, and wait for it; what it reported of the end."""
        runner = self.runners[-1] if self.runners else self.run()
        assert runner.wait(timeout_s) == 0, self.runner_log()
        assert self.known.exit is not None, self.runner_log()
        return self.known.exit

    def runner_log(self) -> str:
        return Path(self.folder.file("runner.log")).read_text()

    def wait_for(self, text: str, stream: str = "stdout") -> None:
        """Until the server has that text."""
        until(lambda: text in self.known.text(stream), what=f"{text!r} in {stream}")

    def child(self) -> int:
        note = self.folder.read(KEEPER)
        assert note is not None
        return int(note["child"][0])

    def keeper(self) -> int:
        note = self.folder.read(KEEPER)
        assert note is not None
        return int(note["keeper"][0])

    def close(self) -> None:
        self.server.stop()
        note = self.folder.read(KEEPER)
        for runner in self.runners:
            if runner.poll() is None:
                runner.kill()
            runner.wait()
        if note is not None:
            for group in (note["child"][0], note["keeper"][0]):
                try:
                    os.killpg(group, signal.SIGKILL)
                except ProcessLookupError:
                    pass

    def _config(self) -> dict[str, Any]:
        home = self.data / "home"
        home.mkdir(exist_ok=True)
        return {
            "run_id": self.run_id,
            "token": TOKEN,
            "server_file": str(self.server_file),
            "packages": self.folder.file("packages"),
            "environments": str(self.data / "envs"),
            "home": str(home),
            "python": os.path.realpath(sys.executable),
            "uv": os.fspath(uv.find_uv_bin()),
            "run_user": None,
            "setup_environment": {
                name: value for name, value in os.environ.items() if name.startswith(("UV_", "SSL"))
            },
        }

    def _spec(self) -> dict[str, Any]:
        return {
            "run_id": self.run_id,
            "job_id": str(uuid.uuid4()),
            "kind": "process",
            "entry": "main.py",
            "package": {"hash": PACKAGE, "url": "/package.zip"},
            "requirements": None,
            "pinned": None,
            "environment": {"PYTHONUNBUFFERED": "1", "api_token": "script-token"},
            "limits": {"memory": None, "cpu": None, "timeout_s": None, "disk": None},
            "sdk": None,
            "run_user": None,
        }


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "runs").mkdir()
    return folder


@pytest.fixture
def make_scene(data: Path) -> Iterator[Callable[[], Scene]]:
    scenes: list[Scene] = []

    def make() -> Scene:
        scenes.append(Scene(data))
        return scenes[-1]

    yield make
    for scene in scenes:
        scene.close()


@pytest.fixture
def scene(make_scene: Callable[[], Scene]) -> Scene:
    """A run whose server answers."""
    scene = make_scene()
    scene.server.start()
    return scene


def notes(scene: Scene, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(scene.folder.file(name)).read_text())
    return found
