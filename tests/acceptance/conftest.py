"""A server that records what the wire is asked for, and the official SDK in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.official import Official, environment, safelight
from tests.acceptance.pictures import draw_pictures
from tests.acceptance.recorder import CALLS
from tests.conftest import _fresh_url
from tests.live import TOKEN, LiveServer


@dataclass(frozen=True)
class Log:
    """A log as people see it, and the job it belongs to."""

    lines: list[str]
    sections: list[str]
    complete: bool
    job: dict[str, Any]


@dataclass(frozen=True)
class Home:
    """A running server, the SDK that knows it, and the calls that were made so far."""

    server: LiveServer
    official: Official
    calls_file: Path
    database: str

    def safelight(self, *arguments: str | Path) -> Any:
        """Run the command `safelight` on this server; what it printed."""
        return safelight(self.server.url, TOKEN, *arguments)

    def log(self, job_id: str) -> Log:
        """The log of a job's newest run."""
        with self.server.client() as client:
            job = client.get(f"/api/v1/jobs/{job_id}").raise_for_status().json()
            path = f"/api/v1/runs/{job['run_id']}/log"
            found = client.get(path, params={"line": 1, "limit": 1000}).raise_for_status().json()
        return Log(
            [line["text"] for line in found["lines"]],
            [section["name"] for section in found["sections"]],
            found["complete"],
            job,
        )

    @property
    def calls(self) -> set[str]:
        return set(self.calls_file.read_text().splitlines())


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    draw_pictures(folder)
    return folder


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def home(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, pictures: Path
) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("home")
    calls_file = folder / "calls"
    calls_file.touch()
    with _fresh_url(request.param, request, folder) as url:
        server = LiveServer(
            folder / "data",
            program="tests.acceptance.recorder",
            SAFELIGHT_DATABASE_URL=url,
            **{CALLS: str(calls_file)},
        )
        server.start()
        try:
            official = Official(environment("picsellia"), server.url, TOKEN, pictures)
            yield Home(server, official, calls_file, url)
        finally:
            server.stop()
