"""Commands on dataset versions: export, fork. Imports: `imports.py`."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Option

from safelight.cli import dataset, output
from safelight.cli.jobs import launched, wait_for
from safelight.cli.login import connect
from safelight.cli.options import AsJson, Wait
from safelight.domain.jobs import RunStatus
from safelight.domain.operations import Export, Format
from safelight.errors import Invalid

VersionName = Annotated[str, Argument(metavar="DATASET/VERSION")]
_Out = Annotated[Path, Option("-o", "--out", help="Where to write the file.", dir_okay=False)]
_Format = Annotated[Format, Argument(metavar="FORMAT", help=", ".join(Format))]


def _export(version: str, format: Format, out: Path, as_json: bool, **given: Any) -> None:
    """Export a version, or some of its pictures, into a file, by a job that is waited for."""
    if not out.absolute().parent.is_dir():
        raise Invalid(f"There is no folder {out.absolute().parent} to write {out.name} into.")
    job = connect().versions.get(version).export(format.value, **dataset.said(Export, given))
    with output.err.status(f"Waiting for {job.name} ..."):
        job.wait()
    if job.status is not RunStatus.SUCCEEDED:
        wait_for(job, as_json=as_json)
    result = job.run.result or {}
    size = job.download(result["downloads"][0]["name"], str(out))
    if as_json:
        output.print_json({"job": job.data, "path": str(out), "size": size})
        return
    output.say(f"{out}: {size:,} bytes, {result['summary']}")
    if result["counts"]["left_out"]:
        output.say(f"What the file does not say is in its log: safelight logs {job.id}")


def export() -> Any:
    """The command, with the options that the operation declares."""
    own = {"format": _Format, "version": VersionName, "out": _Out}
    shown: Any = _export
    by_name = inspect.Parameter.KEYWORD_ONLY
    shown.__signature__ = inspect.Signature(
        [
            *(inspect.Parameter(name, by_name, annotation=kind) for name, kind in own.items()),
            *dataset.options(Export, without="format"),
            inspect.Parameter("as_json", by_name, annotation=AsJson, default=False),
        ]
    )
    return shown


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
