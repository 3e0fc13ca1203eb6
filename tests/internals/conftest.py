from __future__ import annotations

from pathlib import Path

import pytest

from safelight.store.db import Database
from tests.internals.importing import Workshop, open_workshop


@pytest.fixture
def shop(db: Database, tmp_path: Path) -> Workshop:
    """A house with version fruits/v1, on both databases."""
    return open_workshop(db, tmp_path)


@pytest.fixture
def sqlite_shop(sqlite_db: Database, tmp_path: Path) -> Workshop:
    return open_workshop(sqlite_db, tmp_path)
