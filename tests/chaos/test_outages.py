"""What the server stands on goes away for a while: the database, the disk. It says so and goes on."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.place import Place, ready
from tests.postgres import PostgresServer

AWAY_S = 3.0


def _refused(place: Place, method: str, path: str, **more: Any) -> Any:
    """The answer of a server that cannot do it just now."""
    with place.live.client() as client:
        answer = client.request(method, path, **more)
    assert answer.status_code == 503, answer.text
    said = answer.json()
    assert said["code"] == "unavailable"
    if "database" in said["message"] and "disk" not in said["message"]:
        assert int(answer.headers["Retry-After"]) >= 1
    return said


# --- PostgreSQL goes away ---------------------------------------------------------------------------


@pytest.fixture
def cluster() -> Iterator[PostgresServer]:
    server = PostgresServer(is_durable=True)
    try:
        server.create("chaos")
        yield server
    finally:
        server.stop()


def test_a_database_that_crashes_and_returns_loses_nothing(
    cluster: PostgresServer, tmp_path: Path
) -> None:
    place = Place(tmp_path, SAFELIGHT_DATABASE_URL=cluster.url("chaos"))
    with ready(place):
        job_id = place.launch("steady")
        place.wait_for_output(job_id)
        cluster.halt()
        for _ in range(2):
            said = _refused(place, "GET", "/api/v1/jobs")
            assert said["message"] == "The database does not answer."
        time.sleep(AWAY_S)
        assert place.is_up
        cluster.resume()
        assert place.until(job_id, "SUCCEEDED", "FAILED", "KILLED")["status"] == "SUCCEEDED"
        assert place.until(place.launch("brief"), "SUCCEEDED", "FAILED")["status"] == "SUCCEEDED"
        place.rest()
        place.judge()


# --- SQLite is held by somebody -----------------------------------------------------------------------


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Another process's write transaction, from begin to end."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def test_a_database_file_that_is_locked_for_seconds_is_waited_for(place: Place) -> None:
    job_id = place.launch("steady")
    place.wait_for_output(job_id)
    with _held(place.data / "safelight.db"):
        with place.live.client() as client:
            client.get("/api/v1/jobs").raise_for_status()  # reading goes on
        time.sleep(AWAY_S)
    assert place.until(job_id, "SUCCEEDED", "FAILED", "KILLED")["status"] == "SUCCEEDED"
    place.rest()
    place.judge()


@pytest.mark.chaos
def test_a_database_file_that_is_locked_for_too_long_is_named(place: Place) -> None:
    job_id = place.launch("slow")
    place.wait_for_output(job_id)
    with _held(place.data / "safelight.db"):
        said = _refused(place, "POST", "/api/v1/datasets", json={"name": "pears"})
        assert "database" in said["message"]
        with place.live.client() as client:
            client.get("/api/v1/jobs").raise_for_status()
        time.sleep(AWAY_S)
    with place.live.client() as client:
        client.post("/api/v1/datasets", json={"name": "pears"}).raise_for_status()
    assert place.until(job_id, "SUCCEEDED", "FAILED", "KILLED")["status"] == "SUCCEEDED"
    place.rest()
    place.judge()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with ready(Place(tmp_path_factory.mktemp("place"))) as place:
        yield place


# --- the disk is full -----------------------------------------------------------------------------------

DISK = "160m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk to fill")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(path: Path) -> None:
    """Take what room there is."""
    with path.open("wb", buffering=0) as file:
        size = 1 << 20
        while size:
            try:
                file.write(b"\0" * size)
            except OSError:
                size //= 2


def test_a_full_disk_is_said_and_nothing_is_lost_when_there_is_room_again(small_disk: Path) -> None:
    place = Place(small_disk)
    with ready(place):
        job_id = place.launch("wide")
        place.wait_for_output(job_id)
        ballast = small_disk / "ballast"
        _fill(ballast)
        said = _refused(place, "POST", "/api/v1/datasets", json={"name": "pears"})
        assert "no space left" in said["message"]
        time.sleep(AWAY_S)
        assert place.is_up
        with place.live.client() as client:
            status = client.get(f"/api/v1/jobs/{job_id}").json()["status"]
        assert status in {"RUNNING", "FAILED"}
        ballast.unlink()
        ended = place.until(job_id, "SUCCEEDED", "FAILED", "KILLED")
        assert (ended["status"], ended["failure"]["kind"]) == ("FAILED", "disk_full")
        assert place.until(place.launch("brief"), "SUCCEEDED", "FAILED")["status"] == "SUCCEEDED"
        place.rest()
        place.judge()


# --- a script says more than anybody can read ---------------------------------------------------------


def test_a_flooding_job_disturbs_no_other(place: Place) -> None:
    flood = place.launch("flood")
    quiet = place.launch("steady")
    assert place.until(quiet, "SUCCEEDED", "FAILED", "KILLED")["status"] == "SUCCEEDED"
    assert place.until(flood, "SUCCEEDED", "FAILED", "KILLED")["status"] == "SUCCEEDED"
    place.rest()
    place.judge()


def test_a_flood_beyond_the_quota_is_cut_with_a_sentence_and_still_a_success(
    tmp_path: Path,
) -> None:
    place = Place(tmp_path, SAFELIGHT_LOG_QUOTA="1000000")
    with ready(place):
        flood = place.launch("flood")
        assert place.until(flood, "SUCCEEDED", "FAILED", "KILLED")["status"] == "SUCCEEDED"
        place.rest()
        place.judge()
        [run] = [run for run in place.history().runs if run.run_id == place.runs[flood]]
        assert b"The log has reached its limit" in run.records
        assert len(run.records) < 1_001_000
