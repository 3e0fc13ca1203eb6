"""A real Safelight in a process of its own, for tests of restarts, the wire, the browser."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import httpx

from tests.ports import free_port

# To read what the machine trusts takes longer than a call, and each client would read it anew.
TRUST = httpx.create_ssl_context()
TOKEN = "test-token-0123456789abcdef"
START_S = 60
STOP_S = 10


class LiveServer:
    """`safelight up` on a data folder. Can be killed and started again, also on another port."""

    def __init__(self, data: Path, *, program: str = "safelight.cli", **environment: str) -> None:
        self.data = data
        self.program = program  # the module that is the command `safelight`
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self.output = data.parent / f"{data.name}.out"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, port: int | None = None) -> None:
        """Start and wait until it answers; raises RuntimeError with its output if it does not."""
        self.port = port or free_port()
        arguments = ["up", "--data", str(self.data), "--port", str(self.port)]
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.program, *arguments],
                env={**os.environ, "SAFELIGHT_ADMIN_TOKEN": TOKEN, **self.environment},
                cwd=Path(__file__).parent.parent,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/api/v1/health", timeout=5, verify=TRUST).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise RuntimeError(f"the server did not start:\n{self.output.read_text()}")

    def kill(self) -> None:
        """SIGKILL the server process, as a crash would; what it had started is left alone."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> float:
        """Ctrl-C; returns the seconds that the shutdown took."""
        assert self.process is not None
        start = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return time.monotonic() - start

    def client(self, token: str = TOKEN) -> httpx.Client:
        return httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
            verify=TRUST,
        )


def until(client: httpx.Client, job_id: str, *statuses: str, timeout_s: float = 60) -> Any:
    """The job once its status is one of `statuses`; AssertionError with the job if it never is."""
    deadline = time.monotonic() + timeout_s
    while True:
        job = client.get(f"/api/v1/jobs/{job_id}").raise_for_status().json()
        if job["status"] in statuses:
            return job
        assert time.monotonic() < deadline, f"still {job['status']}: {job}"
        time.sleep(0.05)


def whole_log(client: httpx.Client, run_id: str, timeout_s: float = 60) -> Any:
    """The log of a run that ends, as the API gives it (at most 1,000 lines), once it is complete:
    its last bytes may arrive after the status that says how the run ended.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        path = f"/api/v1/runs/{run_id}/log"
        log = client.get(path, params={"line": 1, "limit": 1000}).raise_for_status().json()
        if log["complete"]:
            return log
        assert time.monotonic() < deadline, f"the log of run {run_id} is never complete"
        time.sleep(0.05)
