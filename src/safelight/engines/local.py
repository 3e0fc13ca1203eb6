"""Runs as processes of this machine: a folder per run, a runner per run, adopted after a restart."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from uuid import UUID

import uv

from safelight.config import Settings
from safelight.domain.jobs import Exit, Failure, FailureKind
from safelight.engines.base import Work
from safelight.engines.identity import Identity, run_identity
from safelight.engines.launcher import Launcher
from safelight.errors import Unavailable
from safelight.runner import processes
from safelight.runner.ending import ending
from safelight.runner.failure import report
from safelight.runner.folder import (
    CONFIG,
    EXIT,
    FINISHED,
    INTERRUPTED,
    KEEPER,
    PROCESS,
    STOP,
    VERDICT,
    Config,
    Note,
    RunFolder,
)
from safelight.runner.interruption import cut_off
from safelight.runner.verdict import Verdict

# A runner that dies again and again is replaced so often, each time after a longer pause.
MOST_RUNNERS = 5
# One that lived so long had no trouble of its own: its death starts the count anew.
STEADY_S = 60.0
# How long after the grace a runner may take to kill, before the engine does it itself.
LATE_S = 5.0
# So long the engine leaves it to the runner to tell the end.
TOLD_S = 0.5

_PREFIXES = ("UV_", "PIP_")
_NAMES = frozenset(
    {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}
    | {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}
    | {"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "NETRC"}
)


@dataclass(slots=True)
class _Watched:
    """What this process remembers of a run's runners."""

    process: processes.Identity
    started: float
    count: int = 0
    interruptions: int = 0  # after which its operation goes on under another runner


@dataclass(slots=True)
class LocalEngine:
    """Used by one scheduler at a time; another process that adopts its runs finds them by handle."""

    data: Path
    launcher: Launcher
    settings: Settings
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    clock: Callable[[], float] = time.monotonic
    identity: Identity = field(init=False)
    _watched: dict[str, _Watched] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.data = self.data.absolute()
        self.data.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            self.data.chmod(0o711)  # to be passed through by the user of the runs, not to be read
        self.identity = run_identity(self.settings)
        if self.identity.user is None:
            self.data.chmod(0o700)
        self._prepare_folders()

    @property
    def name(self) -> str:
        return "local"

    def start(self, work: Work) -> str:
        path = run_folder(self.data, work.run_id)
        path.mkdir(mode=self._passable, exist_ok=True)
        folder = RunFolder(str(path))
        runner = self._runner_of(folder)
        if runner is None:
            folder.write(CONFIG, asdict(self._config(work)))
            runner = self._launch(folder).process
        return json.dumps({"boot": processes.boot_id(), "process": runner, "folder": folder.path})

    def poll(self, handle: str) -> Exit | None:
        known = json.loads(handle)
        folder = RunFolder(known["folder"])
        if not folder.has(CONFIG):
            return _lost("The run's folder is gone.")
        runner = self._runner_of(folder) or _alive(known)
        if runner is not None:
            self._hurry(folder, runner)
        elif folder.has(FINISHED):
            self._watched.pop(folder.path, None)
            return _exit(folder)
        elif not self._replace_runner(folder):
            return _exit(folder)
        return _exit(folder) if _ended_long_ago(folder) else None

    def stop(self, handle: str, *, grace_s: float) -> None:
        """The runner sees the note within a quarter of a second; `poll` sees to it if it does not."""
        folder = RunFolder(json.loads(handle)["folder"])
        asked = folder.read(STOP)
        until = self.clock() + grace_s
        if not folder.has(CONFIG) or (asked is not None and asked["until"] <= until):
            return
        # By a clock that nobody sets. It means something until the machine is started anew; no child
        # of ours lives longer.
        order = {**(asked or {}), "grace_s": grace_s, "until": until}
        if self._runner_of(folder) is None:
            _stop_child(folder, order, signal.SIGTERM if grace_s > 0 else signal.SIGKILL)
        else:
            folder.write(STOP, order)

    @property
    def _passable(self) -> int:
        return 0o700 if self.identity.user is None else 0o711

    def _prepare_folders(self) -> None:
        for name in ("runs", "envs", "home"):
            path = self.data / name
            path.mkdir(exist_ok=True)
            path.chmod(self._passable)
        (self.data / "packages").mkdir(mode=0o700, exist_ok=True)
        if self.identity.user is not None:
            user = pwd.getpwnam(self.identity.user)
            os.chown(self.data / "home", user.pw_uid, user.pw_gid)
            (self.data / "home").chmod(0o700)

    def _config(self, work: Work) -> Config:
        return Config(
            run_id=str(work.run_id),
            token=work.runner_token,
            server_file=str(self.data / "server.json"),
            packages=str(self.data / "packages"),
            environments=str(self.data / "envs"),
            home=str(self.data / "home"),
            python=self.identity.python,
            uv=_uv(),
            run_user=self.identity.user,
            setup_environment=setup_environment(self.environ),
            kind=work.kind,
            limits=dict(work.limits),
        )

    def _launch(self, folder: RunFolder) -> _Watched:
        watched = self._watched.get(folder.path)
        count = watched.count + 1 if watched else 1
        interruptions = (folder.read(INTERRUPTED) or {}).get("times", 0)
        if watched and interruptions > watched.interruptions:
            count = 1  # it left for a reason
        if watched and self.clock() - watched.started > STEADY_S:
            count = 1
        process = self.launcher.launch(Path(folder.path))
        watched = self._watched[folder.path] = _Watched(process, self.clock(), count, interruptions)
        return watched

    def _runner_of(self, folder: RunFolder) -> processes.Identity | None:
        """The living runner: the one we started last, or the one that signed in the folder."""
        watched = self._watched.get(folder.path)
        if watched is not None and processes.is_alive(watched.process):
            return watched.process
        return _alive(folder.read(PROCESS))

    def _replace_runner(self, folder: RunFolder) -> bool:
        """A new runner goes on where the dead one was, whether the child lives or has ended.

        False: too many died already; then the child is dead too.
        """
        watched = self._watched.get(folder.path)
        if watched is not None:
            age = self.clock() - watched.started
            if watched.count >= MOST_RUNNERS and age <= STEADY_S:
                _give_up(folder)
                return False
            if age < 2.0 ** (watched.count - 2) and watched.count > 1:
                return True  # not yet
        try:
            self._launch(folder)
        except Unavailable:
            pass  # the next look tries again
        return True

    def _hurry(self, folder: RunFolder, runner: processes.Identity) -> None:
        """Enforce a stop that the runner should have enforced long ago."""
        asked = folder.read(STOP)
        now = self.clock()
        if asked is None or now < asked["until"] + LATE_S:
            return
        if _child_of(folder) is None:
            return
        _stop_child(folder, asked, signal.SIGKILL)
        if now > asked["until"] + 2 * LATE_S:
            processes.send(runner.pid, signal.SIGKILL)


def run_folder(data: Path, run_id: UUID) -> Path:
    """Where everything of a run is that is not in the store."""
    return data.absolute() / "runs" / str(run_id)


def setup_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What building environments may need of the server's own variables; scripts never see it."""
    return {
        name: value
        for name, value in environ.items()
        if name.startswith(_PREFIXES) or name.upper() in _NAMES
    }


@cache
def _uv() -> str:
    try:
        return os.fspath(uv.find_uv_bin())
    except FileNotFoundError:
        return shutil.which("uv") or "uv"


def _alive(note: Mapping[str, object] | None) -> processes.Identity | None:
    if note is None or note.get("boot") != processes.boot_id():
        return None
    found = processes.Identity(*note["process"])  # type: ignore[misc]
    return found if processes.is_alive(found) else None


def _stop_child(folder: RunFolder, order: Note, number: signal.Signals) -> None:
    """Do to the child, if it lives, what its runner should have done."""
    child = _child_of(folder)
    # First: whichever runner tells the end must know that the signal was ours.
    folder.write(STOP, order if child is None else {**order, "signalled": True})
    if child is not None:
        processes.send_group(child, number)


def _give_up(folder: RunFolder) -> None:
    """End the child of a run whose runners die. None of them lives, so the verdict is ours to write."""
    child = _child_of(folder)
    if child is not None:
        message = "The run's supervisor died again and again, so the script was ended."
        Verdict(folder).fail(report("engine_error", message))
        processes.send_group(child, signal.SIGKILL)


def _child_of(folder: RunFolder) -> int | None:
    """The living child, which leads its process group."""
    note = folder.read(KEEPER)
    if note is None or note["boot"] != processes.boot_id():
        return None
    child = processes.Identity(*note["child"])
    return child.pid if processes.is_alive(child) else None


def _ended_long_ago(folder: RunFolder) -> bool:
    """Whether the end is on disk, and the runner had time to tell it."""
    name = EXIT if folder.has(EXIT) else VERDICT
    try:
        age = time.time() - Path(folder.file(name)).stat().st_mtime
    except OSError:
        return False
    # A time in the future: the clock was set back since.
    is_late = abs(age) > TOLD_S and ending(folder) is not None
    return is_late and cut_off(folder) is None


def _exit(folder: RunFolder) -> Exit:
    """The end as the folder tells it."""
    end = ending(folder)
    if end is None:
        return _lost("The run's supervisor died, exit code unknown.")
    failure = end["failure"]
    if failure is not None:
        failure = Failure(
            FailureKind(failure["kind"]),
            failure["message"],
            failure["exit_code"],
            failure["signal"],
            failure["excerpt"],
        )
    return Exit(end["exit_code"], end["signal"], failure, end["excerpt"])


def _lost(message: str) -> Exit:
    return Exit(failure=Failure(FailureKind.ENGINE_ERROR, message))
