"""What `safelight demo` says while it fills the house behind a server that has just started."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from safelight.actions.context import Context
from safelight.actions.first_start import owner_token
from safelight.cli import output
from safelight.client.connection import Client
from safelight.demo.pictures import unpacked
from safelight.demo.seed import Seeder, watch
from safelight.errors import SafelightError

_DAY_S = 24 * 3600


def show(context: Context, url: str, *, wanted_port: int) -> None:
    """Fill the house, start the training to watch, and say that it is ready."""
    start = time.monotonic()
    if context.settings.port != wanted_port:
        output.say(f"Port {wanted_port} is taken, so it is port {context.settings.port} this time.")
    token = owner_token(context.db, "demo", lasting_s=_DAY_S)
    try:
        with Client(url, token) as client:
            _fill(client, context.settings.data / "demo-is-complete")
            watch(client)
    except SafelightError as error:
        if not context.hub.closing.is_set():  # else somebody pressed Ctrl-C
            output.err.print(f"The demo is not complete: {error.message}", style=output.RED)
        return
    passed = output.duration(time.monotonic() - start)
    output.say(f"Ready after {passed}. A training is running for you to watch: {url}")
    program = os.path.relpath(sys.argv[0]) if "/" in sys.argv[0] else "safelight"
    output.say(
        f"From another terminal: {program} login --data {context.settings.data} && {program} jobs"
    )


def _fill(client: Client, marker: Path) -> None:
    if marker.exists():
        return
    output.say("Filling the house, which takes a few minutes the first time:")
    with unpacked() as folder:
        Seeder(client, folder, lambda text: output.say(f"  {text} ...")).fill()
    marker.touch()
