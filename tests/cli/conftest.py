"""A real server, and the command as a program that talks to it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from safelight import Client, Rectangle
from tests.live import TOKEN, LiveServer

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def png(width: int = 40, height: int = 30, shade: int = 90) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (shade, 120, 40)).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass(frozen=True)
class Shell:
    """Runs `safelight ...` against one server."""

    url: str
    home: Path

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """What it printed; fails the test if it ends with another code."""
        done = subprocess.run(
            [sys.executable, "-m", "safelight.cli", *arguments],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.home),
                "SAFELIGHT_URL": self.url,
                "SAFELIGHT_TOKEN": TOKEN,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == code, (
            f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        )
        assert "Traceback" not in done.stderr
        return done.stdout

    def json(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self(*arguments, "--json", code=code))


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("cli") / "data") as server:
        yield server


@pytest.fixture(scope="session")
def client(live: LiveServer) -> Iterator[Client]:
    with Client(live.url, TOKEN) as connected:
        yield connected


@pytest.fixture(scope="session")
def shell(live: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return Shell(live.url, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def fruit(client: Client) -> str:
    """A version with three pictures and two shapes, as DATASET/VERSION."""
    version = client.datasets.create("fruit").create_version("first")
    version.add_picture("a.png", png(shade=1), [Rectangle("apple", 1, 2, 10, 12)])
    version.add_picture("b.png", png(shade=2), [Rectangle("pear", 5.5, 2.25, 10, 12)])
    version.add_picture("c.png", png(shade=3))
    return "fruit/first"
