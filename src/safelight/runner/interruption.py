"""Whether an operation of ours was cut off from outside, so that it goes on as the same run.

Such an operation changes what others see in one last step, and notes in its folder how far it got. A script
may have done anything to anybody, so a script that was killed has ended.
"""

from __future__ import annotations

import os
import signal
import time
from typing import Optional

from . import processes
from .ending import was_oom_killed
from .folder import (
    CHECKPOINT,
    CONFIG,
    EXIT,
    FAILURE,
    INTERRUPTED,
    KEEPER,
    PAUSE,
    REPORT,
    STOP,
    VERDICT,
    Note,
    RunFolder,
)
from .verdict import Verdict

# So often in a row it may be cut off without getting further: then it is itself what gets it killed.
MOST_FRUITLESS = 3
_GONE_S = 5.0
_TOLD_TO_END = 128 + signal.SIGTERM  # as all processes are when a machine shuts down


def cut_off(folder: RunFolder) -> Optional[str]:
    """What cut it off; None if it runs, came to its own end, was stopped, or gets no further."""
    config, keeper, verdict = folder.read(CONFIG), folder.read(KEEPER), Verdict(folder)
    if keeper is None or (config or {}).get("kind") != "internal":
        return None
    # A stop that has not reached the process meets the next one before it begins.
    stopped = verdict.stop_signalled or (folder.read(STOP) or {}).get("signalled")
    if stopped or any(folder.has(name) for name in (PAUSE, FAILURE, REPORT)):
        return None
    why = _why(folder, keeper, verdict)
    return why if why and _fruitless(folder) <= MOST_FRUITLESS else None


def _why(folder: RunFolder, keeper: Note, verdict: Verdict) -> Optional[str]:
    end = folder.read(EXIT)
    if end is None:
        if not verdict.is_final:
            return None
        if keeper["boot"] != processes.boot_id():
            return "the machine was restarted"
        return "its supervisor was killed"
    if verdict.failure is not None or end.get("disk_full") or was_oom_killed(folder, end):
        return None
    if end["signal"] == signal.SIGKILL:
        return "its process was killed"
    return "its process was told to end" if end["exit_code"] == _TOLD_TO_END else None


def _fruitless(folder: RunFolder) -> int:
    """How often in a row it got no further, with this time."""
    before = folder.read(INTERRUPTED) or {}
    got_further = _reached(folder)["number"] > before.get("number", 0)
    return 0 if got_further else int(before.get("fruitless", 0)) + 1


def _reached(folder: RunFolder) -> Note:
    return folder.read(CHECKPOINT) or {"number": 0, "text": ""}


def begin_again(folder: RunFolder, why: str) -> None:
    """Make it a run that has not begun, with a note for the operation. Its log goes on.

    The note about the child goes last: whoever dies before that leaves it to the next to do all of this.
    """
    _await_the_end(folder.read(KEEPER) or {})
    before = folder.read(INTERRUPTED) or {}
    note = {**_reached(folder), "fruitless": _fruitless(folder), "why": why}
    folder.write(INTERRUPTED, {**note, "times": before.get("times", 0) + 1})
    with open(folder.file("setup"), "ab") as log:
        log.write(f"Cut off: {why}. It goes on.\n".encode())
    for name in (VERDICT, EXIT, KEEPER):
        try:
            os.unlink(folder.file(name))
        except FileNotFoundError:
            pass


def _await_the_end(keeper: Note) -> None:
    """Of the child that was killed: two must never do the same work. Raises TimeoutError."""
    if keeper.get("boot") != processes.boot_id():
        return
    child = processes.Identity(*keeper["child"])
    deadline = time.monotonic() + _GONE_S
    while processes.is_alive(child):
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {child.pid} was killed and does not end")
        time.sleep(0.01)
