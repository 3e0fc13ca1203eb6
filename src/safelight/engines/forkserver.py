"""The process that forks runners: warm, single-threaded, and free of everything that a server holds.

Started by `launcher` as `python -m safelight.engines.forkserver SOCKET DATA INTERNAL WARM...`. It ends
when the other end of its socket closes; the runners it forked live on.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

from safelight.runner import processes
from safelight.runner.supervisor import supervise

MOST_BYTES = 65536
# For names in archives and of hosts: else each runner would import them again.
_CODECS = ("encodings.cp437", "encodings.idna")


class ForkServer:
    def __init__(self, control: socket.socket, data: Path, internal: str) -> None:
        self._control = control
        self._data = data
        self._internal = internal

    def serve(self, warm: list[str]) -> None:
        """Answer requests until the server is gone; warm up while there are none.

        `warm`: modules to import, as `module`, and functions to call with the data folder, as
        `module:name`. Those wait for the first request, which says that the server is up and all
        is there that they look at.
        """
        signal.signal(signal.SIGCHLD, _reap)
        self._control.send(b'{"ready": true}')
        is_up = False
        while True:
            ready = warm and (is_up or ":" not in warm[0])
            if ready and not select.select([self._control], (), (), 0)[0]:
                _warm(warm.pop(0), self._data)
                continue
            request = self._control.recv(MOST_BYTES)
            if not request:
                return
            self._control.send(json.dumps(self._answer(json.loads(request))).encode())
            is_up = True

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            pid = os.fork()
        except OSError as error:
            return {"error": str(error)}
        if pid == 0:
            self._become_runner(request["folder"])
        return {"process": processes.identify(pid) or (pid, 0)}  # 0: it has ended already

    def _become_runner(self, folder: str) -> NoReturn:
        code = 1
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()  # Ctrl-C in the server's terminal is not for runs
            _redirect(folder)
            processes.close_others()
            gc.freeze()  # what was imported is not garbage; looking at it would only copy its pages
            code = supervise(folder, self._operation(folder))
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)

    def _operation(self, folder: str) -> Callable[[], object]:
        """What the child of an internal run calls."""

        def operate() -> object:
            module, _, name = self._internal.partition(":")
            operation = getattr(importlib.import_module(module), name)
            result: object = operation(self._data, UUID(Path(folder).name))
            return result

        return operate


def _redirect(folder: str) -> None:
    log = os.open(Path(folder) / "runner.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)


def _reap(_number: int, _frame: object) -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _warm(name: str, data: Path) -> None:
    try:
        module, _, function = name.partition(":")
        found = importlib.import_module(module)
        if function:
            getattr(found, function)(data)
    except Exception:
        traceback.print_exc()  # a run that needs it will say so


def main() -> None:
    processes.name_self("safelight-fork")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    descriptor, data, internal, *warm = sys.argv[1:]
    with socket.socket(fileno=int(descriptor)) as control:
        control.set_inheritable(False)
        try:
            ForkServer(control, Path(data), internal).serve([*_CODECS, *warm])
        except (BrokenPipeError, ConnectionResetError):
            pass
    # The server waits for us. Nothing is left to do but Python's tidying up, which takes long.
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
