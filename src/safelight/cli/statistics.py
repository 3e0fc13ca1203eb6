"""The command on what a dataset version looks like in numbers."""

from __future__ import annotations

from safelight.cli import output
from safelight.cli.data import VersionName
from safelight.cli.login import connect
from safelight.cli.options import AsJson


def statistics(version: VersionName, as_json: AsJson = False) -> None:
    """Say how much is in a version: pictures, and shapes and pictures of each class."""
    found = connect().versions.get(version).statistics()
    if as_json:
        output.print_json(found)
        return
    if found["state"] == "counting":
        done, all_of_them = found["counted_pictures"], found["pictures"]
        output.note(f"Counting: {done:,} of {all_of_them:,} pictures so far.")
    output.facts(
        [
            ("Pictures", f"{found['pictures']:,}"),
            ("Annotated", f"{found['annotated']:,}"),
            ("Nothing said", f"{found['empty']:,}"),
            ("Shapes", f"{found['shapes']:,}"),
        ]
    )
    rows = [(one["name"], f"{one['shapes']:,}", f"{one['pictures']:,}") for one in found["classes"]]
    output.table(("CLASS", "SHAPES", "PICTURES"), rows, empty="It has no labels.")
