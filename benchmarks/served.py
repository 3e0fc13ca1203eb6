"""Starts a real Safelight in a process of its own for a benchmark, and the floor beside it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

TOKEN = "benchmark-token-0123456789"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def safelight_up(
    data: Path, program: str = "safelight.cli", **environment: str
) -> Iterator[httpx.Client]:
    """A server on `data`; yields a client with an open connection and the owner's token."""
    port = free_port()
    command = [sys.executable, "-m", program, "up", "--data", str(data)]
    env = {**os.environ, "SAFELIGHT_ADMIN_TOKEN": TOKEN, **environment}
    with _process([*command, "--port", str(port)], env, data / "server.out") as url_ready:
        url = f"http://127.0.0.1:{port}"
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
            url_ready(client, "/api/v1/health")
            yield client


@contextmanager
def bare_route(body: Path) -> Iterator[httpx.Client]:
    """The floor: FastAPI on the same server software, one route that answers the bytes of `body`."""
    port = free_port()
    command = [sys.executable, str(Path(__file__).with_name("bare_route.py")), str(port), str(body)]
    with _process(command, dict(os.environ), body.with_suffix(".out")) as url_ready:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            url_ready(client, "/")
            yield client


@contextmanager
def _process(
    command: list[str], env: dict[str, str], output: Path
) -> Iterator[Callable[[httpx.Client, str], None]]:
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("wb") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)

    def wait_for(client: httpx.Client, path: str) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise RuntimeError(f"{command[0]} ended at once:\n{output.read_text()}")
            try:
                if client.get(path).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise RuntimeError(f"no answer within 60 s:\n{output.read_text()}")

    try:
        yield wait_for
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the sorted values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
