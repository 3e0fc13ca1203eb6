"""Everything between a run's spec and the order to start its child: work folder, package, environment."""

from __future__ import annotations

import os
import pwd
import time
from typing import Any, Dict, List, Optional, Tuple

from . import package
from .backoff import Backoff
from .environment import Environment, Environments, Wanted
from .failure import SetupFailed, Stopped, duration_text
from .folder import STOP, Config, Note, RunFolder
from .orders import Orders
from .processors import Processors, threads
from .server import Away, Refused, Server
from .setup_log import SetupLog


class Setup:
    def __init__(self, folder: RunFolder, config: Config, spec: Note, orders: Orders) -> None:
        self._folder = folder
        self._config = config
        self._spec = spec
        self._orders = orders
        self._server = Server(config.server_file, config.token)
        self._started = time.monotonic()
        self._processors = Processors()

    def internal(self) -> Note:
        """The order for an internal operation: it needs nothing but a place."""
        os.makedirs(self._folder.work, exist_ok=True)
        self._checkpoint()
        return self._order([], {}, None)

    def process(self) -> Tuple[Note, Note]:
        """The order for a script, and the snapshot of what it was started with.

        Raises SetupFailed or Stopped.
        """
        with SetupLog(self._folder) as log:
            try:
                return self._process(log)
            except SetupFailed as failed:
                log.line(failed.message)
                raise
            finally:
                self._server.close()

    def _process(self, log: SetupLog) -> Tuple[Note, Note]:
        user = _user(self._spec.get("run_user") or self._config.run_user)
        for path in (self._folder.work, self._folder.tmp):
            os.makedirs(path, exist_ok=True)
        self._checkpoint()
        self._unpack(log)
        entry = self._entry()
        environments = Environments(self._config, log, self._fetch, self._checkpoint)
        environment = environments.get(self._wanted())
        if user:
            for path in (self._folder.work, self._folder.tmp):
                _give(path, user)
        self._checkpoint()
        log.line(f"Starting {self._spec['entry']}.")
        order = self._order([environment.python, entry], self._environment(environment, user), user)
        return order, _snapshot(environment)

    def _unpack(self, log: SetupLog) -> None:
        wanted = self._spec.get("package")
        if wanted:
            archive = package.fetch(wanted, self._config.packages, self._fetch)
            names = package.unpack(archive, self._folder.work)
            log.line(f"Package {wanted['hash'][:12]}: {len(names)} files.")

    def _entry(self) -> str:
        entry = str(self._spec.get("entry") or "")
        path = os.path.normpath(os.path.join(self._folder.work, entry))
        if not path.startswith(self._folder.work + os.sep) or not os.path.isfile(path):
            raise SetupFailed(f"The script {entry or '(no name given)'} is not in the package.")
        return path

    def _wanted(self) -> Wanted:
        name, pinned = self._spec.get("requirements"), self._spec.get("pinned")
        path = os.path.join(self._folder.work, name) if name else None
        if path is not None and pinned is None and not os.path.isfile(path):
            raise SetupFailed(f"The requirements file {name} is not in the package.")
        hash = (self._spec.get("package") or {}).get("hash", "")
        return Wanted(path, pinned, self._spec.get("sdk"), hash)

    def _environment(
        self, environment: Environment, user: Optional[Dict[str, Any]]
    ) -> Dict[str, str]:
        """The child's: what the spec says and what every program needs; nothing is inherited."""
        base = {
            "PATH": f"{environment.bin}:/usr/local/bin:/usr/bin:/bin",
            "HOME": self._config.home,
            "LANG": "C.UTF-8",
            "TMPDIR": self._folder.tmp,
            "VIRTUAL_ENV": os.path.dirname(environment.bin),
        }
        if user:
            base["USER"] = base["LOGNAME"] = user["name"]
        return {**base, **self._spec["environment"]}

    def _order(
        self, argv: List[str], environment: Dict[str, str], user: Optional[Dict[str, Any]]
    ) -> Note:
        limits = self._spec.get("limits") or {}
        cpus, nice = self._processors.choose(limits.get("cpu"), self._config.run_id)
        return {
            "kind": self._spec["kind"],
            "argv": argv,
            "environment": {**threads(cpus), **environment},
            "folder": self._folder.path,
            "cwd": self._folder.work,
            "user": user,
            "cpus": cpus,
            "nice": nice,
            "limits": limits,
        }

    def _fetch(self, path: str, target: str) -> None:
        """Download, waiting for the server as long as it takes."""
        backoff = Backoff()
        while True:
            try:
                self._server.fetch(path, target)
                return
            except Away:
                self._checkpoint()
                time.sleep(backoff.next())
            except Refused as refusal:
                reason = str(refusal).rstrip(".")
                raise SetupFailed(f"{path} could not be fetched: {reason}.") from refusal

    def _checkpoint(self) -> None:
        """Called wherever set-up may take long."""
        asked = self._folder.read(STOP)
        if asked is not None:
            self._orders.ask(asked["grace_s"])
        if self._orders.stop is not None:
            raise Stopped
        limit = (self._spec.get("limits") or {}).get("timeout_s")
        if limit is not None and time.monotonic() - self._started > limit:
            text = duration_text(limit)
            raise SetupFailed(f"Setting up took longer than the limit of {text}.", kind="timeout")


def _user(name: Optional[str]) -> Optional[Dict[str, Any]]:
    """Whom the child becomes; None: it stays what we are. Only root can become another."""
    if not name or os.geteuid() != 0:
        return None
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        raise SetupFailed(f"The user {name}, whom scripts run as, does not exist.") from None
    groups = os.getgrouplist(name, found.pw_gid)
    return {"name": name, "uid": found.pw_uid, "gid": found.pw_gid, "groups": groups}


def _give(path: str, user: Dict[str, Any]) -> None:
    """Make a folder, all of it still ours, the user's own."""
    for parent, folders, names in os.walk(path):
        for name in (*folders, *names):
            os.chown(os.path.join(parent, name), user["uid"], user["gid"], follow_symlinks=False)
    os.chown(path, user["uid"], user["gid"])
    os.chmod(path, 0o700)


def _snapshot(environment: Environment) -> Note:
    return {
        "python": environment.version,
        "packages": environment.packages,
        "environment_hash": environment.hash,
    }
