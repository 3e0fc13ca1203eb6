"""Users who launch and stop whatever they like, and a fate that hurts processes at any moment.

What each does follows from the seed; when it happens to whom does not, as nobody orders the kernel.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from random import Random
from threading import Thread
from uuid import UUID

from safelight.runner import processes
from tests.chaos.coco import coco
from tests.chaos.place import Place

PICTURES, SHAPES = 200, 600
FILE = coco(pictures=PICTURES, shapes=SHAPES, label="apple")
# An engine gives a run up whose runner dies five times in a row; these tests are not about that.
MOST_DEATHS_OF_RUNNERS = 3
RETRY = {"kinds": ["script_error"], "times": 1, "backoff_s": 0.2}


@dataclass
class Launched:
    """A job. `ends`: how, if nobody disturbs it. `fills`: the version that it is to fill."""

    job_id: UUID
    ends: str
    runs: int = 1
    fills: str = ""
    stopped: bool = False


class Storm:
    def __init__(self, place: Place, seed: int) -> None:
        self.place = place
        self.jobs: list[Launched] = []
        self.story: list[str] = []
        self._users, self._fate = Random(seed), Random(seed + 1)
        self._began = time.monotonic()
        self._deaths: Counter[UUID] = Counter()
        self._hurt: set[str] = set()  # runs whose script or keeper was killed: they end in any way
        self._versions = 0
        self._full = self._filled()

    def rage(self, *, jobs: int, seconds: float) -> None:
        """Launch so many jobs and hurt what is there for so long, at the same time."""
        trouble: list[BaseException] = []

        def use() -> None:
            try:
                for _ in range(jobs):
                    time.sleep(self._users.uniform(0, seconds / jobs))
                    self._use()
            except BaseException as error:
                trouble.append(error)

        users = Thread(target=use)
        users.start()
        until = time.monotonic() + seconds
        while time.monotonic() < until or users.is_alive():
            time.sleep(self._fate.uniform(0.05, 0.4))
            self._fate.choice(self._blows)()
            if not self.place.is_up:
                self.place.start()
        users.join()
        if trouble:
            raise trouble[0]

    def broken(self) -> Iterator[str]:
        """Of each job what did not end as it should; to be asked at rest."""
        for launched in self.jobs:
            job = self.place.job(launched.job_id)
            said = f"{job['name']} {job['id']} is {job['status']} after {job['runs']} runs"
            if not self._hurt.intersection(run["id"] for run in job["job_runs"]):
                allowed = {(launched.ends, launched.runs)}
                if launched.stopped:
                    # A stop ends the chain of tries, also where the run came to its own end first.
                    tries = range(1, launched.runs + 1)
                    allowed = {(end, n) for end in ("KILLED", launched.ends) for n in tries}
                if (job["status"], job["runs"]) not in allowed:
                    yield f"{said}, not {sorted(allowed)}: {job['failure']}"
            if launched.fills:
                there = self._content(launched.fills)
                whole = (PICTURES, SHAPES) if job["status"] == "SUCCEEDED" else (0, 0)
                if there != whole:
                    yield f"{said} and has left {there} in the version"

    def _content(self, version_id: str) -> tuple[int, int]:
        path = f"/api/v1/versions/{version_id}"
        version = self.place.ask("GET", path).raise_for_status().json()
        return version["asset_count"], version["shape_count"]

    # --- users ---

    def _use(self) -> None:
        launch = self._users.choice(
            [self._script, self._script, self._fail, self._retry, self._import, self._fork]
        )
        launched = launch()
        self.jobs.append(launched)
        self._tell(f"launched {launched}")
        if launched.ends == "KILLED" or self._users.random() < 0.25:
            time.sleep(self._users.uniform(0, 0.8))
            launched.stopped = True
            self.place.stop(launched.job_id, grace_s=self._users.choice([0.0, 0.3, 2.0]))
            self._tell(f"stopped {launched.job_id}")

    def _script(self) -> Launched:
        name = self._users.choice(["brief", "steady", "steady", "stubborn"])
        ends = "KILLED" if name == "stubborn" else "SUCCEEDED"
        return Launched(self.place.launch(name), ends)

    def _fail(self) -> Launched:
        return Launched(self.place.launch("failing"), "FAILED")

    def _retry(self) -> Launched:
        return Launched(self.place.launch("failing", retry=RETRY), "FAILED", runs=2)

    def _import(self) -> Launched:
        version = self._new_version()
        return Launched(self.place.launch_import(version, FILE), "SUCCEEDED", fills=version)

    def _fork(self) -> Launched:
        self._versions += 1
        job_id = self.place.launch_fork(self._full, f"fork {self._versions}")
        version = self.place.job(job_id)["target"]["id"]
        return Launched(job_id, "SUCCEEDED", fills=version)

    def _new_version(self) -> str:
        self._versions += 1
        return self.place.add_version(f"version {self._versions}")

    def _filled(self) -> str:
        version = self._new_version()
        self.place.until(self.place.launch_import(version, FILE), "SUCCEEDED")
        return version

    # --- fate ---

    @property
    def _blows(self) -> list[Callable[[], None]]:
        return [
            self._kill_server,
            self._stall_server,
            *[self._kill_runner] * 3,
            *[self._kill_other] * 2,
            *[self._stall] * 3,
            self._kill_launcher,
            self._kill_all,
        ]

    def _kill_server(self) -> None:
        self._tell("kill the server")
        self.place.live.kill()
        time.sleep(self._fate.choice([0.0, 0.0, 1.0]))

    def _stall_server(self) -> None:
        assert self.place.live.process is not None
        self._tell("stall the server")
        with _stalled(self.place.live.process.pid):
            time.sleep(self._fate.uniform(0.1, 1.5))

    def _kill_launcher(self) -> None:
        assert self.place.live.process is not None
        self._tell("kill the launcher")
        for pid in processes.children(self.place.live.process.pid):
            processes.send(pid, signal.SIGKILL)

    def _kill_runner(self) -> None:
        for run_id in self._some_run():
            if self._deaths[run_id] < MOST_DEATHS_OF_RUNNERS:
                self._deaths[run_id] += 1
                self._kill(run_id, "process")

    def _kill_other(self) -> None:
        for run_id in self._some_run():
            self._hurt.add(str(run_id))
            self._kill(run_id, self._fate.choice(["keeper", "child"]))

    def _kill_all(self) -> None:
        """All of a run at one moment, and the server in the same one."""
        for run_id in self._some_run():
            self._hurt.add(str(run_id))
            self._kill_server()
            for name in ("process", "keeper", "child"):
                self._kill(run_id, name)

    def _stall(self) -> None:
        for run_id in self._some_run():
            name = self._fate.choice(["process", "process", "keeper", "child"])
            pid = self.place.process(run_id, name)
            if pid is not None:
                self._tell(f"stall {name} of {run_id}")
                with _stalled(pid):
                    time.sleep(self._fate.uniform(0.1, 1.5))

    def _some_run(self) -> list[UUID]:
        """A run that has a runner just now, if there is one."""
        notes = self.place.data.glob("runs/*/process.json")
        runs = (UUID(note.parent.name) for note in notes)
        live = [run_id for run_id in runs if self.place.process(run_id, "process")]
        return [self._fate.choice(sorted(live))] if live else []

    def _kill(self, run_id: UUID, name: str) -> None:
        if self.place.signal(run_id, name, signal.SIGKILL):
            self._tell(f"kill {name} of {run_id}")

    def _tell(self, what: str) -> None:
        self.story.append(f"{time.monotonic() - self._began:7.3f} {what}")


@contextmanager
def _stalled(pid: int) -> Iterator[None]:
    """Standing still for a while, unless it has gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
