"""The API on a database of its own, and an organization in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from safelight.store.db import Database
from tests.factories import House, add_house
from tests.web import Site, serving


@pytest.fixture
def site(db: Database, tmp_path: Path) -> Iterator[Site]:
    with serving(db, tmp_path) as site:
        yield site


@pytest.fixture
def house(db: Database) -> House:
    return add_house(db)
