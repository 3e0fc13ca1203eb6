"""Commands on dataset versions: import, export, fork."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Argument, Option, Typer

from safelight.cli import output
from safelight.cli.jobs import launched, wait_for
from safelight.cli.login import connect
from safelight.cli.options import AsJson, Wait
from safelight.client.connection import Client
from safelight.client.datasets import Dataset, Version
from safelight.domain.jobs import RunStatus
from safelight.errors import Invalid, NotFound

VersionName = Annotated[str, Argument(metavar="DATASET/VERSION")]
PICTURES = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".heic", ".avif"}
)

imports = Typer(help="Import annotations.", no_args_is_help=True)
exports = Typer(help="Export annotations.", no_args_is_help=True)


class Mode(StrEnum):
    REPLACE = "replace"
    KEEP = "keep"
    CONCATENATE = "concatenate"


@imports.command("coco")
def import_coco(
    path: Annotated[Path, Argument(help="The JSON file.", exists=True, dir_okay=False)],
    dataset: Annotated[str, Option(help="Made if there is none of that name.")],
    version: Annotated[str, Option(help="Made if there is none of that name.")],
    images: Annotated[
        Path | None,
        Option(help="Upload the pictures of this folder first.", exists=True, file_okay=False),
    ] = None,
    mode: Annotated[
        Mode, Option(help="What happens to pictures annotated already.")
    ] = Mode.REPLACE,
    skip_bad: Annotated[bool, Option("--skip-bad", help="Leave out bad records.")] = False,
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Import a COCO file into a dataset version."""
    client = connect()
    into = _version(client, dataset, version)
    if images is not None:
        _upload(into, images)
    job = into.import_file(path, format="coco", mode=mode.value, skip_bad=skip_bad)
    launched(job, wait=wait, as_json=as_json)


def _version(client: Client, dataset: str, version: str) -> Version:
    into = _dataset(client, dataset)
    try:
        return into.version(version)
    except NotFound:
        return into.create_version(version)


def _dataset(client: Client, name: str) -> Dataset:
    try:
        return client.datasets.get(name)
    except NotFound:
        return client.datasets.create(name)


def _upload(version: Version, folder: Path) -> None:
    paths = sorted(_pictures(folder))
    if not paths:
        raise Invalid(f"{folder} holds no pictures.")
    with output.err.status("") as shown:
        for done, path in enumerate(paths, start=1):
            shown.update(f"Uploading {done:,} of {len(paths):,}: {path.name}")
            version.add_picture(path.name, path.read_bytes())
    output.note(f"Uploaded {len(paths):,} {'picture' if len(paths) == 1 else 'pictures'}.")


def _pictures(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.suffix.lower() in PICTURES)


@exports.command("coco")
def export_coco(
    version: VersionName,
    out: Annotated[
        Path, Option("-o", "--out", help="Where to write the JSON file.", dir_okay=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Export the annotations of a version as a COCO file."""
    if not out.absolute().parent.is_dir():
        raise Invalid(f"There is no folder {out.absolute().parent} to write {out.name} into.")
    job = connect().versions.get(version).export("coco")
    with output.err.status(f"Waiting for {job.name} ..."):
        job.wait()
    if job.status is not RunStatus.SUCCEEDED:
        wait_for(job, as_json=as_json)
    name = (job.run.result or {})["downloads"][0]["name"]
    size = job.download(name, str(out))
    if as_json:
        output.print_json({"job": job.data, "path": str(out), "size": size})
    else:
        output.say(f"{out}: {size:,} bytes")


def fork(
    version: VersionName,
    name: Annotated[str, Argument(metavar="NEW", help="Name of the new version.")],
    annotations: Annotated[
        bool, Option("--annotations/--no-annotations", help="Take the annotations along.")
    ] = True,
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Make a new version from a version, in an instant."""
    job = connect().versions.get(version).fork(name, with_annotations=annotations)
    launched(job, wait=wait, as_json=as_json)
