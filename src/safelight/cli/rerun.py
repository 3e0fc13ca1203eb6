"""The command that runs jobs again, with what shall be different."""

from __future__ import annotations

from typing import Annotated

from rich.text import Text
from typer import Option

from safelight.cli import bulk, output
from safelight.cli.bulk import Chosen
from safelight.cli.jobs import launched, run_of
from safelight.cli.login import connect
from safelight.cli.options import AsJson, Inputs, Launch, spread
from safelight.cli.values import types_of
from safelight.client.jobs import Job
from safelight.errors import Invalid, NameTaken


@spread
def rerun(
    chosen: Chosen,
    run: Annotated[
        int | None, Option(help="Number of the run to be like; else the newest.")
    ] = None,
    *,
    given: Launch,
    inputs: Inputs,
    as_json: AsJson = False,
) -> None:
    """Run jobs again; a single one with other parameters, inputs or limits (`memory=`: none) if you like."""
    client = connect()
    if not chosen.is_one:
        if (run, given, inputs) != (None, Launch(), Inputs()):
            raise Invalid("Many jobs run again as they were: options on a launch are for one job.")
        bulk.act(client, "rerun", chosen, as_json=as_json)
        return
    found = chosen.one(client)
    _rerun(found, run, given, inputs)
    launched(found, wait=given.wait, as_json=as_json)


def _rerun(found: Job, like: int | None, given: Launch, inputs: Inputs) -> None:
    parameters = given.parameters(types_of(run_of(found, like).parameters))
    changes = (parameters, inputs.values, given.limits)
    for each in found.check_rerun(*changes, like=like)["warnings"]:
        output.err.print(Text(f"Warning: {each['message']}", style=output.AMBER))
    try:
        found.rerun(*changes, like=like, priority=given.priority, retry=given.retries)
    except NameTaken as error:
        raise _with_option(error) from None


def _with_option(error: NameTaken) -> NameTaken:
    """The refusal with the option that gives the name it proposes."""
    place, dot, name = str(error.facts.get("field", "")).partition(".")
    if not dot:
        return error
    option = "--input" if place == "inputs" else "--set"
    return NameTaken(f"{error.message} Add {option} {name}={error.facts['proposal']}")
