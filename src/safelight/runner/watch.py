"""The watch over a started child: memory four times a second, its time, stop requests, its keeper."""

from __future__ import annotations

import signal
import time
from typing import Any, Callable, Dict, Optional

from . import keeper, processes
from .failure import duration_text, memory_text, report
from .folder import EXIT, STOP, Note, RunFolder
from .orders import Orders
from .processes import Identity
from .usage import Usage
from .verdict import Verdict

TICK_S = 0.25
# A script that took too long may still write something down before it is killed.
TIMEOUT_GRACE_S = 10.0


# Not the time of day, which may be set, and not CLOCK_BOOTTIME, which goes on while the machine sleeps:
# the script sleeps then too, and would wake up to find its time and its grace over. This one is there
# everywhere and counts from the start of the machine, so whoever takes over from us counts on.
_clock = time.monotonic


class Watch:
    """Ends when the child has ended and its status is on disk, or cannot be known any more."""

    def __init__(
        self,
        folder: RunFolder,
        note: Note,
        orders: Orders,
        usage: Usage,
        clock: Callable[[], float] = _clock,
    ) -> None:
        self._folder = folder
        self._note = note
        self._keeper = Identity(*note["keeper"])
        self._child = Identity(*note["child"])
        self._limits: Dict[str, Any] = note["limits"]
        self._orders = orders
        self._usage = usage
        self._clock = clock
        self._began = _began(note, clock())
        self._verdict = Verdict(folder)
        self._kill_at: Optional[float] = None

    def wait(self) -> Verdict:
        while not self._has_ended(TICK_S):
            self.step()
        if not self._folder.has(EXIT):
            self._bury()
        return self._verdict

    def step(self) -> None:
        """One look at everything that may end the child early."""
        self._hear()
        if self._orders.stop is not None:
            self._stop(self._orders.stop.grace_s)
        self._check_memory()
        self._check_disk()
        self._check_time()
        if self._kill_at is not None and self._clock() >= self._kill_at:
            self._kill()

    def _has_ended(self, timeout_s: float) -> bool:
        if self._note["boot"] != processes.boot_id():
            return True  # those process numbers belong to an earlier start of the machine
        return keeper.end_of(self._note, timeout_s, self._orders.wake)[0]

    def _hear(self) -> None:
        self._orders.heard()
        while self._orders.signals:
            self._pass_on(self._orders.signals.pop(0))
        asked = self._folder.read(STOP)
        if asked is not None:
            self._orders.ask(float(asked["grace_s"]))

    def _pass_on(self, number: int) -> None:
        """What whoever started it did to it at the terminal, done to all of it; mostly that is a stop."""
        if number != signal.SIGPIPE:  # nobody reads any more: that is no wish
            self._verdict.stop()
        self._signal(number)

    def _stop(self, grace_s: float) -> None:
        self._terminate(grace_s, self._verdict.stop)

    def _terminate(self, grace_s: float, record: Callable[[], None]) -> None:
        """SIGTERM to the group once, SIGKILL when the grace is over; a shorter grace is obeyed."""
        kill_at = self._clock() + grace_s
        if self._kill_at is None:
            record()  # first: who takes over from us must know that the signal was ours
            self._kill_at = kill_at
            if grace_s > 0:
                self._signal(signal.SIGTERM)
        self._kill_at = min(self._kill_at, kill_at)

    def _check_memory(self) -> None:
        limit = self._limits.get("memory")
        if self._usage.memory() <= (limit or float("inf")):
            return
        used = self._usage.exact_memory()
        if limit is None or used <= limit:
            return
        if not self._verdict.stop_signalled:
            message = f"The script used {memory_text(used)} of memory, limit {memory_text(limit)}."
            self._verdict.fail(report("out_of_memory", message))
        self._kill()

    def _check_disk(self) -> None:
        limit, used = self._limits.get("disk"), self._usage.disk()
        if limit is None or used <= limit:
            return
        if not self._verdict.stop_signalled:
            message = f"The script took {memory_text(used)} of disk, limit {memory_text(limit)}."
            self._verdict.fail(report("disk_full", message))
        self._kill()  # what it would still do, it would write

    def _check_time(self) -> None:
        limit = self._limits.get("timeout_s")
        if limit is None or self._clock() - self._began < limit:
            return
        message = f"The script ran longer than its limit of {duration_text(limit)}."
        self._terminate(TIMEOUT_GRACE_S, lambda: self._verdict.fail(report("timeout", message)))

    def _signal(self, number: int) -> None:
        if processes.is_alive(self._child) or processes.is_alive(self._keeper):
            processes.send_group(self._child.pid, number)

    def _kill(self) -> None:
        self._signal(signal.SIGKILL)
        for pid in processes.descendants(self._keeper.pid):  # also those that left the group
            processes.send(pid, signal.SIGKILL)

    def _bury(self) -> None:
        """The keeper was killed: nobody can say how the child ended, so end it and say that."""
        message = "The run's supervisor was killed, exit code unknown."
        if self._note["boot"] != processes.boot_id():
            message = "The machine was restarted while the run was going on, exit code unknown."
        else:
            self._kill_orphans()
        self._verdict.fail(report("engine_error", message), is_final=True)

    def _kill_orphans(self) -> None:
        """What the child's session holds, and what the tree held a moment ago."""
        leader = processes.stat(self._child.pid)
        if leader is None or leader.start == self._child.start:  # else the number is another's now
            processes.send_session(self._child.pid, signal.SIGKILL)
        for pid in self._usage.tree:
            found = processes.stat(pid)
            if found is not None and found.start >= self._child.start:
                processes.send(pid, signal.SIGKILL)


def _began(note: Note, now: float) -> float:
    """When the child was started. A keeper of an earlier version noted only the time of day."""
    found: Optional[float] = note.get("began")
    if found is not None:
        return found
    started_at: float = note["started_at"] / 1e6
    return now - max(0.0, time.time() - started_at)
