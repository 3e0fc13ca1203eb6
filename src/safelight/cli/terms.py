"""Options on how a run ranks and when it is tried again, and the limit that it waits for."""

from __future__ import annotations

from typing import Annotated, Any

from typer import Argument, Option

from safelight.cli import output
from safelight.cli.login import connect
from safelight.errors import Invalid

Priority = Annotated[
    int | None, Option(min=-100, max=100, help="The highest goes first; above 0 for admins.")
]
Retry = Annotated[int, Option(min=0, help="Try so often again if it fails as --retry-on says.")]
RetryOn = Annotated[
    str, Option(metavar="KIND,...", help="Failures to try again: out_of_memory,lost,timeout ...")
]
RetryAfter = Annotated[
    float, Option(min=0, help="Seconds until the first new try; twice as long until each next.")
]


def policy(times: int, kinds: str, backoff_s: float) -> dict[str, Any] | None:
    """The retry policy that the options say. Raises Invalid for half of one."""
    named = [kind.strip() for kind in kinds.split(",") if kind.strip()]
    if bool(times) != bool(named):
        raise Invalid("--retry and --retry-on go together: how often, and after which failures.")
    return {"kinds": named, "times": times, "backoff_s": backoff_s} if times else None


def limit(
    runs: Annotated[
        str | None, Argument(metavar="[N|none]", help="The new limit; else show the present one.")
    ] = None,
    as_json: Annotated[bool, Option("--json", help="Print JSON.")] = False,
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
