"""Commands on jobs: list, show, read the log, wait, stop. Running again: `rerun.py`."""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import islice
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from rich.text import Text
from typer import Argument, Exit, Option

from safelight.cli import output
from safelight.cli.login import connect
from safelight.cli.output import ago, lasted, short
from safelight.client.connection import Client
from safelight.client.jobs import Job, LogLine, Run
from safelight.domain.jobs import JobType, RunStatus
from safelight.errors import Invalid, NotFound

JobId = Annotated[
    str, Argument(metavar="JOB", help="Its id, or eight or more of its first or last digits.")
]
AsJson = Annotated[bool, Option("--json", help="Print JSON.")]
Wait = Annotated[bool, Option("--wait", help="Wait for the end; exit as `safelight wait` does.")]
Set = Annotated[list[str], Option("--set", metavar="KEY=VALUE", help="A parameter.")]
Input = Annotated[list[str], Option("--input", metavar="KEY=VALUE", help="An input.")]
Limit = Annotated[
    list[str], Option(metavar="KEY=VALUE", help="cpu=2, memory=4GiB, gpu=1 or timeout=2h.")
]


class Code:
    """Exit codes of commands that wait."""

    SUCCESS, FAILURE, STOPPED, TIMED_OUT = range(4)


_CODES = {
    RunStatus.SUCCEEDED: Code.SUCCESS,
    RunStatus.FAILED: Code.FAILURE,
    RunStatus.KILLED: Code.STOPPED,
}

# The words people see are statuses too.
_WORDS = {"success": "SUCCEEDED", "failure": "FAILED", "stopped": "KILLED"}


class Sort(StrEnum):
    PROCESSING = "processing"
    TRAINING = "training"
    INTERNAL = "internal"


def jobs(
    type: Annotated[Sort | None, Option(help="Only this type.", case_sensitive=False)] = None,
    status: Annotated[list[str], Option(help="Only this status; may be repeated.")] = [],  # noqa: B006 - typer copies it
    user: Annotated[str | None, Option(help="Only jobs of this user.")] = None,
    target: Annotated[
        str | None, Option(help="Only jobs on this DATASET/VERSION, or the object of this id.")
    ] = None,
    search: Annotated[str | None, Option(help="Only names with this text.")] = None,
    limit: Annotated[int, Option(min=1, help="At most so many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List jobs, newest first."""
    wanted = [_status(word) for word in status]
    client = connect()
    found = client.jobs.list(
        type=JobType(type.upper()) if type else None,
        status=wanted or None,
        user=user,
        object=_object(client, target) if target else None,
        search=search,
    )
    rows = [job.data for job in islice(found, limit)]
    if as_json:
        output.print_json(rows)
        return
    headers = ("ID", "STATUS", "NAME", "TYPE", "ON", "BY", "STARTED", "TOOK", "")
    output.table(headers, map(_row, rows), empty="No jobs.")


def _object(client: Client, target: str) -> UUID:
    """The id of the object that was named."""
    try:
        return UUID(target)
    except ValueError:
        return client.versions.get(target).id


def _status(word: str) -> str:
    found = _WORDS.get(word.lower(), word.upper())
    if found not in set(RunStatus):
        known = ", ".join(status.lower() for status in RunStatus)
        raise Invalid(f"There is no status {word!r}: {known}.")
    return found


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
            ("Progress", output.progress(data.get("progress"))),
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


def logs(
    job: JobId,
    follow: Annotated[bool, Option("--follow", "-f", help="Go on until the run ends.")] = False,
    run: Annotated[int | None, Option(help="Number of the run; else the newest.")] = None,
    grep: Annotated[str | None, Option(help="Only lines with this regular expression.")] = None,
    timestamps: Annotated[bool, Option("--timestamps", help="Say when each line came.")] = False,
    as_json: Annotated[bool, Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Print the log of a run."""
    found = run_of(connect().jobs.get(job), run)
    pattern = _pattern(grep)
    # The server searches a log that is not followed: it need not come over the network whole.
    lines = found.search(grep, regex=True) if grep and not follow else found.logs(follow=follow)
    for line in lines:
        if pattern is None or pattern.search(line.text):
            _print_line(line, timestamps=timestamps, as_json=as_json)


def _pattern(grep: str | None) -> re.Pattern[str] | None:
    try:
        return re.compile(grep) if grep else None
    except re.error as error:
        raise Invalid(f"--grep is no regular expression: {error}.") from error


def run_of(found: Job, number: int | None) -> Run:
    """The run of this number, or the newest. Raises NotFound."""
    for run in found.runs:
        if number in {None, run.number}:
            return run
    raise NotFound(f"Job {short(str(found.id))} has no run {number}.")


def _print_line(line: LogLine, *, timestamps: bool, as_json: bool) -> None:
    if as_json:
        at = line.at.isoformat() if line.at else None
        output.print_json({"n": line.number, "at": at, "stream": line.stream, "text": line.text})
        return
    at = f"{line.at:%Y-%m-%d %H:%M:%S.%f}"[:-3] + "  " if timestamps and line.at else ""
    print(f"{at}{line.text}", flush=True)


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


def stop(
    job: JobId,
    grace: Annotated[float, Option(min=0, help="Seconds until it is killed; 0: at once.")] = 30.0,
    as_json: AsJson = False,
) -> None:
    """Ask a job to stop: SIGTERM now, SIGKILL after the grace period."""
    found = connect().jobs.get(job)
    if found.is_final:
        output.note(f"{found.name} has ended already.")
    else:
        found.stop(grace)
    if as_json:
        output.print_json(found.data)
    elif found.is_final:
        output.say(output.status(found.status).append(f"  {found.name}", style="bold"))
    else:
        output.say(f"{found.name} was asked to stop; it is killed in {grace:g} s at the latest.")
