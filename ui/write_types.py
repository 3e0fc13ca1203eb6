"""Writes src/api/openapi.ts, the page's types, from the routes of the server. `make reference`."""

from __future__ import annotations

import importlib.util
import json
import tempfile
from pathlib import Path
from typing import Any

from safelight.actions.context import open_context
from safelight.config import Settings
from safelight.server import create_app
from safelight.store.db import Database, sqlite_url

HERE = Path(__file__).resolve().parent
TARGET = HERE / "src" / "api" / "openapi.ts"


def openapi() -> dict[str, Any]:
    """What the server says of /api/v1; needs no server."""
    with tempfile.TemporaryDirectory() as folder:
        db = Database(sqlite_url(Path(folder) / "none.db"))
        try:
            return create_app(open_context(Settings(data=Path(folder)), db)).openapi()
        finally:
            db.close()


def types() -> str:
    """The TypeScript that openapi-typescript makes of it. Raises CalledProcessError."""
    with tempfile.TemporaryDirectory() as folder:
        said, made = Path(folder) / "openapi.json", Path(folder) / "openapi.ts"
        said.write_text(json.dumps(openapi()))
        _run_npm("exec", "--", "openapi-typescript", str(said), "-o", str(made))
        return made.read_text()


def _run_npm(*arguments: str) -> None:
    """With the npm that also builds the page."""
    spec = importlib.util.spec_from_file_location("hatch_build", HERE.parent / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    build.run_npm(*arguments, quiet=True)


if __name__ == "__main__":
    TARGET.write_text(types())
