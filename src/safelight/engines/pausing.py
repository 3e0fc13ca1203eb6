"""Makes the operations of ours in a data folder pause while a newer version changes the database.

An operation has the database open itself, with the code of the version that started it, so it must be gone
before the schema changes. Knows no store: the rows cannot be read until then, the folders of runs can.
"""

from __future__ import annotations

import fcntl
import signal
import time
from collections.abc import Callable
from pathlib import Path

from safelight.errors import Conflict
from safelight.runner import processes
from safelight.runner.folder import (
    CHECKPOINT,
    CONFIG,
    EXIT,
    FAILURE,
    FINISHED,
    INTERRUPTED,
    KEEPER,
    PAUSE,
    PROCESS,
    REPORT,
    VERDICT,
    RunFolder,
)

# An operation leaves when it has taken back what it began, or when its last step is done.
PATIENCE_S = 30.0
KILLED_S = 5.0
LOOK_EVERY_S = 0.05

# The notes of a child that was paused. The order to pause goes last: if we die before, all is done again.
_OVER = (KEEPER, EXIT, VERDICT, FAILURE, REPORT, PROCESS, CHECKPOINT, INTERRUPTED, PAUSE)


def pause_all(
    data: Path,
    say: Callable[[str], None],
    *,
    patience_s: float = PATIENCE_S,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Return when no operation has the database open any more. Scripts are left alone.

    One that does not leave in time is killed: whatever it did before its last step is seen by nobody,
    and that step is one transaction. Raises Conflict if even then one is there; nothing is changed.

    To be called while this process holds the data folder and starts nothing: no runner can come anew.
    """
    told: set[str] = set()
    kill_at = clock() + patience_s
    internal = _internal(data)
    while going := [folder for folder in internal if _may_work(folder)]:
        fresh = [folder for folder in going if folder.path not in told]
        if fresh:
            say(f"The database is about to be upgraded. Waiting for {_named(fresh)} to pause.")
            told |= {folder.path for folder in fresh}
        number = signal.SIGKILL if clock() >= kill_at else signal.SIGTERM
        if clock() >= kill_at + KILLED_S:
            raise Conflict(
                f"{_named(going).capitalize()} did not end, so the database was not upgraded. "
                "End the process and start Safelight again.",
            )
        for folder in going:
            _pause(folder, number)
        time.sleep(LOOK_EVERY_S)


def paused_at(folder: RunFolder) -> int | None:
    """When its operation was made to pause, in microseconds; None if it was not, or if it came to its own
    end just before.
    """
    asked, end = folder.read(PAUSE), folder.read(EXIT)
    if asked is None or (end is not None and end["exit_code"] == 0):
        return None
    return int(asked["at"])


def begin_again(folder: RunFolder) -> None:
    """Make it a run that has not begun: the engine's next look gives it a runner. Its log goes on."""
    if folder.has(KEEPER):  # else we died here before, and this line is there
        with open(folder.file("setup"), "ab") as log:
            log.write(b"Paused while Safelight was upgraded. It begins again.\n")
    for name in _OVER:
        Path(folder.file(name)).unlink(missing_ok=True)


def _internal(data: Path) -> list[RunFolder]:
    folders = (RunFolder(str(path)) for path in data.glob("runs/*"))
    return [
        folder
        for folder in folders
        if not folder.has(FINISHED) and (folder.read(CONFIG) or {}).get("kind") == "internal"
    ]


def _may_work(folder: RunFolder) -> bool:
    """Whether an operation is there, or a runner that may start it: their locks end with them.

    The runner is looked at first: once it has started a child, the keeper's lock was taken before.
    """
    begins = not folder.has(KEEPER) and _is_locked(folder, "runner.lock", fcntl.lockf)
    return begins or _is_locked(folder, "keeper.lock", fcntl.flock)


def _is_locked(folder: RunFolder, name: str, lock: Callable[[int, int], None]) -> bool:
    with open(folder.file(name), "ab") as file:
        try:
            lock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _pause(folder: RunFolder, number: signal.Signals) -> None:
    """Signal an operation, once with each signal. Its runner is killed before: it would tell the end of
    the process as that of the run. A runner may die at any moment; nothing is lost by that.
    """
    _kill_runner(folder)
    keeper = folder.read(KEEPER)
    if keeper is None or (folder.read(PAUSE) or {}).get("signal") == number:
        return
    folder.write(PAUSE, {"signal": number, "at": time.time_ns() // 1000})
    if processes.is_alive(processes.Identity(*keeper["child"])):
        processes.send_group(keeper["child"][0], number)


def _kill_runner(folder: RunFolder) -> None:
    note = folder.read(PROCESS)
    if note is not None and note["boot"] == processes.boot_id():
        runner = processes.Identity(*note["process"])
        if processes.is_alive(runner):
            processes.send(runner.pid, signal.SIGKILL)


def _named(folders: list[RunFolder]) -> str:
    names = ", ".join(Path(folder.path).name for folder in folders)
    return (
        f"the operation of run {names}" if len(folders) == 1 else f"the operations of runs {names}"
    )
