"""Commands that list datasets and their versions, lock versions and say how they are called."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from rich.text import Text
from typer import Argument, Option

from safelight.cli import output
from safelight.cli.data import VersionName
from safelight.cli.login import connect
from safelight.cli.options import AsJson
from safelight.client.datasets import Dataset, Version
from safelight.domain.datasets import InferenceType
from safelight.errors import Invalid


def list_datasets(
    limit: Annotated[int, Option(min=1, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List datasets, newest first, each with the newest of its versions."""
    found = list(islice(connect().datasets.list(), limit))
    if as_json:
        output.print_json([each.data for each in found])
        return
    headers = ("NAME", "VERSIONS", "NEWEST", "PICTURES", "MADE")
    output.table(headers, (_dataset(each) for each in found), empty="No datasets.")


def _dataset(each: Dataset) -> list[output.Cell]:
    newest = each.data["latest_version"]
    return [
        Text(each.name, style="bold"),
        f"{each.data['versions']:,}",
        newest["name"] if newest else "",
        f"{newest['asset_count']:,}" if newest else "",
        output.ago(each.data["created_at"]),
    ]


def list_versions(
    name: Annotated[str, Argument(metavar="DATASET", help="Its name, or its id.")],
    as_json: AsJson = False,
) -> None:
    """List the versions of a dataset, newest first."""
    found = connect().datasets.get(name).versions
    if as_json:
        output.print_json([each.data for each in found])
        return
    headers = ("NAME", "TYPE", "PICTURES", "LOCKED BY", "MADE")
    output.table(headers, (_version(each) for each in found), empty="It has no versions.")


def _version(each: Version) -> list[output.Cell]:
    return [
        Text(each.name, style="bold"),
        each.type,
        f"{each.asset_count:,}",
        each.locked_by or "",
        output.ago(each.data["created_at"]),
    ]


def lock(version: VersionName, as_json: AsJson = False) -> None:
    """Refuse every change of a version until it is unlocked."""
    _say(connect().versions.get(version).lock(), as_json=as_json)


def unlock(version: VersionName, as_json: AsJson = False) -> None:
    """Allow changes of a version again: who locked it may, and admins."""
    _say(connect().versions.get(version).unlock(), as_json=as_json)


def edit(
    version: VersionName,
    name: Annotated[str | None, Option(help="Its new name.")] = None,
    type: Annotated[
        InferenceType | None, Option(help="What is annotated in it.", case_sensitive=False)
    ] = None,
    description: Annotated[str | None, Option(help="What it is for; '' for nothing.")] = None,
    as_json: AsJson = False,
) -> None:
    """Rename or describe a version, or set its type."""
    if name is None and type is None and description is None:
        raise Invalid("Say what to change: --name NAME, --type TYPE or --description TEXT.")
    found = connect().versions.get(version)
    _say(found.edit(name=name, type=type, description=description), as_json=as_json)


def _say(version: Version, *, as_json: bool) -> None:
    """The version as it is now."""
    if as_json:
        output.print_json(version.data)
        return
    locked = f", locked by {version.locked_by}" if version.locked_by else ""
    output.say(f"{version.dataset.name}/{version.name}: {version.type}{locked}")
