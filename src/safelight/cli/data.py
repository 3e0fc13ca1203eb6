"""Commands on dataset versions: export, fork. Imports: `imports.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option, Typer

from safelight.cli import output
from safelight.cli.jobs import launched, wait_for
from safelight.cli.login import connect
from safelight.cli.options import AsJson, Wait
from safelight.domain.jobs import RunStatus
from safelight.errors import Invalid

VersionName = Annotated[str, Argument(metavar="DATASET/VERSION")]
exports = Typer(help="Export annotations.", no_args_is_help=True)


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
