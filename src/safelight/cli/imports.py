"""Commands that import annotations, check what an import would do, and read what it did not take."""

from __future__ import annotations

import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from rich.text import Text
from typer import Argument, Option

from safelight.cli import output
from safelight.cli.jobs import launched, wait_for
from safelight.cli.login import connect
from safelight.cli.options import AsJson, JobId, Wait, spread
from safelight.client.datasets import Version
from safelight.client.jobs import Job
from safelight.domain.imports import Format, Matching
from safelight.domain.jobs import RunStatus
from safelight.errors import Invalid

PICTURES = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".heic", ".avif"}
)
REJECTS = "rejects.jsonl"


class Mode(StrEnum):
    REPLACE = "replace"
    KEEP = "keep"
    CONCATENATE = "concatenate"


@dataclass(frozen=True)
class How:
    """How a file is imported."""

    mode: Annotated[Mode, Option(help="What happens to pictures annotated already.")] = Mode.REPLACE
    matching: Annotated[
        Matching, Option(help="What the file calls pictures by; auto tries all, in this order.")
    ] = Matching.AUTO
    strict_labels: Annotated[
        bool, Option("--strict-labels", help="A label that the version lacks is a bad record.")
    ] = False
    strict_pictures: Annotated[
        bool, Option("--strict-pictures", help="A picture that is nowhere is a bad record.")
    ] = False
    skip_bad: Annotated[bool, Option("--skip-bad", help="Leave out bad records.")] = False
    label_attribute: Annotated[
        str | None, Option(help="Which attribute of a VIA region is its label.")
    ] = None

    @property
    def options(self) -> dict[str, Any]:
        """As the server names them."""
        return {
            "mode": self.mode.value,
            "matching": self.matching.value,
            "create_labels": not self.strict_labels,
            "force_placeholders": not self.strict_pictures,
            "label_attribute": self.label_attribute,
        }


@spread
def import_annotations(
    format: Annotated[Format, Argument(help="What the file is written in; auto finds out.")],
    path: Annotated[Path, Argument(help="The file, a zip or a folder.", exists=True)],
    dataset: Annotated[str, Option(help="Made if there is none of that name.")],
    version: Annotated[str, Option(help="Made if there is none of that name.")],
    images: Annotated[
        Path | None,
        Option(help="Upload the pictures of this folder first.", exists=True, file_okay=False),
    ] = None,
    check: Annotated[
        bool, Option("--check", help="Only say what it would do; nothing is changed.")
    ] = False,
    only_rejected_of: Annotated[
        str | None,
        Option(metavar="JOB", help="Take only what this job rejected, from the mended file."),
    ] = None,
    wait: Wait = False,
    *,
    how: How,
    as_json: AsJson = False,
) -> None:
    """Import annotations into a dataset version."""
    client = connect()
    into = client.datasets.ensure(dataset).ensure_version(version)
    if images is not None:
        _upload(into, images)
    with _as_file(path) as file:
        if check:
            job = into.check_import(file, format=format.value, **how.options)
            _tell_check(job, as_json=as_json)
            return
        options = how.options | ({"skip_bad": True} if how.skip_bad else {})
        if only_rejected_of is not None:
            options["only_rejected_of"] = str(client.jobs.get(only_rejected_of).id)
        job = into.import_file(file, format=format.value, **options)
    launched(job, wait=wait, as_json=as_json)


def rejects(
    job: JobId,
    out: Annotated[
        Path | None, Option("-o", "--out", help="Where to write them.", dir_okay=False)
    ] = None,
) -> None:
    """Print the records that an import did not take, one in a line."""
    found = connect().jobs.get(job)
    if out is not None:
        size = found.download(REJECTS, str(out))
        output.say(f"{out}: {size:,} bytes")
        return
    with tempfile.NamedTemporaryFile() as file:
        found.download(REJECTS, file.name)
        sys.stdout.write(Path(file.name).read_text())


@contextmanager
def _as_file(path: Path) -> Iterator[Path]:
    """A folder as a zip of its files; hidden ones and links are left out."""
    if not path.is_dir():
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder) / f"{path.resolve().name}.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for file in sorted(path.rglob("*")):
                name = file.relative_to(path)
                if file.is_file() and not file.is_symlink() and not _is_hidden(name):
                    archive.write(file, name, _method(file))
        yield packed


def _is_hidden(name: Path) -> bool:
    return any(part.startswith(".") for part in name.parts)


def _method(file: Path) -> int:
    """Pictures are packed already."""
    return zipfile.ZIP_STORED if file.suffix.lower() in PICTURES else zipfile.ZIP_DEFLATED


def _tell_check(job: Job, *, as_json: bool) -> None:
    with output.err.status(f"Waiting for {job.name} ..."):
        job.wait()
    if job.status is not RunStatus.SUCCEEDED:
        wait_for(job, as_json=as_json)
    said = (job.run.result or {})["check"]
    if as_json:
        output.print_json(said)
        return
    pictures, labels, shapes = said["pictures"], said["labels"], said["shapes"]
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in shapes["by_kind"].items())
    output.facts(
        [
            ("Format", said["format"]),
            ("Pictures", f"{pictures['total']:,}"),
            ("  in the version", f"{pictures['in_version']:,}"),
            ("  in the datalake", f"{pictures['in_datalake']:,}"),
            ("  nowhere yet", _named(pictures["unknown"], pictures["unknown_first"])),
            ("Labels", f"{labels['known_total']:,}"),
            ("  missing", _named(labels["missing_total"], [e["name"] for e in labels["missing"]])),
            ("Shapes", f"{shapes['total']:,} ({kinds})" if kinds else "0"),
            ("  out of picture", _named(said["outside"]["total"], said["outside"]["first"])),
            ("There already", _there(said["effect"])),
            ("Bad records", f"{said['bad']['total']:,}"),
        ]
    )
    for problem in said["bad"]["first"]:
        output.say(Text(f"  {problem['where']}: {problem['reason']}"))


def _named(total: int, first: list[str]) -> str:
    if not total:
        return "0"
    shown = ", ".join(first[:3])
    return f"{total:,} ({shown}{', ...' if total > 3 else ''})"


def _there(effect: dict[str, Any]) -> str:
    becomes = {"replace": "go away", "keep": "stay as they are", "concatenate": "get more"}
    said = f"{effect['annotated']:,} annotated pictures with {effect['shapes_there']:,} shapes"
    return f"{said} {becomes[effect['mode']]}" if effect["annotated"] else "nothing"


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
