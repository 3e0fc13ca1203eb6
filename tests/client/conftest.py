"""A real server for each module of tests, and the SDK connected to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from safelight import Client
from tests.live import TOKEN, LiveServer


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("server") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def client(live: LiveServer) -> Iterator[Client]:
    with Client(live.url, TOKEN) as connected:
        yield connected
