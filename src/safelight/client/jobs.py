"""Jobs and runs: look at them, wait for them, read their logs, run them again, stop them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Unpack
from uuid import UUID

from safelight.client import bulk, query
from safelight.client.bulk import Action, BulkResult
from safelight.client.changes import Change
from safelight.client.http import Http, Json
from safelight.client.logs import FIRST_LOOK_S, SLOWEST_LOOK_S, Log, LogLine
from safelight.client.query import Filters
from safelight.client.record import Record, instant
from safelight.domain.jobs import FINAL, JobType, RunStatus

JOB_PATH = "/api/v1/jobs"


class _Executed(Record):
    """What a run says of itself, and a job of its newest run."""

    @property
    def status(self) -> RunStatus:
        return RunStatus(self.data["status"])

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def progress(self) -> Json | None:
        return self.data.get("progress")

    @property
    def failure(self) -> Json | None:
        """`kind`, `message`, `cause`, `fix`; of a run also `exit_code`, `signal`, `excerpt`, `evidence`,
        its `line` in the log, the `key` of equal failures, and a `proposal` whose values `rerun` takes.
        """
        return self.data.get("failure")

    @property
    def usual(self) -> Json | None:
        """How long the like of it took, while it is live: `low_s`, `high_s`, of how many `runs`."""
        return self.data.get("usual")

    @property
    def is_longer_than_usual(self) -> bool:
        return bool(self.data.get("is_longer_than_usual"))

    @property
    def started_at(self) -> datetime | None:
        return instant(self.data.get("started_at"))

    @property
    def finished_at(self) -> datetime | None:
        return instant(self.data.get("finished_at"))


class Run(_Executed):
    """One execution of a job."""

    @property
    def name(self) -> str:
        return f"run {self.number}"

    @property
    def number(self) -> int:
        return int(self.data["number"])

    @property
    def parameters(self) -> Json:
        return dict(self.data.get("parameters") or {})

    @property
    def inputs(self) -> Json:
        return dict(self.data.get("inputs") or {})

    @property
    def result(self) -> Json | None:
        return self.data.get("result")

    def refresh(self) -> Run:
        self.data = self.http.get(f"/api/v1/runs/{self.id}")
        return self

    def stop(self, grace_s: float = 30) -> Run:
        """Ask it to end: SIGTERM now, SIGKILL after `grace_s`. A finished run stays as it is."""
        self.data = self.http.post(
            f"/api/v1/runs/{self.id}/stop", {"grace_s": grace_s}, repeatable=True
        )
        return self

    def same_failure(self) -> Json:
        """The other `jobs` that failed in the same way: how many, `since` when, the newest as `items`."""
        found: Json = self.http.get(f"/api/v1/runs/{self.id}/same-failure")
        return found

    @property
    def log(self) -> Log:
        """Any part of what it has printed."""
        return Log(self.http, self.id)

    def logs(self, *, follow: bool = False, line: int = 1) -> Iterator[LogLine]:
        """The lines from number `line` on; `follow` waits for more until the log is complete."""
        return self.log.lines(line, follow=follow)

    def changes(self) -> list[Change]:
        """What it changed: one change for each dataset version."""
        path = f"/api/v1/runs/{self.id}/changes"
        return [Change(self.http, row) for row in self.http.pages(path)]

    def undo(self, *, keep_newer: bool = False) -> Job:
        """Undo all that it changed; returns the job that does it, which can be undone itself.

        `keep_newer`: leave what was changed since. Without it raises NewerChanges then, with the first
        `conflicts` and their `total`. Raises Conflict if there is nothing to undo.
        """
        answer = self.http.launch(f"/api/v1/runs/{self.id}/undo", {"keep_newer": keep_newer})
        return Job(self.http, answer)

    def usage(self) -> Json:
        """What it used: `samples` over the last two hours (`at`, `cpu` in cores, `memory` and `disk`
        in bytes, `gpu` as a share), the `peak` of each since its start, and its `limits`.
        """
        return self.http.get(f"/api/v1/runs/{self.id}/samples")


def _edit(
    parameters: Mapping[str, Any] | None,
    inputs: Mapping[str, Any] | None,
    resources: Mapping[str, Any] | None,
    like: int | None,
) -> Json:
    """The body that says what shall differ from an earlier run."""
    given = {"parameters": parameters, "inputs": inputs, "resources": resources}
    body: Json = {name: dict(value) for name, value in given.items() if value is not None}
    return body if like is None else {**body, "like": like}


def terms(priority: int | None, retry: Mapping[str, Any] | None) -> Json:
    """The part of a launch that says how the run ranks and when it is tried again; an empty `retry`:
    never, whatever the package or the earlier run says.
    """
    given: Json = {} if priority is None else {"priority": priority}
    return given if retry is None else {**given, "retry": dict(retry) or None}


class Job(_Executed):
    """One long operation. Its status, progress and log are those of its newest run."""

    @property
    def type(self) -> JobType:
        return JobType(self.data["type"])

    @property
    def target(self) -> Json | None:
        return self.data.get("target")

    @property
    def summary(self) -> str | None:
        """What came out, in one line."""
        return self.data.get("summary")

    @property
    def triggered_at(self) -> datetime | None:
        return instant(self.data.get("triggered_at"))

    @property
    def runs(self) -> list[Run]:
        """Newest first."""
        if "job_runs" not in self.data:
            self.refresh()
        return [Run(self.http, run) for run in self.data["job_runs"]]

    @property
    def run(self) -> Run:
        """The newest run."""
        return self.runs[0]

    def refresh(self) -> Job:
        self.data = self.http.get(f"{JOB_PATH}/{self.id}")
        return self

    def wait(self, timeout_s: float | None = None) -> Job:
        """Wait for the end of the newest run, whatever it is; look at `status` then.

        Raises TimeoutError after `timeout_s`; the job goes on.
        """
        give_up_at = None if timeout_s is None else time.monotonic() + timeout_s
        pause_s = FIRST_LOOK_S
        while not self.refresh().is_final:
            if give_up_at is not None and time.monotonic() + pause_s > give_up_at:
                raise TimeoutError(f"{self.name!r} is still {self.status} after {timeout_s:g} s.")
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.5, SLOWEST_LOOK_S)
        return self

    def logs(self, *, follow: bool = False, line: int = 1) -> Iterator[LogLine]:
        """The log of the newest run; `follow` waits for more until it is complete."""
        return self.run.logs(follow=follow, line=line)

    def rerun(
        self,
        parameters: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        resources: Mapping[str, Any] | None = None,
        *,
        like: int | None = None,
        priority: int | None = None,
        retry: Mapping[str, Any] | None = None,
    ) -> Job:
        """Run it again, as run number `like` or the newest was launched except where given here.

        Resources: cpu, memory as `"4GiB"`, gpu, timeout as `"2h"`; None takes a limit off. Raises
        Invalid naming the field that does not fit, NameTaken with a `proposal`, LiveRun while a run
        has not ended (one that only waits to be tried again is replaced); the job is then as it was.
        """
        body = _edit(parameters, inputs, resources, like) | terms(priority, retry)
        self.http.launch(f"{JOB_PATH}/{self.id}/rerun", body)
        return self.refresh()

    def check_rerun(
        self,
        parameters: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        resources: Mapping[str, Any] | None = None,
        *,
        like: int | None = None,
        priority: int | None = None,
        retry: Mapping[str, Any] | None = None,
    ) -> Json:
        """What would become of such a re-run, without launching it: `problems` with `field` and
        `message`, and `warnings` of what has changed or vanished since.
        """
        body = _edit(parameters, inputs, resources, like) | terms(priority, retry)
        return self.http.post(f"{JOB_PATH}/{self.id}/rerun/check", body, repeatable=True)

    def compare(self, before: int | None = None, after: int | None = None) -> Json:
        """What is different between two of its runs, by number; else the newest and the one before:
        `parameters`, `inputs`, `resources`, `source`, `environment`, `packages`, `sections`, `counts`
        as lists of `name`, `before`, `after`; and the `log` line where they part.
        """
        return self.http.get(f"{JOB_PATH}/{self.id}/compare", before=before, after=after)

    def stop(self, grace_s: float = 30) -> Job:
        """Ask its newest run to end."""
        self.run.stop(grace_s)
        return self.refresh()

    def changes(self) -> list[Change]:
        """What its newest run changed: one change for each dataset version."""
        return self.run.changes()

    def undo(self, *, keep_newer: bool = False) -> Job:
        """Undo what its newest run changed, as `Run.undo`."""
        return self.run.undo(keep_newer=keep_newer)

    def archive(self) -> BulkResult:
        """Take it out of the list; its record stays. Refused while a run is live."""
        return bulk.act(self.http, "archive", [self.id], {})[0]

    def unarchive(self) -> BulkResult:
        """Bring it back into the list."""
        return bulk.act(self.http, "unarchive", [self.id], {})[0]

    def download(self, name: str, path: str) -> int:
        """Write the file `name` of its result to `path`; returns its size."""
        with open(path, "wb") as file:
            return self.http.download(f"{JOB_PATH}/{self.id}/downloads/{name}", file.write)


class Jobs:
    """The jobs of the organization."""

    def __init__(self, http: Http) -> None:
        self.http = http

    def get(self, job_id: UUID | str) -> Job:
        """A job by its id, or by the first or last eight digits or more of it.

        Raises NotFound, or Conflict when several jobs have those digits.
        """
        return Job(self.http, self.http.get(f"{JOB_PATH}/{job_id}"))

    def list(self, text: str = "", **filters: Unpack[Filters]) -> Iterator[Job]:
        """Jobs newest first, page after page as they are asked for. `text`: as in the search box, such as
        `status:failure user:me tiles`. Raises Invalid for a filter or a name that there is not.
        """
        asked = query.asked(text, filters)
        return (Job(self.http, row) for row in self.http.pages(JOB_PATH, **asked))

    def counts(self, text: str = "", **filters: Unpack[Filters]) -> Json:
        """How many there are, as `types` and `statuses`; `exact_below`: from there on "at least"."""
        return self.http.get(f"{JOB_PATH}/counts", **query.asked(text, filters))

    def save_csv(self, path: str, text: str = "", **filters: Unpack[Filters]) -> int:
        """Write all jobs that the filters show to a CSV file; returns its size."""
        with open(path, "wb") as file:
            return self.csv(file.write, text, **filters)

    def csv(
        self, write: Callable[[bytes], object], text: str = "", **filters: Unpack[Filters]
    ) -> int:
        """Give all jobs that the filters show to `write` as CSV, piece by piece."""
        asked = query.asked(text, filters)
        return self.http.download(f"{JOB_PATH}/export.csv", write, **asked)

    def act(
        self, action: Action, jobs: Iterable[Job | UUID], *, grace_s: float | None = None
    ) -> Sequence[BulkResult]:
        """Stop, re-run, archive or unarchive these jobs; each is done or refused by itself."""
        ids = [job if isinstance(job, UUID) else job.id for job in jobs]
        return bulk.act(self.http, action, ids, {}, grace_s=grace_s)

    def act_where(
        self,
        action: Action,
        text: str,
        *,
        every: bool = False,
        grace_s: float | None = None,
        **filters: Unpack[Filters],
    ) -> Sequence[BulkResult]:
        """The same with all jobs that a text of the search box and the filters show now.

        Raises Invalid if they leave no job out, unless `every` says that this is meant.
        """
        asked = query.asked(text, filters)
        return bulk.act(self.http, action, None, asked, every=every, grace_s=grace_s)
