"""Work that runs here, outside Safelight, with the record of a job: `with safelight.track(...) as job:`."""

from __future__ import annotations

import os
import platform
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from safelight.client.capture import Capture
from safelight.client.connection import Client
from safelight.client.http import Http, Json
from safelight.client.jobs import JOB_PATH
from safelight.client.record import Record
from safelight.client.reporter import Reporter
from safelight.domain.jobs import JobType
from safelight.errors import Invalid

# How long leaving the block waits for a server that is away.
PATIENCE_S = 600.0
_SAY_AFTER_S = 3.0
_EXCERPT = 8192


class Stopped(KeyboardInterrupt):
    """Somebody stopped the tracked job. Like Ctrl-C, so that `except Exception` does not swallow it."""


@dataclass(frozen=True, slots=True)
class Added:
    """A job that runs elsewhere, as the server knows it. `runner_token`: what its runner shows."""

    job_id: str
    run_id: str
    runner_token: str = field(repr=False)


class TrackedJob:
    """A job that runs in this block. What is printed goes to its log and the terminal alike."""

    def __init__(self, client: Client, begin: Callable[[], Added], patience_s: float) -> None:
        self._client = client
        self._begin = begin
        self._patience_s = patience_s
        self._owner = 0  # the process that entered: a forked child must not end its parent's job
        self._thread = 0
        self._stop = threading.Event()
        self._kill_at: float | None = None
        self._killer: threading.Timer | None = None

    @property
    def id(self) -> UUID:
        """The job's id."""
        return UUID(self._made.job_id)

    @property
    def stop_requested(self) -> bool:
        """Somebody asked it to stop; after the grace the block is interrupted as by Ctrl-C."""
        return self._stop.is_set()

    def progress(
        self, done: float, total: float | None = None, unit: str = "", phase: str = ""
    ) -> None:
        """Say how far it is; as cheap as remembering it. Raises Stopped if somebody stopped the job."""
        if self.stop_requested:
            raise Stopped
        body = {"done": done, "total": total, "unit": unit, "phase": phase}
        self._reporter.say(f"/api/v1/runs/{self._made.run_id}/progress", body)

    def summary(self, text: str, **counts: float) -> None:
        """Say what came out, in one line: it is shown under the job's name."""
        body = {"summary": text, "counts": counts}
        self._reporter.say(f"/api/v1/runs/{self._made.run_id}/result", body)

    def __enter__(self) -> Self:
        """Raises what the server says, or Unavailable; then nothing has begun."""
        self._made = self._begin()
        http = Http(self._client.http.url, self._made.runner_token)
        self._capture = Capture()
        self._reporter = Reporter(http, self._capture, self._asked_to_stop)
        self._reporter.introduce(_who())
        self._owner, self._thread = os.getpid(), threading.get_ident()
        self._capture.begin()
        self._reporter.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if os.getpid() != self._owner:
            return
        self._thread = 0  # nothing is left to interrupt
        self._capture.end()
        if self._killer is not None:
            self._killer.cancel()
        end = _end_of(error)
        if error is not None and end.get("failure"):
            self._capture.write("stderr", _traceback(error))
        try:
            self._deliver(end)
        finally:
            self._reporter.close()
            self._capture.close()

    def _deliver(self, end: Json) -> None:
        if self._reporter.finish(end, min(_SAY_AFTER_S, self._patience_s)):
            return
        url = self._client.http.url
        print(f"Waiting for {url} to take the end of the record; Ctrl-C leaves.", file=sys.stderr)
        if not self._reporter.finish(end, self._patience_s):
            print(f"{url} did not answer: it will take this job for lost.", file=sys.stderr)

    def _asked_to_stop(self, grace_s: float) -> None:
        """By the reporter, whenever somebody asked anew. The first moment to interrupt counts, or an earlier one."""
        self._stop.set()
        kill_at = time.monotonic() + grace_s
        if self._kill_at is not None and kill_at > self._kill_at - 0.5:
            return
        if self._killer is not None:
            self._killer.cancel()
        self._kill_at = kill_at
        self._killer = threading.Timer(grace_s, self._interrupt)
        self._killer.daemon = True
        self._killer.start()

    def _interrupt(self) -> None:
        """Ctrl-C for the block: a signal wakes a sleep too. Other threads than the main one only have
        the flag: Python can interrupt nobody else.
        """
        if self._thread == threading.main_thread().ident:
            signal.pthread_kill(self._thread, signal.SIGINT)


def track(
    name: str,
    *,
    type: JobType | str = JobType.PROCESSING,
    target: Record | str | None = None,
    parameters: dict[str, Any] | None = None,
    client: Client | None = None,
    patience_s: float = PATIENCE_S,
) -> TrackedJob:
    """Give the work of a `with` block the record of a job: status, log, progress, stop.

    `type`: PROCESSING or TRAINING. `target`: the dataset version, datalake, training or experiment it
    is about, or DATASET/VERSION. `client`: else the server and token that `safelight login` kept.
    `patience_s`: how long leaving the block waits for a server that is away.
    """
    known, program = client or Client(), " ".join(sys.orig_argv)
    begin = partial(
        add, known, name, program=program, type=type, target=target, parameters=parameters
    )
    return TrackedJob(known, begin, patience_s)


def add(
    client: Client,
    name: str,
    *,
    program: str,
    type: JobType | str = JobType.PROCESSING,
    target: Record | str | None = None,
    parameters: dict[str, Any] | None = None,
) -> Added:
    """Add a job that runs here from now on. `program`: what people would type to run it again."""
    wish: Json = {"name": name, "program": program[:2000], "type": str(type).upper()}
    wish["parameters"] = parameters or {}
    if isinstance(target, Record):
        if target.target_type is None:
            raise Invalid(f"A job is about no {target.__class__.__name__.lower()}.")
        wish["target"], wish["target_type"] = str(target.id), target.target_type
    elif target is not None:
        wish["target"] = target
    return Added(**client.http.launch(f"{JOB_PATH}/track", wish))


def _who() -> Json:
    return {"pid": os.getpid(), "host": socket.gethostname(), "python": platform.python_version()}


def _end_of(error: BaseException | None) -> Json:
    """The end of the block as a runner would report it."""
    if error is None:
        return {"exit_code": 0}
    if isinstance(error, KeyboardInterrupt):
        return {"signal": int(signal.SIGINT), "stop_signalled": True}
    if isinstance(error, SystemExit):
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
        return {"exit_code": code, "excerpt": "" if isinstance(error.code, int) else str(error)}
    message = f"{type(error).__name__}: {error}".strip().rstrip(":").splitlines()[0][:500]
    failure = {"kind": "script_error", "message": message, "exit_code": 1}
    excerpt = _traceback(error)[-_EXCERPT:]
    return {"exit_code": 1, "failure": {**failure, "excerpt": excerpt}, "excerpt": excerpt}


def _traceback(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))
