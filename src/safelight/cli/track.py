"""`safelight track -- COMMAND`: a command of this terminal with the record of a job.

The command and its runner are processes of their own, so neither the end of this one nor a server that
is away can touch them. This one shows what the command prints, passes signals on, and ends as it ended.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from typer import Argument, Exit, Option

from safelight.cli import output
from safelight.cli.jobs import Sort
from safelight.cli.login import connect
from safelight.client.track import add
from safelight.runner.ending import ending
from safelight.runner.folder import (
    COMMAND,
    EXIT,
    FINISHED,
    KEEPER,
    LEFT,
    PROCESS,
    Config,
    RunFolder,
)
from safelight.runner.spool import Spool
from safelight.runner.supervisor import PASSED_ON
from safelight.runner.verdict import Verdict

NOT_FOUND = 127  # as a shell says it
UNKNOWN = 125  # its keeper was killed, so nobody can say how it ended
PATIENCE_S = 10.0  # for the server to take the rest, before the runner is left alone with it
_QUICK_S, _SLOW_S = 0.02, 0.1
_AGAIN_S = 1.0


def track(
    command: Annotated[list[str], Argument(metavar="COMMAND...", help="What to run, here.")],
    name: Annotated[str | None, Option(help="Name of the job; else the command.")] = None,
    type: Annotated[Sort, Option(help="What it is.", case_sensitive=False)] = Sort.PROCESSING,
    target: Annotated[
        str | None, Option(help="The DATASET/VERSION, or its id, that it is about.")
    ] = None,
) -> None:
    """Run a command here, tracked as a job like any other; ends with its exit code."""
    program = shutil.which(command[0])
    if program is None:
        output.note(f"{command[0]}: command not found")
        raise Exit(NOT_FOUND)
    client = connect()
    typed = shlex.join(command)
    made = add(client, name or typed[:100], program=typed, type=type.value.upper(), target=target)
    folder = RunFolder(tempfile.mkdtemp(prefix="safelight-track-"))
    _prepare(folder, client.http.url, made.run_id, made.runner_token)
    folder.write(COMMAND, _order(folder, [program, *command[1:]]))
    output.note(f"Tracked as {made.job_id}")
    raise Exit(Terminal(folder, client.http.url).follow())


def _prepare(folder: RunFolder, url: str, run_id: str, token: str) -> None:
    server_file = folder.file("server.json")
    folder.write("server.json", {"url": url})
    config = Config(run_id, token, server_file, "", "", "", sys.executable, "", None, {})
    folder.write("runner.json", asdict(config))


def _order(folder: RunFolder, argv: list[str]) -> dict[str, object]:
    """What the keeper shall start, in the surroundings that it was typed in."""
    # Python would keep its lines back from a file, and the log be late.
    environment = {"PYTHONUNBUFFERED": "1", **os.environ}
    return {
        "kind": "command",
        "argv": argv,
        "environment": environment,
        "folder": folder.path,
        "cwd": str(Path.cwd()),
        "limits": {},
    }


class Terminal:
    """The side of a tracked command that a person sees."""

    def __init__(self, folder: RunFolder, url: str) -> None:
        self._folder = folder
        self._url = url
        self._stdout, self._stderr = (
            Spool(name, folder.file(name)) for name in ("stdout", "stderr")
        )
        self._waiting: list[int] = []  # signals that came before there was a command
        self._is_over = self._is_left = False
        self._runner = self._start()
        self._started_at = time.monotonic()

    def follow(self) -> int:
        """Show what it prints until it ends; its exit code, as a shell has it."""
        for number in PASSED_ON:
            if signal.getsignal(number) is not signal.SIG_IGN or number == signal.SIGPIPE:
                signal.signal(number, self._hear)
        pause_s = _QUICK_S
        while not self._has_ended():
            pause_s = _QUICK_S if self._show() else min(pause_s * 1.2, _SLOW_S)
            self._pass_on_waiting()
            self._replace_runner()
            time.sleep(pause_s)
        self._is_over = True
        while self._show():
            pass
        code = self._code()
        self._leave_record()
        return code

    def _start(self) -> subprocess.Popen[bytes]:
        with open(self._folder.file("runner.log"), "ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "safelight.runner", self._folder.path],
                cwd=self._folder.path,  # not where a folder `safelight` may be in the way
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _replace_runner(self) -> None:
        """One that was killed is replaced: it finds the command that its predecessor started."""
        if self._runner.poll() is None or self._folder.has(FINISHED):
            return
        if time.monotonic() - self._started_at > _AGAIN_S:
            self._runner, self._started_at = self._start(), time.monotonic()

    def _has_ended(self) -> bool:
        return self._folder.has(EXIT) or Verdict(self._folder).is_final

    def _show(self) -> bool:
        """Pass on what was printed since; whether there was anything."""
        moved = False
        for number, spool in ((1, self._stdout), (2, self._stderr)):
            data = spool.read()
            spool.offset += len(data)
            moved = moved or bool(data)
            self._print(number, data)
        return moved

    def _print(self, number: int, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(number, view) :]
        except BrokenPipeError:  # nobody reads: the command gets to feel it, as it would alone
            self._hear(signal.SIGPIPE)
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)

    def _hear(self, number: int, _: object = None) -> None:
        if self._is_over:
            self._is_left = number != signal.SIGPIPE
        else:
            self._waiting.append(number)
            self._pass_on_waiting()

    def _pass_on_waiting(self) -> None:
        """Only once the command is on record, and its runner has begun: before, that would die of the signal."""
        if self._waiting and self._folder.has(KEEPER) and self._has_begun():
            for number in self._waiting:
                with suppress(ProcessLookupError):
                    os.kill(self._runner.pid, number)
            self._waiting.clear()

    def _has_begun(self) -> bool:
        note = self._folder.read(PROCESS)
        return note is not None and note["process"][0] == self._runner.pid

    def _code(self) -> int:
        end = ending(self._folder)
        assert end is not None, "it has ended"
        if end["signal"] is not None:
            return 128 + int(end["signal"])
        failure = end["failure"]
        if failure is not None and failure["kind"] in {"setup_error", "engine_error"}:
            output.note(failure["message"])  # of ours: the command did not say it
        return UNKNOWN if end["exit_code"] is None else int(end["exit_code"])

    def _leave_record(self) -> None:
        """Wait for the server to take the rest; or leave that to the runner, which has the time."""
        deadline = time.monotonic() + PATIENCE_S
        while not self._folder.has(FINISHED) and time.monotonic() < deadline and not self._is_left:
            self._replace_runner()
            time.sleep(_QUICK_S)
        self._folder.write(LEFT, {})
        if self._folder.has(FINISHED):
            shutil.rmtree(self._folder.path, ignore_errors=True)
        else:
            output.note(f"{self._url} does not answer; a process in the background tells it later.")
