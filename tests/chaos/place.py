"""A real Safelight that may be hurt in every way, the jobs it accepted, and what its record then says."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from json import loads
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

import httpx

from safelight.store.db import Database, sqlite_url
from tests.chaos import scripts
from tests.chaos.history import History, problems
from tests.chaos.reading import is_at_rest, read_history
from tests.live import LiveServer
from tests.scripts import add_processing

CHAOS = Path(__file__).parent
PATIENCE_S = 90.0
NONE: Mapping[str, float] = MappingProxyType({})


def put_inside(folder: str) -> dict[str, str]:
    """The variables with which Python imports `sitecustomize.py` of that folder at its start."""
    return {"PYTHONPATH": os.pathsep.join([str(CHAOS / folder), str(CHAOS.parents[1])])}


class Place:
    """One data folder with its server. Every script keeps its output in `witness`."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.witness = folder / "witness"
        self.witness.mkdir()
        self.witness.chmod(0o777)  # where the server is root, scripts may be another user's
        self.live = LiveServer(folder / "data", **environment)
        self.accepted: set[UUID] = set()
        self.runs: dict[UUID, UUID] = {}  # the run of each job that this asked for last
        self._crash = folder / "crash"
        self._processings: dict[str, str] = {}
        self._dataset = self._version = ""

    @property
    def data(self) -> Path:
        return self.live.data

    # --- the server ---

    def start(self) -> None:
        """Start the server, on its port if it had one."""
        self.live.start(self.live.port or None)

    def install(self, points: Iterable[str] = (), constants: Mapping[str, float] = NONE) -> None:
        """From the next start on, processes can be made to die at these points, and numbers of modules
        have these values (see `crash/`).
        """
        for name in ("armed", "dead"):
            (self._crash / name).mkdir(parents=True)
        (self._crash / "points").write_text("\n".join(f"safelight.{each}" for each in points))
        values = (f"safelight.{name}={value}" for name, value in constants.items())
        (self._crash / "constants").write_text("\n".join(values))
        self.live.environment |= {"SAFELIGHT_CRASH": str(self._crash), **put_inside("crash")}

    def set_clock(self, by_s: float) -> None:
        """Set the time of day of all processes, once more by so many seconds."""
        clock = self._crash / "clock"
        before = float(clock.read_text()) if clock.exists() else 0.0
        clock.write_text(str(before + by_s))

    def arm(self, point: str) -> None:
        """Let the next process die that reaches this point."""
        (self._crash / "armed" / f"safelight.{point}").touch()

    def dead(self, point: str) -> int | None:
        """Who died there."""
        try:
            return int((self._crash / "dead" / f"safelight.{point}").read_text() or 0) or None
        except FileNotFoundError:
            return None

    @property
    def is_up(self) -> bool:
        return self.live.process is not None and self.live.process.poll() is None

    def close(self) -> None:
        """End the server, and whatever a failed test left running."""
        if self.is_up:
            self.live.stop()
        for run_id in self.data.glob("runs/*"):
            for name in ("process", "keeper", "child"):
                self.signal(UUID(run_id.name), name, signal.SIGKILL)

    # --- jobs ---

    def prepare(self, client: httpx.Client) -> None:
        """A version to run on, and the scripts; a first run builds the shared environment."""
        dataset = client.post("/api/v1/datasets", json={"name": "apples"}).raise_for_status().json()
        self._dataset = dataset["id"]
        self._version = self.add_version("v1")
        for name, body, numbers in (
            ("brief", scripts.STEADY, {"lines": 20, "pause": 0.0, "width": 97}),
            ("steady", scripts.STEADY, {"lines": 60, "pause": 0.02, "width": 97}),
            ("paced", scripts.STEADY, {"lines": 80, "pause": 0.05, "width": 97}),
            ("slow", scripts.STEADY, {"lines": 200, "pause": 0.05, "width": 97}),
            # Long lines, more than a page of a file in a second: they meet a full disk.
            ("wide", scripts.STEADY, {"lines": 200, "pause": 0.05, "width": 4001}),
            ("flood", scripts.FLOOD, {"lines": 200_000}),
            ("stubborn", scripts.STUBBORN, {}),
            ("failing", scripts.FAILING, {"lines": 20}),
        ):
            self.teach(client, name, body, **numbers)
        self.until(self.launch("brief"), "SUCCEEDED")

    def teach(self, client: httpx.Client, name: str, body: str, **given: float | str) -> None:
        """Add a script under this name."""
        text = scripts.script(body, self.witness, **given)
        self._processings[name] = add_processing(client, name, text)["id"]

    def add_version(self, name: str) -> str:
        """A new, empty version of the one dataset; the one that was made if only the answer was lost."""
        path = f"/api/v1/datasets/{self._dataset}"
        answer = self.ask("POST", f"{path}/versions", {"name": name})
        if answer.status_code == httpx.codes.CONFLICT:
            versions = self.ask("GET", path).raise_for_status().json()["versions"]
            return str(next(version["id"] for version in versions if version["name"] == name))
        return str(answer.raise_for_status().json()["id"])

    def launch(self, name: str, **more: Any) -> UUID:
        """Launch a script; while the server is away the same launch is asked for again."""
        path = f"/api/v1/processings/{self._processings[name]}/launch"
        return self._launch(path, json={"target_id": self._version, **more})

    def launch_import(self, version_id: str, content: bytes) -> UUID:
        """Import a COCO file into a version, in place of what is there."""
        return self._launch(
            f"/api/v1/versions/{version_id}/import",
            data={"format": "coco", "mode": "replace"},
            files={"file": ("annotations.json", content, "application/json")},
        )

    def launch_fork(self, version_id: str, name: str) -> UUID:
        return self._launch(f"/api/v1/versions/{version_id}/fork", json={"name": name})

    def _launch(self, path: str, **body: Any) -> UUID:
        headers = {"Idempotency-Key": str(uuid4())}
        answer = self.ask("POST", path, headers=headers, **body)
        job = answer.raise_for_status().json()
        job_id = UUID(job["id"])
        self.accepted.add(job_id)
        self.runs[job_id] = UUID(job["run_id"])
        return job_id

    def run_again(self, job_id: UUID) -> UUID:
        """Add a run to a job that has ended."""
        run = self.ask("POST", f"/api/v1/jobs/{job_id}/rerun", {}).raise_for_status().json()
        self.runs[job_id] = UUID(run["id"])
        return self.runs[job_id]

    def stop(self, job_id: UUID, grace_s: float = 1.0) -> None:
        self.ask("POST", f"/api/v1/runs/{self.runs[job_id]}/stop", {"grace_s": grace_s})

    def ask(self, method: str, path: str, json: Any = None, **more: Any) -> httpx.Response:
        """One request, asked again while nobody answers it or answers that it cannot just now."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                with self.live.client() as client:
                    answer = client.request(method, path, json=json, **more)
                if answer.status_code < 500:
                    return answer
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline, f"nobody answers {method} {path}"
            time.sleep(0.05)

    def job(self, job_id: UUID) -> Any:
        return self.ask("GET", f"/api/v1/jobs/{job_id}").raise_for_status().json()

    def until(self, job_id: UUID, *statuses: str, timeout_s: float = PATIENCE_S) -> Any:
        """The job once it has one of these statuses."""
        job: Any = None

        def there() -> bool:
            nonlocal job
            job = self.job(job_id)
            return job["status"] in statuses

        try:
            wait_until(there, f"job {job_id} to be one of {statuses}", timeout_s)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{job}\n{self._traces(job_id)}") from error
        return job

    def _traces(self, job_id: UUID) -> str:
        """What a run and the server left behind, for whoever has to find out."""
        folder = self.data / "runs" / str(self.runs[job_id])
        notes = [*folder.glob("*.json"), folder / "runner.log", self.live.output]
        found = [(path, path.read_text()) for path in notes if path.exists()]
        return "\n".join(
            f"--- {path.name}\n{text[-2000:]}" for path, text in found if path.name != "runner.json"
        )

    def wait_for_output(self, job_id: UUID, size: int = 1) -> None:
        """Until the script has written so much."""
        kept = self.witness / f"{self.runs[job_id]}.stdout"
        wait_until(lambda: kept.exists() and kept.stat().st_size >= size, f"output of {job_id}")

    # --- processes ---

    def process(self, run_id: UUID, name: str) -> int | None:
        """The number of a run's `process` (its runner), `keeper` or `child`, if it lives."""
        note = "process.json" if name == "process" else "keeper.json"
        try:
            found = loads((self.data / "runs" / str(run_id) / note).read_text())[name]
            stat = Path(f"/proc/{found[0]}/stat").read_text().rpartition(")")[2].split()
        except (OSError, ValueError, KeyError):
            return None
        return int(found[0]) if int(stat[19]) == found[1] and stat[0] != "Z" else None

    def signal(self, run_id: UUID, name: str, number: signal.Signals) -> bool:
        """Signal a process of a run; whether there was one."""
        pid = self.process(run_id, name)
        try:
            if pid is not None:
                os.kill(pid, number)
        except ProcessLookupError:
            return False
        return pid is not None

    # --- the judgement ---

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The database itself, read past the server."""
        url = self.live.environment.get("SAFELIGHT_DATABASE_URL")
        db = Database(url or sqlite_url(self.data / "safelight.db"))
        try:
            yield db
        finally:
            db.close()

    def rest(self, timeout_s: float = PATIENCE_S) -> None:
        """Wait until every run has ended and every log is whole."""
        for job_id in self.accepted:
            self.until(job_id, "SUCCEEDED", "FAILED", "KILLED", timeout_s=timeout_s)
        with self.database() as db:
            wait_until(lambda: is_at_rest(db), "all logs to be whole", timeout_s)

    def judge(self, followed: tuple[int, ...] = ()) -> None:
        """AssertionError if the record breaks a law."""
        assert problems(self.history(followed)) == []

    def history(self, followed: tuple[int, ...] = ()) -> History:
        """The record as it stands."""
        with self.database() as db:
            return read_history(
                db,
                self.data,
                accepted=frozenset(self.accepted),
                witness=self.witness,
                followed=followed,
            )


@contextmanager
def ready(place: Place) -> Iterator[Place]:
    """Its server runs and its scripts are known; all of it is gone afterwards."""
    try:
        place.start()
        with place.live.client() as client:
            place.prepare(client)
        yield place
    finally:
        place.close()


def wait_until(happened: Callable[[], bool], what: str, timeout_s: float = PATIENCE_S) -> None:
    """AssertionError saying what did not happen in time."""
    deadline = time.monotonic() + timeout_s
    while not happened():
        assert time.monotonic() < deadline, f"waited {timeout_s:.0f} s for {what}"
        time.sleep(0.03)
