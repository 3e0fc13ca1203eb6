"""`safelight.track` against a real server: the record is whole, and the program is left alone."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import safelight
from safelight import Client, Stopped
from safelight.client.jobs import Job
from safelight.domain.jobs import RunStatus
from safelight.errors import Conflict, Invalid, NotFound
from tests.live import TOKEN, LiveServer


@pytest.fixture
def program(live: LiveServer, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that tracks itself, says when it has begun, and would sleep for ten minutes."""
    script = tmp_path / "program.py"
    script.write_text(
        "import safelight, time\n"
        'with safelight.track("sleeper") as job:\n'
        '    print(job.id, flush=True)\n    print("begun", flush=True)\n    time.sleep(600)\n'
    )
    environ = {**os.environ, "SAFELIGHT_URL": live.url, "SAFELIGHT_TOKEN": TOKEN}
    process = subprocess.Popen(
        [sys.executable, str(script)],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    yield process
    process.kill()
    process.communicate()


def job_of(client: Client, process: subprocess.Popen[bytes]) -> Job:
    assert process.stdout is not None
    job = client.jobs.get(process.stdout.readline().decode().strip())
    assert process.stdout.readline() == b"begun\n"
    return job


def lines(job: Job, stream: str) -> list[str]:
    return [line.text for line in job.logs(follow=True) if line.stream == stream]


def test_what_a_block_prints_and_says_is_the_record(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    version = client.datasets.create("fruit").create_version("first")
    with safelight.track(
        "fine-tune", type="TRAINING", target=version, parameters={"lr": 0.1}, client=client
    ) as tracked:
        print("epoch 1")
        print("warning", file=sys.stderr)
        tracked.progress(3, 10, unit="epochs")
        tracked.summary("a good model", pictures=7)
    job = client.jobs.get(tracked.id)
    assert (job.status, job.type, job.name) == ("SUCCEEDED", "TRAINING", "fine-tune")
    assert job.target is not None
    assert job.target["id"] == str(version.id)
    assert (job.run.parameters, job.run.data["engine"]) == ({"lr": 0.1}, "external")
    assert job.progress is not None
    assert (job.progress["done"], job.progress["unit"]) == (3, "epochs")
    assert job.summary == "a good model"
    assert (lines(job, "stdout"), lines(job, "stderr")) == (["epoch 1"], ["warning"])
    assert job.run.data["log"]["complete"]
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("epoch 1\n", "warning\n")


def test_a_logger_that_took_the_stream_before_is_heard_and_our_requests_are_not(
    client: Client,
) -> None:
    handler = logging.StreamHandler(sys.stderr)
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel("DEBUG")
    try:
        with safelight.track("logged", client=client) as tracked:
            logging.getLogger("training").info("loss 0.5")
            tracked.progress(1, 2)
            time.sleep(0.5)  # the reporter speaks to the server meanwhile
    finally:
        logging.getLogger().removeHandler(handler)
        logging.getLogger().setLevel("WARNING")
    assert lines(client.jobs.get(tracked.id), "stderr") == ["loss 0.5"]


def test_an_error_ends_the_job_as_failed_with_its_traceback(client: Client) -> None:
    with pytest.raises(ValueError, match="no lamp"):
        with safelight.track("broken", client=client) as tracked:
            raise ValueError("no lamp")
    job = client.jobs.get(tracked.id)
    assert job.status == "FAILED"
    failure = job.run.failure
    assert failure is not None
    assert failure["kind"] == "script_error"
    assert re.fullmatch(r"ValueError: no lamp \(test_track\.py, line \d+\)", failure["message"])
    assert "test_track.py" in failure["excerpt"]
    assert lines(job, "stderr")[-1] == "ValueError: no lamp"


@pytest.mark.parametrize(
    ("code", "status", "exit_code"), [(0, "SUCCEEDED", 0), (3, "FAILED", 3), ("dark", "FAILED", 1)]
)
def test_an_exit_in_the_block_is_its_end(
    client: Client, code: int | str, status: str, exit_code: int
) -> None:
    with pytest.raises(SystemExit):
        with safelight.track("leaving", client=client) as tracked:
            sys.exit(code)
    job = client.jobs.get(tracked.id)
    assert (job.status, job.run.data["exit_code"]) == (status, exit_code)


def test_a_stop_request_reaches_the_block_at_its_next_progress(client: Client) -> None:
    with pytest.raises(Stopped):
        with safelight.track("endless", client=client) as tracked:
            job = client.jobs.get(tracked.id).stop(grace_s=600)
            assert job.status == "RUNNING"
            for step in range(100_000):
                tracked.progress(step)
                time.sleep(0.01)
    job.refresh()
    assert job.status == "KILLED"
    assert job.run.data["stop"]["by"]["name"] == "owner"
    assert tracked.stop_requested


def test_a_block_that_never_looks_is_interrupted_when_the_grace_is_over(
    client: Client, program: subprocess.Popen[bytes]
) -> None:
    job = job_of(client, program)
    job.stop(grace_s=0.5)
    assert program.wait(30) == -signal.SIGINT
    assert job.wait(30).status == "KILLED"


def test_ctrl_c_is_a_stop_by_whoever_started_it(
    client: Client, program: subprocess.Popen[bytes]
) -> None:
    job = job_of(client, program)
    program.send_signal(signal.SIGINT)
    program.wait(30)
    job.wait(30)
    assert (job.status, job.run.data["stop"]["by"]["name"]) == ("KILLED", "owner")


def test_a_forked_child_that_fails_does_not_end_its_parents_job(client: Client) -> None:
    with safelight.track("forking", client=client) as tracked:
        child = os.fork()
        if child == 0:
            try:
                tracked.__exit__(ValueError, ValueError("in the child"), None)
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        assert client.jobs.get(tracked.id).status == "RUNNING"
    assert client.jobs.get(tracked.id).status == "SUCCEEDED"


def test_a_server_that_dies_meanwhile_loses_nothing_and_delays_nothing(
    client: Client, live: LiveServer
) -> None:
    with safelight.track("enduring", client=client) as tracked:
        print("before")
        live.kill()
        for number in range(1000):
            print(f"line {number}")
            tracked.progress(number, 1000)
        live.start(live.port)
    job = client.jobs.get(tracked.id)
    assert job.status is RunStatus.SUCCEEDED
    assert lines(job, "stdout") == ["before", *(f"line {number}" for number in range(1000))]


def test_a_job_that_runs_elsewhere_is_not_run_again_from_here(client: Client) -> None:
    with safelight.track("once", client=client) as tracked:
        pass
    job = client.jobs.get(tracked.id)
    assert job.data["rerunnable"] is False
    with pytest.raises(Conflict, match="runs elsewhere and is only tracked: start it again there"):
        job.rerun()


def test_what_cannot_be_tracked_is_refused_before_anything_begins(client: Client) -> None:
    for given, error in (
        ({"type": "INTERNAL"}, Invalid),
        ({"type": "COOKING"}, Invalid),
        ({"target": "no-such/version"}, NotFound),
        ({"target": client.projects.create("tries")}, Invalid),
    ):
        with pytest.raises(error):
            with safelight.track("refused", client=client, **given):
                pytest.fail("it began")
    with pytest.raises(Invalid):
        safelight.track(" ", client=client).__enter__()


def test_the_streams_are_as_before_when_the_block_is_left(client: Client) -> None:
    before = sys.stdout.__dict__.get("write")
    with safelight.track("tidy", client=client):
        assert sys.stdout.__dict__.get("write") is not before
    assert sys.stdout.__dict__.get("write") is before
