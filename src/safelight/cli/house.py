"""Commands on a server of this machine: start one, show what it can do, let somebody in again.

Modules of the server are imported inside the commands that need them and nowhere else: they take a
second to load, and `safelight jobs` needs none of them.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

from typer import Argument, Option, Typer

from safelight.cli import output
from safelight.config import Settings
from safelight.errors import NotFound

if TYPE_CHECKING:
    from safelight.store.db import Database

users = Typer(help="Accounts of a server on this machine.", no_args_is_help=True)

DATA = next(field.default for field in fields(Settings) if field.name == "data")
DEMO_DATA = Path(".demo")

Data = Annotated[Path | None, Option(help=f"The data folder. [default: ./{DATA}]")]
Host = Annotated[str | None, Option(help="Address to listen on. [default: 127.0.0.1 and ::1]")]
Port = Annotated[int | None, Option(help="Port to listen on. [default: 8000]")]


def up(data: Data = None, host: Host = None, port: Port = None) -> None:
    """Start Safelight: server, scheduler and local engine in one. Ctrl-C ends it; runs go on."""
    gc.disable()  # no module is garbage; `serve` turns it on again
    from safelight.serving import serve

    serve(Settings.read(os.environ, data=data, host=host, port=port))
    _leave()


def demo(
    data: Annotated[Path, Option(help="Where the demo lives; used again next time.")] = DEMO_DATA,
    host: Host = None,
    port: Port = None,
) -> None:
    """Start Safelight with real pictures and a job of every kind. Ctrl-C ends it and its runs."""
    gc.disable()  # as above
    from safelight.cli.demo import show
    from safelight.serving import serve

    settings = Settings.read(os.environ, data=data, host=host, port=port)
    serve(
        settings,
        any_port=True,
        stop_runs_at_end=True,
        login_link_always=True,
        when_ready=partial(show, wanted_port=settings.port),
    )
    _leave()


def _leave() -> NoReturn:
    """End now that all is closed: Python would first take every module of the server apart, which
    keeps whoever pressed Ctrl-C waiting for half a second, or two on a busy machine.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


@users.command("reset")
def reset_user(
    name: Annotated[str, Argument(help="Name of the user.")],
    data: Data = None,
    as_json: Annotated[bool, Option("--json", help="Print JSON.")] = False,
) -> None:
    """End a user's sessions and print a link that lets them in once."""
    from safelight.actions.access import reset_user as reset

    settings = Settings.read(os.environ, data=data)
    with _database(settings) as db:
        link = f"{_address(settings.data)}/login?link={reset(db, name)}"
    if as_json:
        output.print_json({"user": name, "link": link})
    else:
        output.say(link)


def token_from(data: Path, url: str | None) -> tuple[str, str]:
    """Address and a new token of the owner, for who may read the data folder."""
    from safelight.actions.first_start import owner_token

    settings = Settings.read(os.environ, data=data)
    with _database(settings) as db:
        return url or _address(settings.data), owner_token(db, "safelight login")


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    from safelight.store.db import Database

    if not settings.database_url and not (settings.data / "safelight.db").exists():
        raise NotFound(
            f"There is no Safelight in {settings.data.absolute()}. Name its data folder with --data."
        )
    db = Database(settings.database)
    try:
        yield db
    finally:
        db.close()


def _address(data: Path) -> str:
    """Where people reach the server of a data folder, or would: sessions belong to that name."""
    try:
        return str(json.loads((data / "server.json").read_text())["page"])
    except (OSError, ValueError, KeyError):
        return "http://localhost:8000"
