"""The server's end of the fork server: starts it, asks it for runners, replaces it if it dies."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from safelight.engines import forkserver
from safelight.errors import Unavailable
from safelight.runner.processes import Identity

_TIMEOUT_S = 30.0
INTERNAL = "safelight.internals:run_child"
WARM = ("safelight.internals", "safelight.internals:warm")


class Launcher:
    """May be used by any thread. Closing it ends the fork server, and no run."""

    def __init__(self, data: Path, internal: str, warm: Sequence[str]) -> None:
        self._data = data.absolute()
        self._internal = internal
        self._warm = tuple(warm)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._closed = False

    @classmethod
    def start(cls, data: Path, *, internal: str = INTERNAL, warm: Sequence[str] = WARM) -> Launcher:
        """Start the fork server; returns before it is ready.

        `internal` names the callable `module:name` that does an internal run in its child: it is
        given the data folder and the run's id. `warm` are modules and functions that make its
        start quick (see `ForkServer.serve`).
        """
        launcher = cls(data, internal, warm)
        with launcher._lock:
            launcher._spawn()
        return launcher

    def launch(self, folder: Path) -> Identity:
        """A new runner for the run in that folder. Raises Unavailable if none can be started."""
        request = json.dumps({"folder": str(folder)}).encode()
        with self._lock:
            try:
                answer = self._ask(request)
            except OSError:
                self._end()
                try:
                    self._spawn()
                    answer = self._ask(request)
                except OSError as error:
                    raise Unavailable(f"The launcher of runs does not answer: {error}.") from error
        if "error" in answer:
            raise Unavailable(f"No process can be started: {answer['error']}.")
        return Identity(*answer["process"])

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _spawn(self) -> None:
        if self._closed:
            raise ConnectionError("it is closed")
        self._data.mkdir(parents=True, exist_ok=True)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(_TIMEOUT_S)
        # A file, not our own output: runs outlive us, and a pipe that we write to would stay open.
        log = os.open(self._data / "launcher.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        arguments = [str(theirs.fileno()), str(self._data), self._internal, *self._warm]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", forkserver.__name__, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        finally:
            os.close(log)
            theirs.close()
        self._control = ours
        self._ready = False

    def _ask(self, request: bytes) -> dict[str, Any]:
        if self._control is None:
            raise ConnectionError("it is not running")
        if not self._ready:
            self._receive()
            self._ready = True
        self._control.send(request)
        return self._receive()

    def _receive(self) -> dict[str, Any]:
        assert self._control is not None
        content = self._control.recv(forkserver.MOST_BYTES)
        if not content:
            raise ConnectionResetError("it ended")
        answer: dict[str, Any] = json.loads(content)
        return answer

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(_TIMEOUT_S / 10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
