"""A running server that records what the wire is asked for, with the official SDK in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.acceptance.official import Official, environment, safelight
from tests.acceptance.recorder import CALLS
from tests.live import TOKEN, LiveServer, whole_log

WIRE_PATHS = Path(__file__).parent / "wire_paths.txt"
TEMPLATE_ONLY = "# The official dataset template asks for these as well:"


@dataclass(frozen=True)
class Log:
    """A log as people see it, and the job it belongs to."""

    lines: list[str]
    sections: list[str]
    complete: bool
    job: dict[str, Any]


@dataclass(frozen=True)
class Home:
    server: LiveServer
    official: Official
    calls_file: Path
    database: str

    def safelight(self, *arguments: str | Path) -> Any:
        """Run the command `safelight` on this server; what it printed."""
        return safelight(self.server.url, TOKEN, *arguments)

    def log(self, job_id: str) -> Log:
        """The log of a job's newest run."""
        with self.server.client() as client:
            job = client.get(f"/api/v1/jobs/{job_id}").raise_for_status().json()
            found = whole_log(client, job["run_id"])
        return Log(
            [line["text"] for line in found["lines"]],
            [section["name"] for section in found["sections"]],
            found["complete"],
            job,
        )

    @property
    def calls(self) -> set[str]:
        """The (method, path) pairs of the wire that were asked for so far."""
        return set(self.calls_file.read_text().splitlines())


@contextmanager
def opened(folder: Path, database_url: str, pictures: Path) -> Iterator[Home]:
    """A server on a fresh data folder and this database."""
    calls_file = folder / "calls"
    calls_file.touch()
    server = LiveServer(
        folder / "data",
        program="tests.acceptance.recorder",
        SAFELIGHT_DATABASE_URL=database_url,
        **{CALLS: str(calls_file)},
    )
    server.start()
    try:
        official = Official(environment("picsellia"), server.url, TOKEN, pictures)
        yield Home(server, official, calls_file, database_url)
    finally:
        server.stop()


def committed_paths() -> tuple[set[str], set[str]]:
    """What the list says: all pairs that are served, and those that only the template needs."""
    before, _, after = WIRE_PATHS.read_text().partition(TEMPLATE_ONLY)
    lines = [line for line in before.splitlines() if line and not line.startswith("#")]
    only = {line for line in after.splitlines() if line}
    return {*lines, *only}, only
