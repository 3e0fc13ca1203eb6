"""A server that records what the wire is asked for, and the official SDK in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.official import Official, environment
from tests.acceptance.pictures import draw_pictures
from tests.acceptance.recorder import CALLS
from tests.conftest import _fresh_url
from tests.live import TOKEN, LiveServer


@dataclass(frozen=True)
class Home:
    """A running server, the SDK that knows it, and the calls that were made so far."""

    server: LiveServer
    official: Official
    calls_file: Path
    database: str

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
