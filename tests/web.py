"""The app on a real port inside the test's own process, for tests of routes."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.routing import BaseRoute

from safelight.actions import access
from safelight.actions.context import Context, open_context
from safelight.blobs import Blobs
from safelight.config import Settings
from safelight.server import create_app
from safelight.store.db import Database
from tests.factories import House
from tests.live import TRUST

_GLANCE_S = 0.005
_routes: list[BaseRoute] = []


@dataclass(frozen=True)
class Site:
    """A served app. Clients it hands out talk real HTTP to it, and are closed with it."""

    url: str
    context: Context
    opened: list[httpx.Client] = field(default_factory=list)

    def client(self, token: str = "") -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        client = httpx.Client(base_url=self.url, headers=headers, timeout=30, verify=TRUST)
        self.opened.append(client)
        return client

    def token(self, house: House, role: str = "member") -> str:
        with self.context.db.transaction() as tx:
            user_id: UUID = getattr(house, role)
            return access.issue_token(tx, user_id, house.organization_id, "test")

    def as_(self, house: House, role: str = "member") -> httpx.Client:
        """A client with a token of the house's user of this role."""
        return self.client(self.token(house, role))


def app_on(context: Context) -> FastAPI:
    """The app. All of one process have the routes of the first, which know nothing of a context: to
    read their signatures takes longer than most tests.
    """
    app = create_app(context)
    if not _routes:
        _routes.extend(app.router.routes)
    app.router.routes[:] = _routes
    return app


class _PromptServer(uvicorn.Server):
    """Ends as soon as it is told to and has answered; the original looks ten times a second."""

    async def main_loop(self) -> None:
        while not await self.on_tick(0):  # noqa: ASYNC110 - as its parent
            await asyncio.sleep(_GLANCE_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listening in sockets or []:
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110
            await asyncio.sleep(_GLANCE_S)


@contextmanager
def serving(db: Database, folder: Path, settings: Settings | None = None) -> Iterator[Site]:
    """The app on `db`, on a free port, without a scheduler."""
    data = folder / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()  # from here on a request waits for the server, and is never refused
    port = listening.getsockname()[1]
    settings = replace(settings or Settings(), data=data, port=port)
    context = open_context(settings, db, Blobs(settings.storage))
    config = uvicorn.Config(
        app_on(context), http="h11", log_level="warning", lifespan="off", ws="none"
    )
    server = _PromptServer(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    site = Site(f"http://127.0.0.1:{port}", context)
    try:
        _wait(site.url)
        yield site
    finally:
        for client in site.opened:
            client.close()
        context.hub.close()
        server.should_exit = True
        thread.join()


def _wait(url: str) -> None:
    httpx.get(f"{url}/api/v1/health", timeout=30, verify=TRUST).raise_for_status()
