"""Runs a server on a data folder, from the first process to the last word."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import FrameType

import uvicorn

from safelight import startup, upgrading
from safelight.actions import first_start, stop, trainings
from safelight.actions.context import Context, open_context
from safelight.blobs import Blobs
from safelight.config import Settings
from safelight.engines.launcher import Launcher
from safelight.engines.local import LocalEngine
from safelight.scheduler import Scheduler
from safelight.scheduler.loop import LOOK_EVERY_S
from safelight.server import create_app
from safelight.store import runs
from safelight.store.db import Database

# After Ctrl-C all is over within 3 s, whatever browsers and scripts do.
REQUESTS_S = 1  # for requests under way; event streams end at once
STOP_GRACE_S = 0.5
REPORTS_S = 1.2  # for runners to tell the end of what was stopped, while we still answer
DRAIN_S = 0.5  # for the engine to tell the end of the rest


def serve(
    settings: Settings,
    *,
    any_port: bool = False,
    stop_runs_at_end: bool = False,
    login_link_always: bool = False,
    when_ready: Callable[[Context, str], None] | None = None,
) -> None:
    """Run server, scheduler and local engine on one data folder until SIGINT or SIGTERM.

    `when_ready` is called in a thread once the server answers. Raises Conflict if another server
    has the folder, Invalid if the port is taken.
    """
    startup.prepare_log()
    startup.make_folder(settings)
    # First of all: what runs are forked from must not hold our lock, database or threads.
    with Launcher.start(settings.data) as launcher, startup.lock_folder(settings.data):
        sockets = startup.listen(settings.host, settings.port, any_port=any_port)
        settings = replace(settings, port=sockets[0].getsockname()[1])
        context = _open(settings)
        try:
            upgrading.resume(context)
            engine = LocalEngine(settings.data, launcher, settings)
            scheduler = Scheduler(context, {engine.name: engine})
            is_new = first_start.prepare(context.db, settings.admin_token)
            trainings.register_shipped(context)
            _greet(context, engine.identity.sentence, with_link=is_new or login_link_always)
            server = _server(context, scheduler, when_ready)
            if stop_runs_at_end:
                server.before_end = partial(_stop_runs, context)
            server.run(sockets)
            _farewell(context, scheduler, drain=stop_runs_at_end)
        finally:
            context.db.close()


def _open(settings: Settings) -> Context:
    db = Database(settings.database)
    upgrading.upgrade(db, settings.data)
    return open_context(settings, db, Blobs(settings.storage))


def _greet(context: Context, sentence: str, *, with_link: bool) -> None:
    url = startup.people_address(context.settings)
    print(f"Safelight is at {url}")
    if with_link:
        link = first_start.login_link(context.db)
        print(f"Log in once with {url}/login?link={link}")
    print(sentence, flush=True)


def _server(
    context: Context,
    scheduler: Scheduler,
    when_ready: Callable[[Context, str], None] | None,
) -> _Server:
    settings = context.settings

    def ready() -> None:
        page = startup.people_address(settings)
        startup.announce(settings.data, startup.address(settings), page)
        scheduler.start()
        if when_ready is not None:
            threading.Thread(target=when_ready, args=(context, page), daemon=True).start()

    config = uvicorn.Config(
        create_app(context),
        http="h11",  # the only one of uvicorn's that lets the verb XGET through
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=120,  # clients repeat a write whose connection closes under it
        timeout_graceful_shutdown=REQUESTS_S,
    )
    return _Server(config, context, ready)


def _stop_runs(context: Context) -> None:
    """Stop every run and wait a little. The server still answers, so runners report and are gone."""
    stop.request_all(context.db, grace_s=STOP_GRACE_S)
    context.wake.set()
    deadline = time.monotonic() + REPORTS_S
    while time.monotonic() < deadline:
        with context.db.read() as read:
            if not runs.count_live(read):
                return
        time.sleep(LOOK_EVERY_S)


def _farewell(context: Context, scheduler: Scheduler, *, drain: bool) -> None:
    """Say what goes on without us."""
    if drain:
        scheduler.drain(timeout_s=DRAIN_S)
    scheduler.stop()
    with context.db.read() as tx:
        going = runs.count_live(tx)
    if going:
        some = "1 run goes" if going == 1 else f"{going} runs go"
        them = "it" if going == 1 else "them"
        print(
            f"\n{some} on. To stop {them}, start Safelight on the same folder again and press Stop, "
            "or `safelight stop JOB`.",
            flush=True,
        )


class _Server(uvicorn.Server):
    """Uvicorn that ends open event streams first, and leaves the signal's meaning to `serve`."""

    def __init__(self, config: uvicorn.Config, context: Context, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._context = context
        self._ready = ready
        self.before_end: Callable[[], None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # Uvicorn would raise the signal again after its end; we still have things to say then.
        self.force_exit = self.should_exit
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        gc.freeze()  # what is there now stays, and need never be looked at
        gc.enable()
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.before_end is not None:
            await asyncio.to_thread(self.before_end)
        self._context.hub.close()
        await super().shutdown(sockets)
