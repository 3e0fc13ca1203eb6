"""The run's own process between fork and user code: session, output, limits, user; then exec or call.

Nothing here may wait for the runner: the child's output goes straight to files.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from typing import Any, Callable, Dict, NoReturn, Optional, TextIO

from . import processes

Order = Dict[str, Any]
Internal = Callable[[], Any]  # the internal operation of this run

# Among all processes the kernel should choose the script when the machine runs out of memory.
OOM_SCORE = 500


def become(order: Order, internal: Optional[Internal], go: int, trouble: int) -> NoReturn:
    """Turn the forked process into the run's process. Never returns.

    It waits for a byte on `go`: only when it has been put on record may user code start. Writes to
    `trouble` (closed by a successful exec) why that was not possible.
    """
    try:
        _prepare(order, go, trouble)
        if internal is None:
            os.execve(order["argv"][0], order["argv"], order["environment"])  # noqa: S606
    except BaseException as error:
        os.write(trouble, str(error).encode()[:2000])
        os._exit(127)
    os.close(trouble)
    os._exit(_call(internal))


def _prepare(order: Order, go: int, trouble: int) -> None:
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    if order["kind"] != "internal":
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # as a shell would start it
    _redirect(order)
    processes.close_others(go, trouble)  # above all the keeper's ends of these, and its lock
    _limit(order)
    if os.read(go, 1) != b"g":
        os._exit(127)  # the keeper died before it could put us on record
    os.close(go)
    _drop(order.get("user"))
    os.chdir(order["cwd"])
    if order["kind"] != "command":
        os.umask(0o022)


def _redirect(order: Order) -> None:
    user = order.get("user")
    for number, name in ((1, "stdout"), (2, "stderr")):
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = os.open(os.path.join(order["folder"], name), flags, 0o600)
        if user:
            os.fchown(descriptor, user["uid"], user["gid"])  # scripts may reopen /dev/stdout
        os.dup2(descriptor, number)
    if order["kind"] != "command":  # which reads what whoever typed it gives it
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)


def _limit(order: Order) -> None:
    if order["kind"] == "command":
        return  # it is as its user would start it
    if order.get("cpus"):
        os.sched_setaffinity(0, order["cpus"])
    if order.get("nice"):
        os.nice(order["nice"])
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write(str(OOM_SCORE))
    except OSError:
        pass  # a wish, not a condition


def _drop(user: Optional[Dict[str, Any]]) -> None:
    if user:
        os.setgroups(user["groups"])
        os.setgid(user["gid"])
        os.setuid(user["uid"])


def _text(descriptor: int) -> TextIO:
    return open(descriptor, "w", buffering=1, encoding="utf-8", closefd=False)


def _call(internal: Internal) -> int:
    """Run the operation in this very process; the exit code it asks for."""
    sys.stdout, sys.stderr = _text(1), _text(2)  # those of the forked process are not ours
    code: Any
    try:
        code = internal()
    except SystemExit as error:
        code = error.code
    except BaseException:
        traceback.print_exc()
        code = 1
    if isinstance(code, str):
        print(code, file=sys.stderr)
        code = 1
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = code or 1
    return int(code or 0)
