"""The codes that commands end with, and what they say."""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """0 to 3 say how a job ended, so a command's own failure has another."""

    SUCCESS = 0
    FAILURE = 1
    STOPPED = 2
    TIMED_OUT = 3
    COULD_NOT = 4
    INTERRUPTED = 130


MEANINGS = {
    Code.SUCCESS: "Done; of a command that waits: the job has succeeded.",
    Code.FAILURE: "The job that was waited for has failed.",
    Code.STOPPED: "The job that was waited for was stopped.",
    Code.TIMED_OUT: "The job that was waited for goes on after the time that `--timeout` gave it.",
    Code.COULD_NOT: "The command could not do it, as the line on stderr says; or, of many jobs, some were refused.",
    Code.INTERRUPTED: "Ctrl-C.",
}
