"""What a server holds on its machine: the data folder, its lock, its port, its address for runners."""

from __future__ import annotations

import errno
import fcntl
import ipaddress
import json
import os
import socket
from pathlib import Path
from typing import IO, Any

import structlog

from safelight.config import Settings
from safelight.errors import Conflict, Invalid

LOOPBACK = ("127.0.0.1", "::1")
PORTS_TRIED = 100
PRIVATE_FOLDERS = ("objects", "logs", "thumbnails")


def make_folder(settings: Settings) -> None:
    """The data folder, for this user only. The local engine lets the user of the runs pass through
    it (0711) to their work; what lies beside their work is closed to them one by one.
    """
    data = settings.data
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in PRIVATE_FOLDERS:
            (data / name).mkdir(mode=0o700, exist_ok=True)
        if not settings.database_url:
            # SQLite gives its journal files the mode of the database.
            os.close(os.open(data / "safelight.db", os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        where = data.absolute()
        raise Invalid(f"The data folder {where} cannot be used: {error.strerror}.") from error


class _PatientLogger(structlog.PrintLogger):
    """Loses a line where its file takes none, as on a full disk: who only wanted to say that something
    went wrong, as the scheduler's thread, must not end by that.
    """

    def msg(self, message: str) -> None:
        try:
            super().msg(message)
        except OSError:
            pass

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg


def prepare_log() -> None:
    """Let the server's log be one that nobody can fail at."""

    def make(*_: Any) -> _PatientLogger:
        return _PatientLogger()

    structlog.configure(logger_factory=make)


def lock_folder(data: Path) -> IO[str]:
    """Hold the data folder until the returned file is closed or this process ends.

    Raises Conflict naming the folder and the process that holds it. The lock is the kernel's
    (POSIX), so a crash leaves nothing behind; closing any other descriptor of the file would drop
    it, so nothing else opens it.
    """
    file = (data / "lock").open("a+")
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EAGAIN):
            raise
        file.seek(0)
        holder = file.read().strip()
        file.close()
        who = f"process {holder}" if holder else "another process"
        raise Conflict(
            f"Another Safelight ({who}) is using the data folder {data.absolute()}. "
            "Stop it first, or name another folder with --data.",
            folder=str(data.absolute()),
        ) from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def listen(host: str, port: int, *, any_port: bool = False) -> list[socket.socket]:
    """Sockets on this port: of both loopback addresses for the default host, else of `host`.

    `any_port`: the next free port if it is taken. Port 0 is any that is free. Raises Invalid saying
    that the port is taken.
    """
    any_port = any_port or port == 0  # the kernel looks at one of the two addresses only
    for attempt in range(PORTS_TRIED):
        try:
            return _bind(host, port + attempt if port else 0)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Invalid(f"Cannot listen on {host} port {port}: {error.strerror}.") from error
            if not any_port:
                break
    raise Invalid(
        f"Port {port} is taken by another program. Choose another one with --port.", port=port
    )


def _bind(host: str, port: int) -> list[socket.socket]:
    if host not in ("localhost", *LOOPBACK):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return [_socket(family, host, port)]
    first = _socket(socket.AF_INET, LOOPBACK[0], port)
    try:
        second = _socket(socket.AF_INET6, LOOPBACK[1], first.getsockname()[1])
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            return [first]  # a machine without IPv6
        first.close()
        raise
    return [first, second]


def _socket(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    # Named as TCP: asyncio turns Nagle's delay (40 ms per answer) off only where it can see that.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # Without this a restart would wait for the old connections to fade (TIME_WAIT).
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(host == "::1"))
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    listening.set_inheritable(False)
    return listening


def address(settings: Settings, host: str = "") -> str:
    """Where this server answers: for runners on this machine by number, for people by name."""
    shown = host or settings.host
    if shown in ("0.0.0.0", "::", "", "localhost"):
        shown = host or LOOPBACK[0]
    try:
        bracketed = f"[{shown}]" if ipaddress.ip_address(shown).version == 6 else shown
    except ValueError:
        bracketed = shown
    return f"http://{bracketed}:{settings.port}"


def people_address(settings: Settings) -> str:
    """The address to print: what the user set, else localhost where that is right."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    loopback = settings.host in ("0.0.0.0", "::", "", "localhost", *LOOPBACK)
    return address(settings, "localhost" if loopback else "")


def announce(data: Path, url: str, page: str) -> None:
    """Write server.json, from which runners of this machine learn the address, also after a restart
    on another port, and the command line the one for people. Replaced in one step: a reader sees
    the old or the new one.
    """
    fresh = data / f".server.json.{os.getpid()}"
    fresh.write_text(json.dumps({"url": url, "page": page, "pid": os.getpid()}))
    fresh.chmod(0o644)
    fresh.replace(data / "server.json")
