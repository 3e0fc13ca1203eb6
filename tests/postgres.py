"""A throw-away PostgreSQL server for the tests, run as a user of its own when the tests are root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

# A database is 700 small files: a copy in memory takes a tenth of the processor time of one on the disk.
MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 2 << 30
_HASTY = "-c synchronous_commit=off -c full_page_writes=off -c max_wal_size=96MB"

MISSING = (
    "PostgreSQL is not installed. Run `make test-system` or: "
    "apt-get install -y --no-install-recommends postgresql"
)

RUNUSER = shutil.which("runuser") or "/usr/sbin/runuser"  # not on everybody's PATH


class PostgresServer:
    """One cluster in a temporary folder; databases are copied from a migrated template.

    `is_durable`: what was committed is there after `halt`, too. What is measured stands on the disk so;
    other clusters are in memory where there is room.
    """

    def __init__(self, *, is_durable: bool = False) -> None:
        self.bin = _binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="safelight-pg-", dir=_place(is_durable)))
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._run(
            "initdb", "-D", f"{self.folder}/d", "-U", "safelight", "--auth=trust", "-E", "UTF8",
            "--no-locale", "--no-sync",
        )  # fmt: skip
        self._options = (
            # Reached by a socket in its folder: no port that somebody else could take first.
            f"-k {self.folder} -c listen_addresses= -c fsync=off -c max_connections=300 "
            + ("" if is_durable else _HASTY)
        )
        self.resume()

    def resume(self) -> None:
        """Start the cluster; its databases are as they were."""
        self._run(
            "pg_ctl", "-w", "-D", f"{self.folder}/d", "-o", self._options,
            "-l", f"{self.folder}/log", "start",
        )  # fmt: skip

    def halt(self) -> None:
        """Stop the cluster as a crash would."""
        self._run("pg_ctl", "-m", "immediate", "-D", f"{self.folder}/d", "stop")

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://safelight@/{database}?host={self.folder}"

    def create(self, name: str, template: str = "template1") -> None:
        """A new database, as a copy of `template`."""
        with self._connected() as connection:
            # The usual way of version 15 writes all of it twice.
            how = "STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else ""
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {how}'.encode())

    def drop(self, name: str) -> None:
        """Remove it, whoever is still connected: it would be written to the disk."""
        with self._connected() as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())

    def _connected(self) -> psycopg.Connection:
        address = f"host={self.folder} user=safelight dbname=postgres"
        return psycopg.connect(address, autocommit=True)

    def stop(self) -> None:
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.bin / program), *arguments]
        if os.geteuid() == 0:
            command = [RUNUSER, "-u", self.user, "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/tmp")


def _place(is_durable: bool) -> str:
    """A folder with a short path, as sockets need it."""
    has_room = not is_durable and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES
    return str(MEMORY) if has_room else "/tmp"


def _binaries() -> Path:
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    if found is None:
        raise RuntimeError(MISSING)
    return Path(found).resolve().parent
