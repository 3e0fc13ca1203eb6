"""Who runs the scripts, and with which interpreter: another user than root where that is possible."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from safelight.config import Settings

_OLDEST = (3, 11)
_TRIES, _PAUSE_S = 10, 0.2  # of creating the user
# Reaches the data folder and says which Python it is: both must work for the user of the runs.
_PROBE = "import os, sys; os.chdir(sys.argv[1]); print('%d %d' % sys.version_info[:2])"


@dataclass(frozen=True, slots=True)
class Identity:
    """`user` None: scripts run as the server's own user. `sentence` says it to the administrator."""

    user: str | None
    python: str
    sentence: str


def run_identity(settings: Settings) -> Identity:
    """Decide who runs the scripts. May create the system user of the settings when we are root."""
    if os.geteuid() != 0:
        name = pwd.getpwuid(os.geteuid()).pw_name
        return Identity(None, own_python(settings), f"Scripts run as this user, {name}.")
    if not settings.run_user:
        return _as_root(settings, "no other user is set")
    trouble = _ensure_user(settings.run_user)
    if trouble:
        return _as_root(settings, trouble)
    reachable, trouble = _can_reach(settings.run_user, settings.data.absolute())
    if not reachable:
        return _as_root(settings, trouble)
    for python in _candidates(settings):
        if _version(python, settings.run_user, settings.data.absolute()) >= _OLDEST:
            sentence = f"Scripts run as the user {settings.run_user}."
            return Identity(settings.run_user, python, sentence)
    oldest = ".".join(str(part) for part in _OLDEST)
    return _as_root(
        settings, f"{settings.run_user} can execute no Python {oldest} (set SAFELIGHT_RUN_PYTHON)"
    )


def own_python(settings: Settings) -> str:
    """The interpreter that environments are made of where any will do."""
    base: str = getattr(sys, "_base_executable", sys.executable)
    return settings.run_python or os.path.realpath(base)


def _as_root(settings: Settings, reason: str) -> Identity:
    return Identity(None, own_python(settings), f"Scripts run as root: {reason}.")


def _ensure_user(name: str) -> str:
    """Empty when the user exists (now); else why not."""
    if _exists(name):
        return ""
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        return f"the user {name} does not exist and there is no useradd to create it"
    command = [program, "--system", "--user-group", "--no-create-home"]
    command += ["--shell", "/usr/sbin/nologin", name]
    for _ in range(_TRIES):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        # Another server may be creating it: useradd holds a lock, and says so instead of waiting.
        if done.returncode == 0 or _exists(name):
            return ""
        time.sleep(_PAUSE_S)
    return f"the user {name} cannot be created ({done.stderr.strip()})"


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _can_reach(user: str, data: Path) -> tuple[bool, str]:
    """Whether another user may pass through all folders above the data folder."""
    found = pwd.getpwnam(user)
    for folder in data.parents:
        state = folder.stat()
        bit = 0o001
        if state.st_uid == found.pw_uid:
            bit = 0o100
        elif state.st_gid in os.getgrouplist(user, found.pw_gid):
            bit = 0o010
        if not state.st_mode & bit:
            return False, f"the user {user} cannot reach the data folder through {folder}"
    return True, ""


def _candidates(settings: Settings) -> list[str]:
    if settings.run_python:
        return [settings.run_python]
    newest_first = [f"/usr/bin/python3.{minor}" for minor in range(14, 10, -1)]
    return [own_python(settings), "/usr/bin/python3", "/usr/local/bin/python3", *newest_first]


def _version(python: str, user: str, data: Path) -> tuple[int, ...]:
    """Of that interpreter, really executed as that user in the data folder; () if it cannot be."""
    found = pwd.getpwnam(user)
    try:
        done = subprocess.run(
            [python, "-I", "-c", _PROBE, str(data)],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
            cwd="/",
            env={},
            user=found.pw_uid,
            group=found.pw_gid,
            extra_groups=[],
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(int(part) for part in done.stdout.split()) if done.returncode == 0 else ()
