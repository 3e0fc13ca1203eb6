"""`safelight`, noting each (method, path) of the wire that it is asked for.

Run as `python -m tests.acceptance.recorder up ...`; the list grows in the file SAFELIGHT_TEST_CALLS.
"""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path
from typing import Any

from safelight import server, serving
from safelight.actions.context import Context
from safelight.cli.main import app

CALLS = "SAFELIGHT_TEST_CALLS"
UNANSWERED = "unanswered"
PREFIX = "/api"  # of all routes of the wire


class Recorder:
    """ASGI middleware around the whole app."""

    def __init__(self, app: Any, file: Path) -> None:
        self._app = app
        self._file = file
        self._lock = threading.Lock()
        self._seen: set[str] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)
        if scope["type"] == "http" and is_wire(scope["path"]):
            self._note(call(scope))

    def _note(self, line: str) -> None:
        with self._lock:
            if line not in self._seen:
                self._seen.add(line)
                with self._file.open("a") as file:
                    file.write(line + "\n")


def is_wire(path: str) -> bool:
    return path.startswith("/api/") and not path.startswith("/api/v1/")


def call(scope: Any) -> str:
    """`GET /api/dataset/{}/versions`, or the path as it came, with a word, if nothing answered."""
    route = scope.get("route")
    if route is None or scope["method"] not in route.methods:
        return f"{scope['method']} {scope['path']} {UNANSWERED}"
    return f"{scope['method']} {template(PREFIX + route.path)}"


def template(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def main() -> None:
    make = server.create_app

    def recorded(context: Context) -> Any:
        made = make(context)
        made.add_middleware(Recorder, file=Path(os.environ[CALLS]))
        return made

    vars(serving)["create_app"] = recorded  # the name that `serve` looks up
    app()


if __name__ == "__main__":
    main()
