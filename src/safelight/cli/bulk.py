"""Commands that do one thing to one or many jobs, named by ids or by a text of the search box."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

from rich.text import Text
from typer import Argument, Exit, Option, confirm

from safelight.cli import output
from safelight.cli.exits import Code
from safelight.cli.login import connect
from safelight.cli.options import AsJson, spread
from safelight.cli.output import short
from safelight.client.bulk import Action, BulkResult
from safelight.client.connection import Client
from safelight.client.jobs import Job
from safelight.errors import Invalid


@dataclass(frozen=True)
class Chosen:
    """Which jobs."""

    jobs: Annotated[
        list[str] | None,
        Argument(metavar="JOB", help="Ids, or eight or more of their first or last digits."),
    ] = None
    where: Annotated[
        str | None,
        Option(metavar="QUERY", help="All jobs that this text of the search box shows."),
    ] = None
    every: Annotated[bool, Option("--every", help="Every job.")] = False
    yes: Annotated[bool, Option("--yes", "-y", help="Do not ask before --where or --every.")] = (
        False
    )

    @property
    def is_one(self) -> bool:
        return len(self.jobs or ()) == 1 and self.where is None and not self.every

    def one(self, client: Client) -> Job:
        return client.jobs.get((self.jobs or [""])[0])


_WORDS: dict[Action, str] = {
    "stop": "Stop",
    "rerun": "Run again",
    "archive": "Archive",
    "unarchive": "Bring back",
}


@spread
def stop(
    chosen: Chosen,
    grace: Annotated[float, Option(min=0, help="Seconds until it is killed; 0: at once.")] = 30.0,
    as_json: AsJson = False,
) -> None:
    """Ask jobs to stop: SIGTERM now, SIGKILL after the grace period."""
    client = connect()
    if chosen.is_one:
        _stop(chosen.one(client), grace, as_json=as_json)
    else:
        act(client, "stop", chosen, as_json=as_json, grace_s=grace)


def _stop(found: Job, grace_s: float, *, as_json: bool) -> None:
    if found.is_final:
        output.note(f"{found.name} has ended already.")
    else:
        found.stop(grace_s)
    if as_json:
        output.print_json(found.data)
    elif found.is_final:
        output.say(output.status(found.status).append(f"  {found.name}", style="bold"))
    else:
        output.say(f"{found.name} was asked to stop; it is killed in {grace_s:g} s at the latest.")


@spread
def archive(chosen: Chosen, as_json: AsJson = False) -> None:
    """Take jobs out of the list; their records stay."""
    act(connect(), "archive", chosen, as_json=as_json)


@spread
def unarchive(chosen: Chosen, as_json: AsJson = False) -> None:
    """Bring archived jobs back into the list (--where: add archived:yes)."""
    act(connect(), "unarchive", chosen, as_json=as_json)


def act(
    client: Client,
    action: Action,
    chosen: Chosen,
    *,
    as_json: bool,
    grace_s: float | None = None,
) -> None:
    """Do it to the chosen jobs, say what became of each, and exit with 4 if any was refused."""
    if [bool(chosen.jobs), chosen.where is not None, chosen.every].count(True) != 1:
        raise Invalid("Name jobs, or give --where with a text of the search box, or --every.")
    if chosen.where is not None and not chosen.where.strip():
        raise Invalid("--where is empty, which would show every job. Say --every if that is meant.")
    if chosen.jobs:
        # All are looked up first: a wrong id refuses the whole command.
        ids = [client.jobs.get(job).id for job in chosen.jobs]
        results = client.jobs.act(action, ids, grace_s=grace_s)
    else:
        where = chosen.where or ""
        _ask(client, action, where, is_sure=chosen.yes)
        results = client.jobs.act_where(action, where, every=chosen.every, grace_s=grace_s)
    _show(results, as_json=as_json)
    if any(result.outcome == "refused" for result in results):
        raise Exit(Code.COULD_NOT)


def _ask(client: Client, action: Action, where: str, *, is_sure: bool) -> None:
    """Let the person confirm how many jobs it will be. Raises Invalid where nobody can be asked."""
    if is_sure:
        return
    if not sys.stdin.isatty():
        raise Invalid("Add --yes to do it to all these jobs without being asked.")
    counts = client.jobs.counts(where)
    number = sum(counts["statuses"].values())
    least = "at least " if counts["capped"] else ""
    confirm(f"{_WORDS[action]} {least}{number} jobs?", abort=True, err=True)


_STYLES = {"done": output.GREEN, "unchanged": "dim", "refused": output.RED}


def _show(results: Sequence[BulkResult], *, as_json: bool) -> None:
    if as_json:
        output.print_json([asdict(result) for result in results])
        return
    rows: list[list[output.Cell]] = [
        [
            short(str(result.job_id)),
            Text(result.outcome, style=_STYLES[result.outcome]),
            Text(result.name, style="bold"),
            result.message,
        ]
        for result in results
    ]
    output.table(("ID", "RESULT", "NAME", "WHY"), rows, empty="No jobs.")
