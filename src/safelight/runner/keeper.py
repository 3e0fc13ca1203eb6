"""The child's parent: a process that only waits, so that no death of ours loses an exit status.

It is forked from the runner before anything else happens there (no threads, no connections), is told
through a pipe what to start, puts the child on record and writes its wait status down at the end.
It outlives the runner and needs nobody. Whoever wants to know whether it lives tries its lock.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import select
import signal
import time
from typing import List, NoReturn, Optional, Tuple

from . import oom, processes
from .child import Internal, Order, become
from .folder import EXIT, KEEPER, Note, RunFolder
from .processes import Identity
from .processors import KEEPER_NAME

# Room for the exit status is taken before the child starts, so a full disk cannot lose it.
_EXIT_ROOM = 512
# How long killed leftovers of the child may take to go before the status is written anyway.
_LEFTOVERS_S = 1.0


class LaunchFailed(Exception):
    """The child could not be started; the message says why."""


class Keeper:
    """The runner's end of a keeper that has not started its child yet."""

    def __init__(self, order: int, reply: int) -> None:
        self._order = order
        self._reply = reply

    @classmethod
    def fork(cls, folder: RunFolder, internal: Optional[Internal]) -> Optional[Keeper]:
        """None if the run has a keeper already: then the run is to be attached to.

        Must be called while this process has one thread.
        """
        lock = _lock(folder)
        if lock is None:
            return None
        order_read, order_write = os.pipe()
        reply_read, reply_write = os.pipe()
        if os.fork() == 0:
            try:
                processes.close_others(lock, order_read, reply_write)
                _keep(folder, internal, order_read, reply_write)
            finally:
                os._exit(1)
        for descriptor in (lock, order_read, reply_write):
            os.close(descriptor)
        return cls(order_write, reply_read)

    def launch(self, order: Order) -> Note:
        """Start the child; the note about keeper and child. Raises LaunchFailed."""
        _write(self._order, json.dumps(order).encode())
        os.close(self._order)
        answer = json.loads(_read(self._reply) or b'{"error": "its keeper was killed"}')
        os.close(self._reply)
        if "error" in answer:
            raise LaunchFailed(answer["error"])
        return dict(answer)

    def dismiss(self) -> None:
        """Nothing will be started."""
        os.close(self._order)
        os.close(self._reply)


def _lock(folder: RunFolder) -> Optional[int]:
    """The keeper's lock. `flock` is shared with a forked process and ends with the last of them.

    A keeper without a child ends as soon as its runner died: so wait, unless one has a child.
    """
    descriptor = os.open(folder.file("keeper.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    while not folder.has(KEEPER):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno != errno.EWOULDBLOCK:
                raise
            time.sleep(0.005)
        else:
            if not folder.has(KEEPER):
                return descriptor
    os.close(descriptor)
    return None


def _keep(folder: RunFolder, internal: Optional[Internal], order_in: int, reply: int) -> NoReturn:
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    processes.name_self(KEEPER_NAME)
    processes.adopt_orphans()
    content = _read(order_in)
    if not content:
        os._exit(0)  # the runner dismissed us or died; nothing has started
    order = json.loads(content)
    os.close(order_in)
    exit_file = os.open(folder.file(f".{EXIT}"), os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(exit_file, b" " * _EXIT_ROOM)
    began = time.monotonic()
    child, trouble = _start(folder, order, internal, reply)
    status = _wait(child)
    note: Note = {"exit_code": None, "signal": None, "at": _now(), "trouble": trouble}
    note["took_s"] = time.monotonic() - began  # the time of day may have been set meanwhile
    # Looked at now: when somebody reads the note there may be room again.
    note["disk_full"] = folder.is_full
    if os.WIFSIGNALED(status):
        note["signal"] = os.WTERMSIG(status)
    else:
        note["exit_code"] = os.WEXITSTATUS(status)
    os.pwrite(exit_file, json.dumps(note).encode(), 0)
    os.fsync(exit_file)
    os.replace(folder.file(f".{EXIT}"), folder.file(EXIT))
    os._exit(0)


def _start(
    folder: RunFolder, order: Order, internal: Optional[Internal], reply: int
) -> Tuple[int, str]:
    go_read, go_write = os.pipe()
    trouble_read, trouble_write = os.pipe()
    child = os.fork()
    if child == 0:
        become(order, internal if order["kind"] == "internal" else None, go_read, trouble_write)
    os.close(go_read)
    os.close(trouble_write)
    note = {
        "keeper": processes.identify(os.getpid()),
        "child": processes.identify(child),
        "boot": processes.boot_id(),
        "started_at": _now(),
        "began": time.monotonic(),  # means something until the machine is started anew
        "limits": order["limits"],
        "oom_kills": oom.kills(),
    }
    folder.write(KEEPER, note)
    os.write(go_write, b"g")
    os.close(go_write)
    trouble = _read(trouble_read).decode(errors="replace")
    os.close(trouble_read)
    _write(reply, json.dumps({"error": trouble} if trouble else note).encode())
    os.close(reply)
    return child, trouble


def _wait(child: int) -> int:
    """The wait status of the child, after everything that it left behind was ended."""
    while True:
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        if ended is None or ended.si_pid == child:
            break
        os.waitpid(ended.si_pid, 0)  # a daemon of the child's
    # The child is a zombie still, so its number cannot belong to another group.
    processes.send_group(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    deadline = time.monotonic() + _LEFTOVERS_S
    while time.monotonic() < deadline:
        for pid in processes.descendants(os.getpid()):
            processes.send(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            break
        time.sleep(0.002)
    return status


def end_of(note: Note, timeout_s: float, *others: int) -> Tuple[bool, List[int]]:
    """Wait until the keeper of that note ends, one of `others` is readable, or time is up.

    Whether it has ended, and which of the others are readable.
    """
    keeper = Identity(*note["keeper"])
    try:
        watched = os.pidfd_open(keeper.pid)
    except (OSError, AttributeError):  # gone, or a kernel or Python without it
        if not processes.is_alive(keeper):
            return True, []
        return False, select.select(others, (), (), min(timeout_s, 0.05))[0]
    try:
        if not processes.is_alive(keeper):
            return True, []
        readable = select.select((watched, *others), (), (), timeout_s)[0]
        return watched in readable, [number for number in readable if number != watched]
    finally:
        os.close(watched)


def _now() -> int:
    return time.time_ns() // 1000


def _read(descriptor: int) -> bytes:
    parts: List[bytes] = []
    while True:
        part = os.read(descriptor, 65536)
        if not part:
            return b"".join(parts)
        parts.append(part)


def _write(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    try:
        while view:
            view = view[os.write(descriptor, view) :]
    except BrokenPipeError:
        pass  # the other end died; whoever comes next reads the notes
