"""`safelight track -- COMMAND`: as the command alone would be, with a record that is whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from safelight import Client
from safelight.client.jobs import Job
from safelight.runner import processes
from safelight.runner.folder import PROCESS, RunFolder
from tests.cli.conftest import Shell
from tests.live import TOKEN, LiveServer

Start = Callable[..., "Tracked"]


class Tracked:
    """A `safelight track` that runs, with its streams in pipes."""

    def __init__(self, url: str, temporary: Path, command: tuple[str, ...]) -> None:
        self.temporary = temporary
        self.process = subprocess.Popen(
            [sys.executable, "-m", "safelight.cli", "track", *command],
            env={
                **os.environ,
                "SAFELIGHT_URL": url,
                "SAFELIGHT_TOKEN": TOKEN,
                "TMPDIR": str(temporary),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def line(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().decode().rstrip("\n")

    def end(self, given: bytes = b"") -> tuple[int, str, str]:
        out, err = self.process.communicate(given, timeout=90)
        return self.process.returncode, out.decode(), err.decode()

    def note(self, name: str) -> dict[str, Any]:
        (folder,) = self.temporary.glob("safelight-track-*")
        found = RunFolder(str(folder)).read(name)
        assert found is not None
        return found

    def job(self, client: Client) -> Job:
        """The newest job: the tests of this file start one after the other."""
        return next(client.jobs.list())


@pytest.fixture
def start(live: LiveServer, tmp_path: Path) -> Iterator[Start]:
    started: list[Tracked] = []

    def begin(*command: str) -> Tracked:
        started.append(Tracked(live.url, tmp_path, command))
        return started[-1]

    yield begin
    for each in started:
        each.process.kill()
        each.process.communicate()


def lines(job: Job, stream: str) -> list[str]:
    return [line.text for line in job.logs(follow=True) if line.stream == stream]


def until_gone(folder: Path, what: str) -> None:
    deadline = time.monotonic() + 60
    while list(folder.glob(what)):
        assert time.monotonic() < deadline, f"{what} is still in {folder}"
        time.sleep(0.05)


def test_a_command_is_as_it_would_be_alone_and_its_record_is_whole(
    start: Start, client: Client, tmp_path: Path
) -> None:
    tracked = start("--name", "mine", "--type", "training", "--", "sh", "-c", "cat; cat -x; exit 3")
    code, out, err = tracked.end(b"given\n")
    assert (code, out) == (3, "given\n")
    assert "invalid option" in err
    job = tracked.job(client)
    assert (job.name, job.type, job.status) == ("mine", "TRAINING", "FAILED")
    assert job.run.data["exit_code"] == 3
    assert lines(job, "stdout") == ["given"]
    assert job.run.data["log"]["complete"]
    assert job.run.data["source"] == {"program": "sh -c 'cat; cat -x; exit 3'"}
    assert list(tmp_path.glob("safelight-track-*")) == []


def test_options_of_the_command_need_no_dashes_before_it(start: Start, client: Client) -> None:
    tracked = start("sh", "-c", "echo $0 $1", "--name", "-x")
    assert tracked.end()[:2] == (0, "--name -x\n")
    assert tracked.job(client).status == "SUCCEEDED"


def test_a_command_that_does_not_exist_is_no_job(shell: Shell, client: Client) -> None:
    before = [job.id for job in client.jobs.list()]
    shell("track", "--", "no-such-command", code=127)
    assert [job.id for job in client.jobs.list()] == before


def test_a_stop_from_elsewhere_ends_the_whole_group(start: Start, client: Client) -> None:
    tracked = start("sh", "-c", "sleep 600 & echo $!; wait")
    child = int(tracked.line())
    job = tracked.job(client).stop(grace_s=20)
    assert tracked.end()[0] == 128 + signal.SIGTERM
    assert job.wait(30).status == "KILLED"
    assert processes.stat(child) is None


def test_one_that_does_not_listen_is_killed_after_the_grace(start: Start, client: Client) -> None:
    tracked = start("sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done")
    assert tracked.line() == "ready"
    job = tracked.job(client).stop(grace_s=0.5)
    assert tracked.end()[0] == 128 + signal.SIGKILL
    assert job.wait(30).status == "KILLED"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_it_reaches_the_command_and_is_a_stop(
    start: Start, client: Client, number: signal.Signals
) -> None:
    tracked = start("sh", "-c", "echo ready; exec sleep 600")
    assert tracked.line() == "ready"
    tracked.process.send_signal(number)
    assert tracked.end()[0] == 128 + number
    job = tracked.job(client).wait(30)
    assert (job.status, job.run.data["stop"]["by"]["name"]) == ("KILLED", "owner")


def test_a_command_that_survives_ctrl_c_ends_as_it_says(start: Start, client: Client) -> None:
    tracked = start(
        "sh", "-c", "trap 'echo caught; exit 0' INT; echo ready; while :; do sleep 0.1; done"
    )
    assert tracked.line() == "ready"
    tracked.process.send_signal(signal.SIGINT)
    assert tracked.end()[:2] == (0, "caught\n")
    assert tracked.job(client).wait(30).status == "SUCCEEDED"


def test_a_reader_that_leaves_ends_the_command_as_in_any_pipe(start: Start, client: Client) -> None:
    tracked = start("yes")
    assert tracked.line() == "y"
    assert tracked.process.stdout is not None
    tracked.process.stdout.close()
    assert tracked.process.wait(60) == 128 + signal.SIGPIPE
    job = tracked.job(client).wait(60)
    assert (job.status, job.run.data["signal"]) == ("FAILED", signal.SIGPIPE)


def test_the_death_of_the_runner_costs_nothing(start: Start, client: Client) -> None:
    tracked = start("sh", "-c", "echo one; read wait; echo two")
    assert tracked.line() == "one"
    os.kill(tracked.note(PROCESS)["process"][0], signal.SIGKILL)
    assert tracked.end(b"\n")[:2] == (0, "two\n")
    job = tracked.job(client).wait(60)
    assert job.status == "SUCCEEDED"
    assert lines(job, "stdout") == ["one", "two"]


def test_the_death_of_the_terminals_side_leaves_command_and_record_alone(
    start: Start, client: Client, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    tracked = start("sh", "-c", f"echo one; while [ ! -e {go} ]; do sleep 0.1; done; echo two")
    assert tracked.line() == "one"
    tracked.process.kill()
    tracked.process.wait()
    go.touch()
    job = tracked.job(client).wait(60)
    assert job.status == "SUCCEEDED"
    assert lines(job, "stdout") == ["one", "two"]


def test_a_server_that_is_away_neither_stops_the_command_nor_loses_its_end(
    start: Start, client: Client, live: LiveServer, tmp_path: Path
) -> None:
    tracked = start("sh", "-c", "echo one; read wait; seq 1000; exit 5")
    assert tracked.line() == "one"
    job = tracked.job(client)
    live.kill()
    code, out, err = tracked.end(b"\n")
    assert (code, out.splitlines()[-1]) == (5, "1000")
    assert "in the background" in err
    live.start(live.port)
    job.wait(60)
    assert (job.status, job.run.data["exit_code"]) == ("FAILED", 5)
    until_gone(tmp_path, "safelight-track-*")
    assert lines(job, "stdout") == ["one", *map(str, range(1, 1001))]
