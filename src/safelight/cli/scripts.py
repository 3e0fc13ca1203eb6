"""Commands on processings and trainings: add a folder, list, launch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from rich.text import Text
from typer import Argument, Option, Typer

from safelight.cli import output
from safelight.cli.jobs import launched
from safelight.cli.login import connect
from safelight.cli.options import AsJson, Inputs, Launch, spread
from safelight.cli.values import pairs
from safelight.client.connection import Client
from safelight.client.processings import Processing
from safelight.client.projects import Project
from safelight.client.record import Record
from safelight.domain.jobs import TargetType
from safelight.errors import NotFound

processing = Typer(help="Scripts that run on your data.", no_args_is_help=True)
training = Typer(help="Scripts that train models.", no_args_is_help=True)

Folder = Annotated[Path, Argument(help="The folder with the script.", file_okay=False, exists=True)]


@processing.command("add")
def add_processing(folder: Folder, as_json: AsJson = False) -> None:
    """Register the folder of a processing, or replace what has its name."""
    _added(connect().processings.add(folder), "Processing", as_json=as_json)


@training.command("add")
def add_training(folder: Folder, as_json: AsJson = False) -> None:
    """Register the folder of a training, or replace what has its name."""
    _added(connect().trainings.add(folder), "Training", as_json=as_json)


def _added(found: Record, kind: str, *, as_json: bool) -> None:
    for warning in found.data.get("warnings") or ():
        output.err.print(Text(f"Warning: {warning}", style=output.AMBER))
    if as_json:
        output.print_json(found.data)
    else:
        output.say(f"{kind} {found.name}: {found.id}")


@processing.command("list")
def list_processings(as_json: AsJson = False) -> None:
    """List the processings that ship and your own."""
    found = [each.data for each in connect().processings.list()]
    if as_json:
        output.print_json(found)
        return
    rows = [[_name(row), row["target"], _owner(row), row.get("description") or ""] for row in found]
    output.table(("NAME", "RUNS ON", "FROM", "DESCRIPTION"), rows, empty="No processings.")


@training.command("list")
def list_trainings(as_json: AsJson = False) -> None:
    """List the trainings that ship and your own."""
    found = [each.data for each in connect().trainings.list()]
    if as_json:
        output.print_json(found)
        return
    rows = [[_name(row), _owner(row), row.get("description") or ""] for row in found]
    output.table(("NAME", "FROM", "DESCRIPTION"), rows, empty="No trainings.")


def _name(row: dict[str, Any]) -> Text:
    return Text(row["name"], style="bold")


def _owner(row: dict[str, Any]) -> str:
    return "Safelight" if row.get("is_public") else "you"


@processing.command("launch")
@spread
def launch_processing(
    name: Annotated[str, Argument(help="Its name or id.")],
    target: Annotated[str, Option(help="DATASET/VERSION, a datalake's name, or an id.")],
    given: Launch,
    inputs: Inputs,
    as_json: AsJson = False,
) -> None:
    """Run a processing."""
    client = connect()
    found = client.processings.get(name)
    job = found.launch(
        _target(client, found, target),
        parameters=given.parameters(_types(found.parameters)),
        inputs=inputs.values,
        resources=given.limits,
        priority=given.priority,
        retry=given.retries,
    )
    launched(job, wait=given.wait, as_json=as_json)


def _target(client: Client, found: Processing, target: str) -> Record | str:
    match found.target:
        case TargetType.DATASET_VERSION:
            return client.versions.get(target)
        case TargetType.DATALAKE:
            return client.datalakes.get(target)
    return target


def _types(rules: dict[str, Any]) -> dict[str, str]:
    return {name: rule.get("type", "") for name, rule in rules.items()}


@training.command("launch")
@spread
def launch_training(
    name: Annotated[str, Argument(help="Its name or id.")],
    project: Annotated[str, Option(help="Made if there is none of that name.")],
    experiment: Annotated[str, Option(help="Name of the experiment to make.")],
    data: Annotated[
        list[str], Option(metavar="ALIAS=DATASET/VERSION", help="A dataset version to train on.")
    ] = [],  # noqa: B006 - typer copies it
    *,
    given: Launch,
    as_json: AsJson = False,
) -> None:
    """Make an experiment of a training and run it."""
    client = connect()
    found = client.trainings.get(name)
    versions = {alias: client.versions.get(of) for alias, of in pairs(data, "--data").items()}
    made = _project(client, project).create_experiment(
        experiment,
        training=found,
        parameters=given.parameters(_types(found.parameters)),
        datasets=versions,
    )
    job = made.launch(resources=given.limits, priority=given.priority, retry=given.retries)
    launched(job, wait=given.wait, as_json=as_json)


def _project(client: Client, name: str) -> Project:
    try:
        return client.projects.get(name)
    except NotFound:
        return client.projects.create(name)
