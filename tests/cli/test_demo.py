"""`safelight demo` as a newcomer sees it: a full house, something that runs, and nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from safelight import Client, Polygon, Rectangle
from safelight.cli.house import token_from
from safelight.domain.jobs import RunStatus
from tests.ports import free_port

READY_S = 280


class Demo:
    """A demo on one folder, started again and again."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None
        self.said = ""

    def start(self) -> None:
        """Start it and read what it says until it is ready."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "safelight.cli", "demo", "--data", str(self.data), "--port",
             str(self.port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        assert self.process.stdout is not None
        self.said = ""
        deadline = time.monotonic() + READY_S
        for line in self.process.stdout:
            self.said += line
            if line.startswith("From another terminal"):
                return
            assert "not complete" not in line, self.said
            assert time.monotonic() < deadline, self.said
        raise AssertionError(self.said)

    def client(self) -> Client:
        return Client(*token_from(self.data, None))

    def stop(self) -> None:
        """Ctrl-C."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.communicate(timeout=20)

    def left_behind(self) -> list[str]:
        """The processes that still have to do with its folder."""
        found = []
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                command = process.read_bytes().decode(errors="replace")
            except OSError:
                continue
            if str(self.data) in command:
                found.append(command.replace("\0", " "))
        return found


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    running = Demo(tmp_path_factory.mktemp("demo") / "data")
    running.start()
    yield running
    running.stop()


def _rows(client: Client) -> list[tuple[str, RunStatus]]:
    return [(job.type, job.status) for job in client.jobs.list()]


def test_a_job_of_every_kind_has_run_and_a_training_is_running(demo: Demo) -> None:
    with demo.client() as client:
        rows = _rows(client)
        while rows[0][1] in (RunStatus.PENDING, RunStatus.QUEUED):  # it was launched a moment ago
            time.sleep(0.1)
            rows = _rows(client)
    assert rows[0] == ("TRAINING", RunStatus.RUNNING)
    succeeded = {type for type, status in rows if status is RunStatus.SUCCEEDED}
    assert succeeded == {"PROCESSING", "TRAINING", "INTERNAL"}
    assert [type for type, status in rows if status is RunStatus.FAILED] == ["PROCESSING"]


def test_the_failure_is_an_honest_one_and_says_what_happened(demo: Demo) -> None:
    with demo.client() as client:
        (failed,) = client.jobs.list(status="FAILED")
        lines = [line.text for line in failed.logs(follow=True)]
    assert failed.failure is not None
    assert "broken data stream when reading image" in failed.failure["message"]
    assert any(line.startswith("scan_3.jpg") for line in lines)


def test_the_pictures_are_real_and_carry_boxes_and_polygons(demo: Demo) -> None:
    with demo.client() as client:
        first = {
            asset.filename: asset for asset in client.versions.get("photographs/first").assets()
        }
        augmented = client.versions.get("coins/augmented")
        coins = client.versions.get("coins/first")
        assert len(list(client.versions.get("photographs/to-review").assets())) == len(first)
        kinds = {type(shape) for asset in first.values() for shape in asset.shapes}
        assert kinds == {Rectangle, Polygon}
        assert first["cat.png"].read().startswith(b"\x89PNG")
        assert augmented.asset_count == 3 * coins.asset_count
        drawn = {asset.filename: asset.shapes for asset in coins.assets()}
        moved = [shapes for shapes in (asset.shapes for asset in augmented.assets()) if shapes]
        assert len(moved) > len(drawn)
        assert any(shapes not in drawn.values() for shapes in moved)


def test_the_second_start_finds_everything_and_only_trains_again(demo: Demo) -> None:
    with demo.client() as client:
        before = {job.id for job in client.jobs.list()}
    demo.stop()
    assert demo.left_behind() == []
    with socket.socket() as other:  # meanwhile another program has taken the port
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", demo.port))
        other.listen()
        demo.start()
    assert f"Port {demo.port} is taken" in demo.said
    assert re.search(r"/login\?link=\S+", demo.said)
    with demo.client() as client:
        jobs = list(client.jobs.list())
        newest = jobs[0]
        while newest.status in (RunStatus.PENDING, RunStatus.QUEUED):  # it is said before it begins
            time.sleep(0.1)
            newest = client.jobs.get(newest.id)
        assert newest.status is RunStatus.RUNNING
        assert [run.number for run in newest.runs] == [2, 1]
    assert {job.id for job in jobs} == before


def test_ctrl_c_ends_the_runs_with_the_server(demo: Demo) -> None:
    demo.stop()
    assert demo.left_behind() == []
