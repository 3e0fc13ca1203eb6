"""Which server the command line talks to, and as whom; kept in a file that only its user can read."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from getpass import getpass
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from safelight.cli import output
from safelight.client.connection import Client
from safelight.errors import Invalid, Unauthenticated

# Commands ask at once and say so if nobody answers; scripts inside runs are more patient.
PATIENCE_S = 10.0


def login_file() -> Path:
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "safelight" / "login.json"


def connect() -> Client:
    """A client for SAFELIGHT_URL and SAFELIGHT_TOKEN, or for what `safelight login` kept.

    Raises Unauthenticated if there is neither.
    """
    url, token = os.environ.get("SAFELIGHT_URL"), os.environ.get("SAFELIGHT_TOKEN")
    if not (url and token):
        kept = _kept()
        url = url or kept.get("url")
        # A kept token belongs to its server only: it must not be shown to another.
        token = token or (kept.get("token") if url == kept.get("url") else None)
    if not url or not token:
        raise Unauthenticated(
            "Not logged in. Use `safelight login URL --token TOKEN`, or set SAFELIGHT_URL and "
            "SAFELIGHT_TOKEN."
        )
    return Client(url, token, patience_s=PATIENCE_S)


def login(
    url: Annotated[
        str | None, Argument(help="Address of the server, http://localhost:8000")
    ] = None,
    token: Annotated[str | None, Option(help="An API token; asked for if not given.")] = None,
    data: Annotated[
        Path | None, Option(help="Take a token from this data folder of a server on this machine.")
    ] = None,
    as_json: Annotated[bool, Option("--json", help="Print JSON.")] = False,
) -> None:
    """Remember a server and a token for the commands that follow."""
    if data is not None:
        # Reading a data folder needs the server's modules: loaded for those who ask for it.
        from safelight.cli.house import token_from

        url, token = token_from(data, url)
    if not url:
        raise Invalid(
            "Which server? Give its address, as in `safelight login http://localhost:8000`."
        )
    url = url.rstrip("/") if "://" in url else f"http://{url}".rstrip("/")
    token = token or _asked()
    with Client(url, token, patience_s=PATIENCE_S) as client:
        me = client.whoami()
    _keep(url, token)
    if as_json:
        output.print_json({"url": url, "user": me["user"], "organization": me["organization"]})
    else:
        output.say(f"Logged in to {url} as {me['user']['name']} of {me['organization']['name']}.")


def _asked() -> str:
    token = getpass("Token: ") if sys.stdin.isatty() else sys.stdin.readline()
    if not token.strip():
        raise Invalid("No token was given.")
    return token.strip()


def _kept() -> dict[str, str]:
    with suppress(OSError, ValueError):
        return dict(json.loads(login_file().read_text()))
    return {}


def _keep(url: str, token: str) -> None:
    path = login_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"url": url, "token": token}, file)
    fresh.replace(path)
