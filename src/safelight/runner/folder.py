"""The folder of one run: which files stand in it, and how its small JSON notes are read and written.

Notes are replaced by rename, so a reader sees the old or the new one, never a half.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from dataclasses import dataclass, field
from typing import Any, Dict, Optional

Note = Dict[str, Any]

CONFIG = "runner.json"  # written by the engine: token, paths (0600)
PROCESS = "process.json"  # the runner that has the run now
KEEPER = "keeper.json"  # exists as soon as user code may have started
EXIT = "exit.json"  # the wait status, by the keeper
VERDICT = "verdict.json"  # what the runner did to the child, and why
FAILURE = "failure.json"  # what an internal operation says of its own failure
REPORT = "report.json"  # the end as it is told; its sources may be removed afterwards
CHECKPOINT = "checkpoint.json"  # how far an operation got: what it has need not be done again
INTERRUPTED = "interrupted.json"  # the operation was cut off, and goes on from that checkpoint
PAUSE = "pause.json"  # the operation was made to leave, and shall begin again
STOP = "stop.json"  # the engine wants the run to end
COMMAND = "command.json"  # what to start, of a run that is tracked at a terminal
LEFT = "left.json"  # whoever tracks it there waits no longer
FINISHED = "finished.json"  # nothing is left to do for any runner

STREAMS = ("setup", "stdout", "stderr")


_FULL_BELOW = 1024 * 1024  # bytes left on the disk


class RunFolder:
    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(path)

    def file(self, name: str) -> str:
        return os.path.join(self.path, name)

    @property
    def work(self) -> str:
        return self.file("work")

    @property
    def tmp(self) -> str:
        return self.file("tmp")

    @property
    def is_full(self) -> bool:
        """Whether the disk of this folder has no room just now."""
        try:
            free = os.statvfs(self.path)
        except OSError:
            return False
        return free.f_bavail * free.f_frsize < _FULL_BELOW

    def has(self, name: str) -> bool:
        return os.path.exists(self.file(name))

    def read(self, name: str) -> Optional[Note]:
        """The note of that name; None if there is none (or none that can be read)."""
        try:
            with open(self.file(name), "rb") as file:
                note = json.loads(file.read())
        except (OSError, ValueError):
            return None
        return note if isinstance(note, dict) else None

    def write(self, name: str, note: Note) -> None:
        temporary = self.file(f".{name}.{os.getpid()}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(json.dumps(note).encode())
        os.replace(temporary, self.file(name))

    def claim(self) -> Optional[int]:
        """A descriptor to keep open while this process is the run's runner; None: another one is.

        `lockf`, because such a lock is not inherited by the keeper that is forked from here.
        """
        descriptor = os.open(self.file("runner.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        return descriptor

    def clear(self) -> None:
        """Remove what only mattered while the run lived: its work, and a log the server has."""
        for name in ("work", "tmp"):
            shutil.rmtree(self.file(name), ignore_errors=True)
        for name in STREAMS:
            try:
                os.unlink(self.file(name))
            except OSError:
                pass


@dataclass(frozen=True)
class Config:
    """What the engine tells the runner: who it is and where things are."""

    run_id: str
    token: str
    server_file: str  # JSON with the server's present address
    packages: str
    environments: str
    home: str  # HOME of the child, shared by all runs: caches of model weights live there
    python: str  # the interpreter that environments are made of
    uv: str
    run_user: Optional[str]
    setup_environment: Dict[str, str]
    kind: str = "process"  # or "internal"; an earlier version's notes do not say it
    limits: Dict[str, Any] = field(default_factory=dict)  # of an internal run, which has no spec

    @classmethod
    def read(cls, folder: RunFolder) -> Config:
        note = folder.read(CONFIG)
        if note is None:
            raise FileNotFoundError(folder.file(CONFIG))
        return cls(**{name: note[name] for name in cls.__dataclass_fields__ if name in note})
