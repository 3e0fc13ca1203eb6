"""A local engine with its launcher on a data folder, and a server in memory for one run."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from uuid import UUID

import pytest

from safelight.config import Settings
from safelight.engines.base import Work
from safelight.engines.launcher import Launcher
from safelight.engines.local import LocalEngine, run_folder
from safelight.ids import uuid7
from safelight.runner.folder import KEEPER, RunFolder
from tests.runner.fake_server import PACKAGE, TOKEN, FakeServer, Known, archive, until

ROOT = Path(__file__).parents[2]


class LocalBench:
    def __init__(self, data: Path, settings: Settings) -> None:
        self.data = data
        self.settings = settings
        self.run_id, self.known = _run()
        self.server = FakeServer(self.known, data / "server.json")
        self.launchers: list[Launcher] = []
        self.engine = self.another_engine()
        self.server.start()

    def another_run(self) -> None:
        """What is asked of the server from now on is about a new run."""
        self.server.stop()
        self.run_id, self.known = _run()
        self.server.known = self.known
        self.server.start()

    @property
    def folder(self) -> RunFolder:
        return RunFolder(str(run_folder(self.data, self.run_id)))

    def another_engine(self) -> LocalEngine:
        launcher = Launcher.start(
            self.data,
            internal="tests.engines.operations:operate",
            warm=["tests.engines.operations", "tests.engines.operations:warm"],
        )
        self.launchers.append(launcher)
        return LocalEngine(self.data, launcher, self.settings)

    def work(self, script: str = "", kind: Literal["process", "internal"] = "process") -> Work:
        self.known.files["/package.zip"] = archive({"main.py": script})
        self.known.spec["kind"] = kind
        return Work(self.run_id, TOKEN, kind)

    def internal(self, wish: str) -> Work:
        (self.data / "wish").write_text(wish)
        return self.work(kind="internal")

    def runner(self) -> int:
        note = json.loads((run_folder(self.data, self.run_id) / "process.json").read_text())
        return int(note["process"][0])

    def keeper(self) -> int:
        note = self.folder.read(KEEPER)
        assert note is not None
        return int(note["keeper"][0])

    def close(self) -> None:
        self.server.stop()
        for launcher in self.launchers:
            launcher.close()
        note = self.folder.read(KEEPER)
        for pid in [*(note["child"][:1] + note["keeper"][:1] if note else []), self._last_runner()]:
            if pid:
                _kill_group(pid)

    def _last_runner(self) -> int:
        try:
            return self.runner()
        except OSError:
            return 0


def _run() -> tuple[UUID, Known]:
    run_id = uuid7()
    spec = {
        "run_id": str(run_id),
        "job_id": str(uuid7()),
        "kind": "process",
        "entry": "main.py",
        "package": {"hash": PACKAGE, "url": "/package.zip"},
        "requirements": None,
        "pinned": None,
        "environment": {"PYTHONUNBUFFERED": "1"},
        "limits": {},
        "sdk": None,
        "run_user": None,
    }
    return run_id, Known(spec)


def _kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        pass


@pytest.fixture
def bench(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LocalBench]:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    data = tmp_path_factory.mktemp("engine")
    found = LocalBench(data, Settings(data=data, run_user=""))
    yield found
    found.close()


__all__ = ["LocalBench", "until"]
