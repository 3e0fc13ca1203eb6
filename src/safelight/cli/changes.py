"""Commands on what was changed: of a job, of a version; and their undo."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated

from rich.text import Text
from typer import Argument, Option

from safelight.cli import output
from safelight.cli.data import VersionName
from safelight.cli.dataset import dataset
from safelight.cli.jobs import launched, run_of
from safelight.cli.login import connect
from safelight.cli.options import AsJson, JobId, Wait
from safelight.client.changes import Change
from safelight.client.datasets import Version
from safelight.errors import NewerChanges, NotFound

KeepNewer = Annotated[
    bool, Option("--keep-newer", help="Leave what was changed since, undo the rest.")
]
Number = Annotated[int | None, Option("--run", help="Number of the run; else the newest.")]


def changes(job: JobId, run: Number = None, as_json: AsJson = False) -> None:
    """Say what a job changed: pictures, shapes of each class, labels, tags."""
    found = run_of(connect().jobs.get(job), run).changes()
    if as_json:
        output.print_json([{**each.data, "numbers": each.numbers} for each in found])
        return
    if not found:
        output.note("It has changed nothing in any dataset version.")
    for each in found:
        undone = Text("  undone", style="dim") if each.is_undone else Text()
        output.say(Text(each.version, style="bold").append(f"  {each.name}").append_text(undone))
        output.table(("CLASS", "BEFORE", "AFTER", "CHANGE"), _classes(each), empty="")


def _classes(change: Change) -> Iterator[list[output.Cell]]:
    for each in change.numbers["classes"]:
        before, after = each["before"], each["after"]
        yield [each["name"], f"{before:,}", f"{after:,}", f"{after - before:+,}"]


def undo(
    job: JobId,
    run: Number = None,
    keep_newer: KeepNewer = False,
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Undo what a job changed, as a job that can be undone itself."""
    try:
        made = run_of(connect().jobs.get(job), run).undo(keep_newer=keep_newer)
    except NewerChanges as refused:
        raise _listed(refused) from None
    launched(made, wait=wait, as_json=as_json)


@dataset.command("history")
def history(
    version: VersionName,
    limit: Annotated[int, Option(help="How many, from the newest.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Say who changed what in a version, when, by which job."""
    found = list(islice(connect().versions.get(version).changes(), limit))
    if as_json:
        output.print_json([each.data for each in found])
        return
    headers = ("NO", "WHEN", "WHO", "JOB", "WHAT", "")
    output.table(headers, (_row(each) for each in found), empty="Nothing was changed yet.")


def _row(change: Change) -> list[output.Cell]:
    remark = "undone" if change.is_undone else "an undo" if change.is_undo else ""
    when, job = output.ago(change.data["at"]), change.job_name or ""
    return [str(change.number), when, change.by or "", job, change.name, remark]


@dataset.command("undo")
def undo_change(
    version: VersionName,
    number: Annotated[int, Argument(metavar="NO", help="The change's number in the history.")],
    keep_newer: KeepNewer = False,
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Undo one change of a version, as a job that can be undone itself."""
    found = connect().versions.get(version)
    try:
        made = found.undo(_numbered(found, number), keep_newer=keep_newer)
    except NewerChanges as refused:
        raise _listed(refused) from None
    launched(made, wait=wait, as_json=as_json)


def _numbered(version: Version, number: int) -> Change:
    for each in version.changes():
        if each.number <= number:  # they come newest first
            if each.number == number:
                return each
            break
    raise NotFound(f"The history of {version.name} has no change {number}.")


def _listed(refused: NewerChanges) -> NewerChanges:
    """The refusal with each thing that stands in the way in a line of its own."""
    facts = refused.facts
    lines = [each["sentence"] for each in facts["conflicts"]]
    left = facts["total"] - len(lines)
    if left > 0:
        lines.append(f"And {left:,} more.")
    if facts["may_keep"]:
        lines.append("Add --keep-newer to leave these and undo the rest.")
    return NewerChanges("Newer changes stand on this:\n  " + "\n  ".join(lines), **facts)
