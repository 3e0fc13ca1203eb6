"""The limit on how many runs the organization has going on at once."""

from __future__ import annotations

from typing import Annotated

from typer import Argument

from safelight.cli import output
from safelight.cli.login import connect
from safelight.cli.options import AsJson
from safelight.errors import Invalid


def limit(
    runs: Annotated[
        str | None, Argument(metavar="[N|none]", help="The new limit; else show the present one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show or set how many runs the organization may have going on at once (set: admins)."""
    client = connect()
    if runs is None:
        found = client.http.get("/api/v1/limit")
    else:
        found = client.http.call("PUT", "/api/v1/limit", json={"limit": _number(runs)}).json()
    if as_json:
        output.print_json(found)
    else:
        most = "as many as there is room for" if found["limit"] is None else found["limit"]
        output.say(f"Runs at once: {most}; {found['live']} now.")


def _number(text: str) -> int | None:
    if text.lower() == "none":
        return None
    try:
        return int(text)
    except ValueError:
        raise Invalid(f"The limit is a number or `none`, not {text!r}.") from None
