"""Python environments for scripts: one per hash of what it holds, built by uv, shared by all its runs.

Builders of several runs may meet here: a file lock lets one of them build, `ready.json` at the end
says that it is whole. An environment is never changed afterwards.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import time
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterator, List, Optional

from .failure import FULL_WORDS, SetupFailed
from .folder import Config
from .package import Fetch
from .setup_log import SetupLog

_READY = "ready.json"
_FORM = "1"  # raise it when environments are built differently
# Requirements that name files of the package: then the package belongs to the environment's hash.
_LOCAL = re.compile(r"^\s*(-r|-c|-e|--\w|\.|file:|[^#]*@\s*file:)|^\s*\[tool\.uv", re.MULTILINE)

_ANY_CASE = re.IGNORECASE

Checkpoint = Callable[[], None]  # raises Stopped when the run is to end


@dataclass(frozen=True)
class Wanted:
    """What a run wants of its environment."""

    requirements: Optional[str]  # path of the file
    pinned: Optional[List[str]]  # exact packages of an earlier run; wins over the file
    sdk: Optional[Dict[str, str]]
    package: str  # hash, or ""

    @property
    def is_bare(self) -> bool:
        return self.requirements is None and self.pinned is None


@dataclass(frozen=True)
class Environment:
    hash: str
    python: str  # path of the interpreter
    version: str
    packages: List[str]  # as resolved, "name==version"

    @property
    def bin(self) -> str:
        return os.path.dirname(self.python)


class Environments:
    def __init__(
        self, config: Config, log: SetupLog, download: Fetch, checkpoint: Checkpoint
    ) -> None:
        self._config = config
        self._log = log
        self._download = download
        self._checkpoint = checkpoint

    def get(self, wanted: Wanted) -> Environment:
        """The environment, built now if it is the first of its kind. Raises SetupFailed, Stopped."""
        key = _key(wanted, self._config.python)
        folder = os.path.join(self._config.environments, key)
        found = _read(folder, key)
        if found is None:
            with self._alone(folder):
                found = _read(folder, key) or self._build(folder, key, wanted)
        else:
            self._log.line(f"Environment {key} is ready (Python {found.version}).")
        return found

    @contextmanager
    def _alone(self, folder: str) -> Iterator[None]:
        """Others who want the same environment wait here; the lock ends with its holder."""
        os.makedirs(self._config.environments, exist_ok=True)
        with open(f"{folder}.lock", "w") as file:
            told = False
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if not told:
                        self._log.line("Another run is building the same environment; waiting.")
                        told = True
                    self._checkpoint()
                    time.sleep(0.1)
            yield

    def _build(self, folder: str, key: str, wanted: Wanted) -> Environment:
        shutil.rmtree(folder, ignore_errors=True)  # of a builder that died
        python = os.path.join(folder, "bin", "python")
        before = os.umask(0o022)  # the user that scripts run as must read it
        try:
            self._uv("venv", "--quiet", "--python", self._config.python, folder)
            if wanted.pinned is not None:
                self._install_pinned(folder, python, wanted.pinned)
            elif wanted.requirements is not None:
                self._install_file(python, wanted.requirements)
            if wanted.sdk is not None:
                self._uv("pip", "install", "--python", python, self._wheel(wanted.sdk))
            version = self._ask(python, "-c", "import sys; print(sys.version.split()[0])")
            packages = self._freeze(python)
            temporary = os.path.join(folder, f".{_READY}")
            with open(temporary, "w") as file:
                json.dump({"version": version, "packages": packages}, file)
            os.replace(temporary, os.path.join(folder, _READY))
        finally:
            os.umask(before)
        return Environment(key, python, version, packages)

    def _install_file(self, python: str, path: str) -> None:
        name = os.path.basename(path)
        self._log.line(f"Installing what {name} asks for.")
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
        self._uv("pip", "install", "--python", python, "-r", path, asked=text, at=path)

    def _install_pinned(self, folder: str, python: str, lines: List[str]) -> None:
        self._log.line("Installing exactly the packages of the earlier run.")
        text = "\n".join(lines) + "\n"
        path = os.path.join(folder, "pinned.txt")
        with open(path, "w") as file:
            file.write(text)
        self._uv("pip", "install", "--python", python, "--no-deps", "-r", path, asked=text)

    def _wheel(self, sdk: Dict[str, str]) -> str:
        """Safelight's client as a file that installers accept: its name is part of the format."""
        key = hashlib.sha256(json.dumps(sdk, sort_keys=True).encode()).hexdigest()[:16]
        cache = os.path.join(self._config.environments, "sdk", key)
        os.makedirs(cache, exist_ok=True)
        ready = [name for name in os.listdir(cache) if name.endswith(".whl")]
        if ready:
            return os.path.join(cache, ready[0])
        path = os.path.join(cache, f"download.{os.getpid()}")
        self._download(sdk["url"], path)
        target = os.path.join(cache, _wheel_name(path))
        os.replace(path, target)
        return target

    def _freeze(self, python: str) -> List[str]:
        """What is installed, without our own client, which every environment gets anyway."""
        lines = self._ask(self._config.uv, "pip", "freeze", "--quiet", "--python", python)
        return [line for line in lines.splitlines() if not line.startswith("safelight")]

    def _uv(self, *arguments: str, asked: str = "", at: str = "") -> None:
        """Run uv, its output into the log. Raises SetupFailed with uv's own reason."""
        self._log.line("$ uv " + " ".join(arguments))
        offset = self._log.size
        process = subprocess.Popen(
            [self._config.uv, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=self._log.descriptor,
            stderr=self._log.descriptor,
            env=self._environment(),
            cwd=os.path.dirname(at) or None,  # relative paths in a file are relative to it
            start_new_session=True,
        )
        try:
            while True:
                try:
                    code = process.wait(0.2)
                    break
                except subprocess.TimeoutExpired:
                    self._checkpoint()
        finally:
            if process.returncode is None:
                os.killpg(process.pid, 9)
                process.wait()
        if code:
            output = self._log.since(offset)
            kind = "disk_full" if any(w in output for w in FULL_WORDS) else "setup_error"
            excerpt = "\n".join(output.rstrip().split("\n")[-20:])
            raise SetupFailed(explain(output, asked, os.path.basename(at)), excerpt, kind)

    def _ask(self, *command: str) -> str:
        """A quick command's output."""
        done = subprocess.run(
            command, env=self._environment(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SetupFailed(
                f"The environment does not work: {_last(done.stderr)}.", done.stderr[-2000:]
            )
        return done.stdout.strip()

    def _environment(self) -> Dict[str, str]:
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": self._config.home,
            "LANG": "C.UTF-8",
            "NO_COLOR": "1",
            "UV_NO_PROGRESS": "1",
            "UV_PYTHON_DOWNLOADS": "never",
            **self._config.setup_environment,
        }


def explain(output: str, asked: str = "", where: str = "") -> str:
    """One sentence from what uv printed: which requirement, and its last word on why."""
    reason = _last(output)
    requirement = _blamed(reason, asked) or _blamed(output, asked)
    if requirement:
        return f"{requirement} could not be installed: {reason}."
    if where:
        return f"What {where} asks for could not be installed: {reason}."
    return f"The environment could not be built: {reason}."


def _blamed(text: str, asked: str) -> str:
    """The first requirement that the text speaks of; empty if none."""
    for line in asked.splitlines():
        requirement = line.split("#")[0].strip().strip("\",'")
        name = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", requirement)
        if name and re.search(rf"(?<![\w-]){re.escape(name[0])}(?![\w-])", text, _ANY_CASE):
            return requirement
    return ""


def _last(output: str) -> str:
    """The innermost reason in an error of uv, without its marks and full stop."""
    lines = [line.strip(" ╰─▶│├×") for line in output.splitlines()]
    lines = [line for line in lines if line and not line.startswith(("hint:", "help:"))]
    telling = [
        line for line in lines if re.match(r"(error|cause|caused by):|Because ", line, _ANY_CASE)
    ]
    line = (telling or lines or ["no reason was given"])[-1]
    line = re.sub(r"^(error|cause|caused by):\s*", "", line, flags=_ANY_CASE)
    line = re.sub(r"^Because (.*?), we can conclude that .*$", r"\1", line)
    return line.rstrip(".")[:300]


def _key(wanted: Wanted, python: str) -> str:
    parts: List[Any] = [_FORM, python, os.stat(python).st_mtime_ns, wanted.sdk, wanted.pinned]
    if wanted.pinned is None and wanted.requirements is not None:
        with open(wanted.requirements, encoding="utf-8", errors="replace") as file:
            text = file.read()
        parts += [os.path.basename(wanted.requirements), text]
        if _LOCAL.search(text):
            parts.append(wanted.package)
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
    return f"bare-{digest}" if wanted.is_bare else digest


def _read(folder: str, key: str) -> Optional[Environment]:
    try:
        with open(os.path.join(folder, _READY), "rb") as file:
            ready = json.loads(file.read())
    except (OSError, ValueError):
        return None
    python = os.path.join(folder, "bin", "python")
    return Environment(key, python, ready["version"], ready["packages"])


def _wheel_name(path: str) -> str:
    try:
        with zipfile.ZipFile(path) as wheel:
            names = {name.split("/")[0] for name in wheel.namelist()}
    except (OSError, zipfile.BadZipFile) as error:
        raise SetupFailed(f"Safelight's own client cannot be read: {error}.") from error
    for name in names:
        if name.endswith(".dist-info"):
            return f"{name[: -len('.dist-info')]}-py3-none-any.whl"
    raise SetupFailed("Safelight's own client is not a wheel.")
