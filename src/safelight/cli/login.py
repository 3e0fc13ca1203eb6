"""Which server the command line talks to, and as whom."""

from __future__ import annotations

import sys
from getpass import getpass
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from safelight.cli import output
from safelight.client.connection import Client
from safelight.client.login import keep, known
from safelight.errors import Invalid, Unauthenticated

# Commands ask at once and say so if nobody answers; scripts inside runs are more patient.
PATIENCE_S = 10.0


def connect() -> Client:
    """A client for SAFELIGHT_URL and SAFELIGHT_TOKEN, or for what `safelight login` kept.

    Raises Unauthenticated if there is neither.
    """
    url, token = known()
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
    keep(url, token)
    if as_json:
        output.print_json({"url": url, "user": me["user"], "organization": me["organization"]})
    else:
        output.say(f"Logged in to {url} as {me['user']['name']} of {me['organization']['name']}.")


def _asked() -> str:
    token = getpass("Token: ") if sys.stdin.isatty() else sys.stdin.readline()
    if not token.strip():
        raise Invalid("No token was given.")
    return token.strip()
