"""Commands on the files of a datalake: list, upload, tag, delete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Annotated
from uuid import UUID

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from typer import Argument, Exit, Option, Typer

from safelight.cli import output
from safelight.cli.exits import Code
from safelight.cli.login import connect
from safelight.cli.options import AsJson
from safelight.client.uploads import Sent, Source, State, Uploader, sources
from safelight.errors import Invalid

data = Typer(help="Files of a datalake.", no_args_is_help=True)

Lake = Annotated[str, Option("--datalake", help="Its name or id.")]
Query = Annotated[
    str, Argument(metavar="[QUERY]", help="As in the search box: 'tag:street width:>=1000 north'.")
]
Every = Annotated[bool, Option("--every", help="Mean every file, with an empty query.")]
_REFUSALS_SHOWN = 20


@data.command("list")
def list_data(
    query: Query = "",
    datalake: Lake = "default",
    limit: Annotated[int, Option(min=1, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List files, newest first."""
    found = list(islice(connect().datalakes.get(datalake).files(query), limit))
    if as_json:
        output.print_json(found)
        return
    rows = [
        (
            one["id"],
            one["filename"],
            f"{one['width']} x {one['height']}" if one["width"] else "",
            "" if one["size"] is None else f"{one['size']:,}",
            ", ".join(one["tags"]),
        )
        for one in found
    ]
    output.table(("ID", "NAME", "PIXELS", "BYTES", "TAGS"), rows, empty="No file fits.")


@data.command()
def upload(
    paths: Annotated[list[Path], Argument(help="Files, folders and zip archives.", exists=True)],
    datalake: Lake = "default",
    tag: Annotated[list[str], Option(help="A tag for all of them; again for more.")] = [],  # noqa: B006
    dataset: Annotated[
        str,
        Option(
            metavar="DATASET/VERSION",
            help="Put them into this version, as a job. Made if there is none of that name.",
        ),
    ] = "",
    add_duplicates: Annotated[
        bool, Option("--add-duplicates", help="Also what is there under another name.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Upload pictures. What is there already is not sent again, so a broken upload goes on by being
    started again.
    """
    client = connect()
    lake = client.datalakes.get(datalake)
    files = list(sources(paths))
    if not files:
        raise Invalid(f"{', '.join(map(str, paths))}: no pictures in there.")
    version = client.versions.ensure(dataset) if dataset else None
    sending = Uploader(lake.http, lake.id, add_duplicates=add_duplicates)
    done = list(_watched(sending.send(files), files))
    ids: list[UUID | str] = list(dict.fromkeys(one.id for one in done if one.id is not None))
    if tag and ids:
        lake.tag(ids, add=tag)
    job = lake.add_to(version, ids) if version and ids else None
    if as_json:
        output.print_json(
            {"files": [asdict(one) for one in done], "job": job.data if job else None}
        )
    else:
        _summary(done)
        if job:
            output.say(f"{job.id}  {job.name}")
    if any(one.state == "refused" for one in done):
        raise Exit(Code.COULD_NOT)


def _watched(done: Iterator[Sent], files: list[Source]) -> Iterator[Sent]:
    """The same, with its progress shown on a terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=output.err, transient=True) as progress:
        task = progress.add_task("", total=sum(file.size for file in files))
        for number, one in enumerate(done, start=1):
            shown = f"{number:,} of {len(files):,} files"
            progress.update(task, advance=one.size, description=shown)
            yield one


def _summary(done: list[Sent]) -> None:
    counts = Counter(one.state for one in done)
    words: dict[State, str] = {
        "sent": "uploaded",
        "there": "there already",
        "duplicate": "there under another name",
        "refused": "refused",
    }
    output.say(
        ", ".join(f"{counts[state]:,} {word}" for state, word in words.items() if counts[state])
    )
    for one in [one for one in done if one.state == "duplicate"][:_REFUSALS_SHOWN]:
        output.note(f"{one.filename}: there as {one.of}; --add-duplicates takes it all the same")
    for one in [one for one in done if one.state == "refused"][:_REFUSALS_SHOWN]:
        output.note(f"{one.filename}: {one.error}")


@data.command("tag")
def tag_data(
    query: Query = "",
    add: Annotated[list[str], Option(help="Put this tag on; again for more.")] = [],  # noqa: B006
    remove: Annotated[list[str], Option(help="Take this tag off; again for more.")] = [],  # noqa: B006
    datalake: Lake = "default",
    every: Every = False,
) -> None:
    """Put tags on all files that a query finds, or take them off."""
    if not add and not remove:
        raise Invalid("Say which tags: --add TAG or --remove TAG.")
    _check_meant(query, every=every)
    count = connect().datalakes.get(datalake).tag(query, add=add, remove=remove)
    output.say(f"{count:,} {'file' if count == 1 else 'files'}")


@data.command("delete")
def delete_data(query: Query = "", datalake: Lake = "default", every: Every = False) -> None:
    """Delete all files that a query finds; refused where a dataset version uses one."""
    _check_meant(query, every=every)
    count = connect().datalakes.get(datalake).delete(query)
    output.say(f"{count:,} {'file' if count == 1 else 'files'} deleted")


def _check_meant(query: str, *, every: bool) -> None:
    if not query.strip() and not every:
        raise Invalid("An empty query means every file; say --every if you mean that.")
