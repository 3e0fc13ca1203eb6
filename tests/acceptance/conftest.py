"""The stories of the official SDK, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.home import Home, opened
from tests.acceptance.pictures import draw_pictures
from tests.acceptance.stories import Stories
from tests.conftest import _fresh_url


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
    with _fresh_url(request.param, request, folder) as url, opened(folder, url, pictures) as home:
        yield home


@pytest.fixture(scope="session")
def stories(home: Home, pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Stories:
    return Stories(home, pictures, tmp_path_factory.mktemp("stories"))
