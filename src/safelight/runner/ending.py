"""The report on a run's end, put together from what keeper, runner and operation left in its folder."""

from __future__ import annotations

import os
import signal
import time
from typing import Any, Dict, Optional

from . import oom
from .failure import FULL_WORDS, Report, duration_text, report
from .folder import EXIT, FAILURE, KEEPER, REPORT, STOP, STREAMS, Note, RunFolder
from .spool import last_lines
from .verdict import Verdict


def ending(folder: RunFolder) -> Optional[Note]:
    """The body of the exit report without offsets; None while nothing says that the run is over."""
    told = folder.read(REPORT)
    if told is not None:
        return told
    end, verdict = folder.read(EXIT), Verdict(folder)
    if end is None and not verdict.is_final:
        return None
    end = end or {"exit_code": None, "signal": None, "at": time.time_ns() // 1000}
    excerpt = last_lines(folder.file("stderr")) or last_lines(folder.file("stdout"))
    stopped = verdict.stop_signalled or _engine_signalled(folder)
    failure = verdict.failure or _found(folder, end, excerpt, stop_signalled=stopped)
    if failure is not None:
        failure = {**failure, "exit_code": end["exit_code"], "signal": end["signal"]}
        failure["excerpt"] = failure["excerpt"] or excerpt
    return {
        "exit_code": end["exit_code"],
        "signal": end["signal"],
        "stop_signalled": stopped,
        "failure": failure,
        "excerpt": excerpt,
        "at": end["at"],
    }


def _engine_signalled(folder: RunFolder) -> bool:
    """Whether a stop of ours reached the child past its runner, which stood still or had died."""
    return bool((folder.read(STOP) or {}).get("signalled"))


def _found(folder: RunFolder, end: Note, excerpt: str, *, stop_signalled: bool) -> Optional[Report]:
    """What else explains a bad end; None: the exit code must speak for itself."""
    if end.get("trouble"):
        return report("setup_error", f"The script could not be started: {end['trouble']}.")
    if end["exit_code"] == 0 or stop_signalled:
        return None
    said = folder.read(FAILURE)
    if said is not None and "kind" in said:
        return {**report(said["kind"], str(said.get("message", ""))), **said}
    if was_oom_killed(folder, end):
        message = "The script was killed by the kernel, because memory ran out."
        return report("out_of_memory", message)
    if end.get("disk_full"):
        return report("disk_full", "The disk that holds the run's folder is full.")
    if any(words in excerpt for words in FULL_WORDS):
        return report("disk_full", "The script found no space left on a disk that it writes to.")
    return None


def was_oom_killed(folder: RunFolder, end: Note) -> bool:
    """Whether the kernel did it. 137 is how a shell passes on that its command was killed."""
    if end["signal"] != signal.SIGKILL and end["exit_code"] != 128 + signal.SIGKILL:
        return False
    before = (folder.read(KEEPER) or {}).get("oom_kills")
    return before is not None and oom.kills() > before


def last_line(folder: RunFolder, end: Note) -> str:
    """What the log says last."""
    if end["exit_code"] is None and end["signal"] is None:
        if folder.has(KEEPER) and end["failure"] is not None:
            return f"{end['failure']['message']}\n"
        return "The script was not started.\n"  # the section above says why
    how = f"exit code {end['exit_code']}"
    if end["signal"] is not None:
        how = f"signal {end['signal']} ({_name(end['signal'])})"
    text = f"Process ended with {how} after {duration_text(_took_s(folder, end))}.\n"
    if end["failure"] is not None:
        text = f"{end['failure']['message']}\n{text}"
    return text


def _took_s(folder: RunFolder, end: Note) -> float:
    """How long the child ran; by the time of day where its keeper did not measure it."""
    measured: Optional[float] = (folder.read(EXIT) or {}).get("took_s")
    if measured is not None:
        return measured
    keeper = folder.read(KEEPER) or end
    taken: int = end["at"] - keeper.get("started_at", end["at"])
    return max(0, taken) / 1e6


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"


def offsets(folder: RunFolder) -> Dict[str, Any]:
    """How many bytes each stream has in the end."""
    sizes = {}
    for stream in STREAMS:
        try:
            sizes[stream] = os.stat(folder.file(stream)).st_size
        except OSError:
            sizes[stream] = 0
    return sizes
