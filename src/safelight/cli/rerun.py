"""The command that runs a job again, with what shall be different."""

from __future__ import annotations

from typing import Annotated

from rich.text import Text
from typer import Option

from safelight.cli import output
from safelight.cli.jobs import AsJson, Input, JobId, Limit, Set, Wait, launched, run_of
from safelight.cli.login import connect
from safelight.cli.terms import Priority, Retry, RetryAfter, RetryOn, policy
from safelight.cli.values import pairs, typed, types_of
from safelight.errors import NameTaken


def rerun(
    job: JobId,
    set: Set = [],  # noqa: B006 - typer copies it
    input: Input = [],  # noqa: B006
    limit: Limit = [],  # noqa: B006
    run: Annotated[
        int | None, Option(help="Number of the run to be like; else the newest.")
    ] = None,
    priority: Priority = None,
    retry: Retry = 0,
    retry_on: RetryOn = "",
    retry_after: RetryAfter = 30.0,
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Run a job again, with other parameters, inputs or limits (`memory=`: none) if you like."""
    found = connect().jobs.get(job)
    parameters = typed(pairs(set, "--set"), types_of(run_of(found, run).parameters))
    inputs = pairs(input, "--input")
    limits = {name: value or None for name, value in pairs(limit, "--limit").items()}
    for each in found.check_rerun(parameters, inputs, limits, like=run)["warnings"]:
        output.err.print(Text(f"Warning: {each['message']}", style=output.AMBER))
    try:
        found.rerun(
            parameters,
            inputs,
            limits,
            like=run,
            priority=priority,
            retry=policy(retry, retry_on, retry_after),
        )
    except NameTaken as error:
        raise _with_option(error) from None
    launched(found, wait=wait, as_json=as_json)


def _with_option(error: NameTaken) -> NameTaken:
    """The refusal with the option that gives the name it proposes."""
    place, dot, name = str(error.facts.get("field", "")).partition(".")
    if not dot:
        return error
    option = "--input" if place == "inputs" else "--set"
    return NameTaken(f"{error.message} Add {option} {name}={error.facts['proposal']}")
