"""Commands on jobs: list, show, wait. Logs: `logs.py`; running again: `rerun.py`; many at once: `bulk.py`."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Annotated, Any
from urllib.parse import quote

from rich.text import Text
from typer import Argument, Exit, Option

from safelight.cli import output
from safelight.cli.exits import Code
from safelight.cli.login import connect
from safelight.cli.options import AsJson, JobId, spread
from safelight.cli.output import ago, lasted, short
from safelight.client.connection import Client
from safelight.client.jobs import Job, Run
from safelight.client.query import Filters
from safelight.domain.jobquery import status_of
from safelight.domain.jobs import JobType, RunStatus
from safelight.errors import Invalid, NotFound

_CODES = {
    RunStatus.SUCCEEDED: Code.SUCCESS,
    RunStatus.FAILED: Code.FAILURE,
    RunStatus.KILLED: Code.STOPPED,
}


class Sort(StrEnum):
    PROCESSING = "processing"
    TRAINING = "training"
    INTERNAL = "internal"


_MOST = 20


@dataclass(frozen=True)
class Wanted:
    """Which jobs: the text of the search box, a saved view, and single filters beside them."""

    query: Annotated[
        list[str] | None,
        Argument(
            metavar="QUERY",
            help="As in the search box: words, and status: type: user: object: processing: engine: "
            'failure: after: before: archived:, such as "status:failure user:me after:7d tiles".',
        ),
    ] = None
    view: Annotated[str | None, Option(help="What this saved view shows.")] = None
    type: Annotated[Sort | None, Option(help="Only this type.", case_sensitive=False)] = None
    status: Annotated[list[str], Option(help="Only this status; may be repeated.")] = field(
        default_factory=list
    )
    user: Annotated[str | None, Option(help="Only jobs of this user; me: your own.")] = None
    object: Annotated[
        str | None,
        Option(
            "--object", "--target", help="Only jobs on this object: DATASET/VERSION, a name or id."
        ),
    ] = None
    processing: Annotated[str | None, Option(help="Only jobs of this processing.")] = None
    engine: Annotated[str | None, Option(help="Only jobs that run there: local, external ...")] = (
        None
    )
    failure: Annotated[str | None, Option(help="Only jobs that failed so: lost, timeout ...")] = (
        None
    )
    after: Annotated[str | None, Option(help="Triggered since 2026-11-01, or 7d, 12h ago.")] = None
    before: Annotated[str | None, Option(help="Triggered before that.")] = None
    search: Annotated[str | None, Option(help="Only names with this text.")] = None
    archived: Annotated[str | None, Option(help="no, yes or any.")] = None

    def filters(self) -> Filters:
        """What was asked for by options. Raises Invalid for a status that there is not."""
        return {
            "type": JobType(self.type.upper()) if self.type else None,
            "status": [status_of(word) for word in self.status] or None,
            "user": self.user,
            "object": self.object,
            "processing": self.processing,
            "engine": self.engine,
            "triggered_after": self.after,
            "triggered_before": self.before,
            "search": self.search,
            "archived": self.archived,
        }

    def text(self, client: Client) -> str:
        """What was asked for as text, that of the view included."""
        view = client.views.get(self.view).query if self.view else ""
        failure = f"failure:{self.failure}" if self.failure else ""  # a kind or a key
        return " ".join(filter(None, (view, *(self.query or ()), failure)))


@spread
def jobs(
    wanted: Wanted,
    limit: Annotated[int | None, Option(min=1, help=f"At most so many; else {_MOST}.")] = None,
    csv: Annotated[bool, Option("--csv", help="Print all that fit as CSV.")] = False,
    as_json: AsJson = False,
) -> None:
    """List jobs, newest first."""
    filters = wanted.filters()
    if csv and (as_json or limit is not None):
        raise Invalid("--csv prints all jobs that fit, as CSV: leave --json and --limit out.")
    client = connect()
    text = wanted.text(client)
    if csv:
        client.jobs.csv(sys.stdout.buffer.write, text, **filters)
        return
    found = client.jobs.list(text, **filters)
    rows = [job.data for job in islice(found, limit or _MOST)]
    if as_json:
        output.print_json(rows)
        return
    headers = ("ID", "STATUS", "NAME", "TYPE", "ON", "BY", "STARTED", "TOOK", "")
    output.table(headers, map(_row, rows), empty="No jobs.")


def _row(row: dict[str, Any]) -> list[output.Cell]:
    return [
        short(row["id"]),
        output.status(row["status"]),
        Text(row["name"], style="bold"),
        row["type"].capitalize(),
        (row.get("target") or {}).get("name") or "",
        row["triggered_by"]["name"],
        ago(row["triggered_at"]),
        lasted(row.get("started_at"), row.get("finished_at")),
        _matter(row),
    ]


def _matter(row: dict[str, Any]) -> Text:
    """What matters now: progress, why it waits, why it failed, what came out."""
    if row.get("failure"):
        return Text(row["failure"]["message"], style=output.RED)
    if row["status"] == RunStatus.RUNNING:
        words = (output.progress(row.get("progress")), _usual(row))
        return Text(", ".join(word for word in words if word), style=output.AMBER)
    return Text(row.get("waiting") or row.get("summary") or "", style="dim")


def _usual(row: dict[str, Any]) -> str:
    """How long it usually takes: where the line itself does not know, or where it takes longer."""
    is_longer = bool(row.get("is_longer_than_usual"))
    if (row.get("progress") or {}).get("eta_s") is not None and not is_longer:
        return ""
    return output.usual(row.get("usual"), is_longer=is_longer)


def job(job: JobId, as_json: AsJson = False) -> None:
    """Show one job and its runs."""
    client = connect()
    found = client.jobs.get(job)
    if as_json:
        output.print_json(found.data)
        return
    organization = client.whoami()["organization"]["name"]
    data, run = found.data, found.run
    output.say(Text(found.name, style="bold"))
    output.facts(
        [
            ("Job", data["id"]),
            ("Status", output.status(data["status"])),
            ("Why", _failure(data)),
            *_diagnosis(run),
            (
                "Progress",
                output.progress(data.get("progress"), is_over=data["finished_at"] is not None),
            ),
            ("Takes", output.usual(data.get("usual"), is_longer=found.is_longer_than_usual)),
            ("Waits", data.get("waiting")),
            ("Result", data.get("summary")),
            ("Type", data["type"].capitalize()),
            ("On", (data.get("target") or {}).get("name")),
            ("By", data["triggered_by"]["name"]),
            ("Started", ago(data.get("triggered_at"))),
            ("Parameters", _assignments(run.parameters)),
            ("Inputs", _assignments(run.inputs)),
            ("Peak", _peak(run.usage())),
            ("Page", f"{client.http.url}/{quote(organization)}/jobs/{data['id']}"),
        ]
    )
    output.say("")
    rows: list[list[output.Cell]] = [
        [
            str(each.number),
            output.status(each.status),
            ago(each.data["created_at"]),
            lasted(each.data.get("started_at"), each.data.get("finished_at")),
            str((each.failure or {}).get("message") or ""),
        ]
        for each in found.runs
    ]
    output.table(("RUN", "STATUS", "STARTED", "TOOK", ""), rows, empty="No runs.")


def _diagnosis(run: Run) -> list[tuple[str, str | None]]:
    """What to try, where the log says why, and who else has failed so."""
    failure = run.failure
    if failure is None:
        return []
    changes = failure["proposal"].get("parameters") or {}
    settings = " ".join(f"--set {name}={value}" for name, value in changes.items())
    same = run.same_failure() if failure.get("key") else {"jobs": 0}
    return [
        ("Try", failure["fix"]),
        ("Command", f"safelight rerun {short(run.data['job_id'])} {settings}" if changes else None),
        ("Log line", str(failure["line"]) if failure.get("line") else None),
        ("Same", _same(same) if same["jobs"] else None),
    ]


def _same(same: dict[str, Any]) -> str:
    """`3 other jobs, the first 2 d ago; the newest: 0a1b2c3d, 4e5f6a7b`"""
    number = f"{same['jobs']}{' or more' if same['capped'] else ''}"
    word = "job" if same["jobs"] == 1 else "jobs"
    newest = ", ".join(short(item["id"]) for item in same["items"])
    return f"{number} other {word}, the first {ago(same['since'])}; the newest: {newest}"


def _failure(data: dict[str, Any]) -> Text | None:
    failure = data.get("failure")
    return Text(failure["message"], style=output.RED) if failure else None


def _assignments(values: dict[str, Any]) -> str:
    return "  ".join(f"{name}={value}" for name, value in values.items())


def _peak(usage: dict[str, Any]) -> str:
    """`CPU 1.8 of 2 · memory 3.1 GiB of 4 GiB`; nothing for a run too short for a sample."""
    peak, limits = usage["peak"], usage["limits"]
    shown = [
        ("CPU", peak["cpu"], limits["cpu"], "{:.2g}".format),
        ("memory", peak["memory"], limits["memory"], output.size),
        ("GPU", peak["gpu"], None, "{:.0%}".format),
        ("disk", peak["disk"], None, output.size),
    ]
    return " · ".join(
        f"{name} {say(used)}" + (f" of {say(most)}" if most else "")
        for name, used, most, say in shown
        if used is not None
    )


def run_of(found: Job, number: int | None) -> Run:
    """The run of this number, or the newest. Raises NotFound."""
    for run in found.runs:
        if number in {None, run.number}:
            return run
    raise NotFound(f"Job {short(str(found.id))} has no run {number}.")


def wait(
    job: JobId,
    timeout: Annotated[float | None, Option(help="Give up after so many seconds.")] = None,
    as_json: AsJson = False,
) -> None:
    """Wait for the end of a job: exit 0 success, 1 failure, 2 stopped, 3 timed out."""
    wait_for(connect().jobs.get(job), timeout, as_json=as_json)


def wait_for(found: Job, timeout_s: float | None = None, *, as_json: bool = False) -> None:
    """Wait, say how it ended, and exit with the code of its end."""
    try:
        with output.err.status(f"Waiting for {found.name} ..."):
            found.wait(timeout_s)
    except TimeoutError as error:
        output.note(str(error))
        raise Exit(Code.TIMED_OUT) from None
    if as_json:
        output.print_json(found.data)
    else:
        line = output.status(found.status).append(f"  {found.name}", style="bold")
        line.append("  ").append_text(_matter(found.data)).rstrip()
        output.say(line)
    raise Exit(_CODES[found.status])


def launched(found: Job, *, wait: bool, as_json: bool) -> None:
    """What every command that starts a job says in the end."""
    if not as_json:
        output.note(f"Started {found.name}: {found.id}")
    if wait:
        wait_for(found, as_json=as_json)
    elif as_json:
        output.print_json(found.data)
    else:
        output.say(str(found.id))
