"""A real server from its first word to its last."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.live import LiveServer, until
from tests.ports import free_port
from tests.scripts import TICKS, add_processing

SHUTDOWN_S = 3.0


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveServer]:
    with LiveServer(tmp_path / "data") as server:
        yield server


def up(data: Path, port: int) -> subprocess.CompletedProcess[str]:
    """A start that is expected to be refused."""
    arguments = ["up", "--data", str(data), "--port", str(port)]
    return subprocess.run(
        [sys.executable, "-m", "safelight.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ},
    )


def test_it_prints_its_address_and_a_first_login_that_works_and_only_once(
    live: LiveServer,
) -> None:
    said = live.output.read_text()
    assert f"Safelight is at http://localhost:{live.port}" in said
    found = re.search(r"/login\?link=(\S+)", said)
    assert found is not None
    with httpx.Client(base_url=live.url, headers={"Origin": live.url}) as client:
        answer = client.post("/api/v1/session", json={"link": found[1]})
    assert answer.json()["role"] == "owner"
    live.stop()
    live.output.write_text("")
    live.start()
    assert "/login?link=" not in live.output.read_text()


def test_it_answers_on_both_loopback_addresses_and_takes_the_verb_of_the_wire(
    live: LiveServer,
) -> None:
    if socket.has_ipv6:
        assert httpx.get(f"http://[::1]:{live.port}/api/v1/health").is_success
    answer = httpx.request("XGET", f"{live.url}/api/nothing", content=b"{}")
    assert answer.json()["message"] == "Nothing answers XGET /api/nothing."


def test_a_second_server_is_refused_with_a_sentence(live: LiveServer, tmp_path: Path) -> None:
    assert live.process is not None
    second = up(live.data, free_port())
    assert second.returncode != 0
    said = " ".join((second.stdout + second.stderr).split())
    assert f"Another Safelight (process {live.process.pid}) is using the data folder" in said
    assert "Traceback" not in said
    taken = up(tmp_path / "other", live.port)
    assert f"Port {live.port} is taken" in " ".join((taken.stdout + taken.stderr).split())
    with live.client() as client:
        assert client.get("/api/v1/health").is_success


def test_ctrl_c_ends_it_in_three_seconds_with_an_open_stream_while_runs_go_on(
    live: LiveServer,
) -> None:
    with live.client() as client:
        processing = add_processing(client, "ticks", TICKS.format(seconds=600))
        dataset = client.post("/api/v1/datasets", json={"name": "apples"}).json()["id"]
        path = f"/api/v1/datasets/{dataset}/versions"
        version = client.post(path, json={"name": "v1"}).json()["id"]
        path = f"/api/v1/processings/{processing['id']}/launch"
        job = client.post(path, json={"target_id": version}).raise_for_status().json()
        until(client, job["id"], "RUNNING")
        opened, ended = threading.Event(), threading.Event()

        def listen() -> None:
            with live.client() as page:
                with page.stream("GET", "/api/v1/events", params={"after": 0}) as stream:
                    for _ in stream.iter_lines():
                        opened.set()
            ended.set()

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        assert opened.wait(10)
        assert live.stop() < SHUTDOWN_S
        assert ended.wait(5)
        assert "1 run goes on" in live.output.read_text()
    live.start()
    with live.client() as client:
        assert client.get(f"/api/v1/jobs/{job['id']}").json()["status"] == "RUNNING"
        client.post(f"/api/v1/runs/{job['run_id']}/stop", json={"grace_s": 0}).raise_for_status()
        until(client, job["id"], "KILLED")
