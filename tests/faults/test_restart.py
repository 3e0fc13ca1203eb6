"""A run is not disturbed by the death of the server, nor by that of its own runner."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

import safelight
from tests.live import TOKEN, LiveServer, until, whole_log
from tests.scripts import HELLO, TICKS, add_processing

SECONDS = 6


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveServer]:
    with LiveServer(tmp_path / "data") as server:
        yield server


def _version(client: httpx.Client) -> str:
    dataset = client.post("/api/v1/datasets", json={"name": "apples"}).raise_for_status().json()
    version = client.post(f"/api/v1/datasets/{dataset['id']}/versions", json={"name": "v1"})
    return str(version.raise_for_status().json()["id"])


def _launch_ticks(client: httpx.Client) -> Any:
    processing = add_processing(client, "ticks", TICKS.format(seconds=SECONDS))
    path = f"/api/v1/processings/{processing['id']}/launch"
    job = client.post(path, json={"target_id": _version(client)}).raise_for_status().json()
    _wait_for_line(client, job["run_id"], "tick 2")
    return job


def _wait_for_line(client: httpx.Client, run_id: str, text: str) -> None:
    deadline = time.monotonic() + 90  # the first run builds the shared environment
    while text not in _output(client, run_id):
        assert time.monotonic() < deadline, "the script did not come so far"
        time.sleep(0.05)


def _output(client: httpx.Client, run_id: str) -> list[str]:
    log = client.get(f"/api/v1/runs/{run_id}/log", params={"limit": 1000}).raise_for_status()
    return _of_the_script(log.json())


def _of_the_script(log: Any) -> list[str]:
    return [line["text"] for line in log["lines"] if line["stream"] == "stdout"]


def _run(client: httpx.Client, run_id: str) -> Any:
    return client.get(f"/api/v1/runs/{run_id}").raise_for_status().json()


ALL_TICKS = [f"tick {number}" for number in range(1, SECONDS + 1)]


def test_a_job_goes_on_while_the_server_is_dead_and_is_whole_after_its_return(
    live: LiveServer,
) -> None:
    with live.client() as client:
        job = _launch_ticks(client)
    live.kill()
    time.sleep(1.5)  # it prints on while nobody listens
    live.start()  # on another port
    with live.client() as client:
        ended = until(client, job["id"], "SUCCEEDED", "FAILED", "KILLED")
        assert ended["status"] == "SUCCEEDED"
        assert _of_the_script(whole_log(client, job["run_id"])) == ALL_TICKS
        run = _run(client, job["run_id"])
        assert ended["runs"] == 1
        # It ended when its script did, not when somebody looked again.
        kinds = [event["kind"] for event in run["events"]]
        assert kinds.count("run_started") == kinds.count("run_ended") == 1


def test_a_job_goes_on_when_its_runner_is_killed(live: LiveServer) -> None:
    with live.client() as client:
        job = _launch_ticks(client)
        _kill_runner(live, job)
        ended = until(client, job["id"], "SUCCEEDED", "FAILED", "KILLED")
        assert ended["status"] == "SUCCEEDED"
        assert _of_the_script(whole_log(client, job["run_id"])) == ALL_TICKS


def test_a_job_goes_on_when_its_runner_and_the_server_die_at_once(live: LiveServer) -> None:
    with live.client() as client:
        job = _launch_ticks(client)
    live.kill()
    _kill_runner(live, job)
    live.start()
    with live.client() as client:
        ended = until(client, job["id"], "SUCCEEDED", "FAILED", "KILLED")
        assert ended["status"] == "SUCCEEDED"
        assert _of_the_script(whole_log(client, job["run_id"])) == ALL_TICKS


def _kill_runner(live: LiveServer, job: Any) -> None:
    note = json.loads((live.data / "runs" / job["run_id"] / "process.json").read_text())
    os.kill(note["process"][0], signal.SIGKILL)


def test_a_launch_asked_of_a_server_that_restarts_is_one_job(live: LiveServer) -> None:
    with live.client() as client:
        version = _version(client)
        add_processing(client, "hello", HELLO)
    with safelight.Client(live.url, token=TOKEN) as asker, ThreadPoolExecutor(1) as pool:
        processing = asker.processings.get("hello")
        live.kill()
        launched = pool.submit(processing.launch, version)
        live.start(live.port)
        job = launched.result(60)
    with live.client() as client:
        assert [each["id"] for each in client.get("/api/v1/jobs").json()["items"]] == [str(job.id)]
        assert until(client, str(job.id), "SUCCEEDED", "FAILED")["status"] == "SUCCEEDED"


IMAGES, BOXES = 4_000, 30


def test_an_import_goes_on_while_the_server_is_dead(live: LiveServer, tmp_path: Path) -> None:
    file = tmp_path / "big.json"
    file.write_bytes(_big_coco())
    with live.client() as client:
        version = _version(client)
        with file.open("rb") as content:
            job = (
                client.post(
                    f"/api/v1/versions/{version}/import",
                    data={"format": "coco", "mode": "replace"},
                    files={"file": ("big.json", content, "application/json")},
                )
                .raise_for_status()
                .json()
            )
        _wait_until_started(client, job["id"])
    live.kill()
    live.start()
    with live.client() as client:
        ended = until(client, job["id"], "SUCCEEDED", "FAILED", "KILLED", timeout_s=120)
        assert ended["status"] == "SUCCEEDED", ended["failure"]
        assert ended["runs"] == 1
        known = client.get(f"/api/v1/versions/{version}").json()
        assert (known["asset_count"], known["shape_count"]) == (IMAGES, IMAGES * BOXES)
        assert whole_log(client, job["run_id"])


def _wait_until_started(client: httpx.Client, job_id: str) -> None:
    until(client, job_id, "RUNNING", "SUCCEEDED")


def _big_coco() -> bytes:
    images = [
        {"id": n, "file_name": f"{n}.jpg", "width": 640, "height": 480}
        for n in range(1, IMAGES + 1)
    ]
    annotations = [
        {
            "id": n,
            "image_id": n % IMAGES + 1,
            "category_id": 1,
            "bbox": [n % 600, 20.5, 30, 40.25],
            "area": 1207.5,
            "iscrowd": 0,
            "segmentation": [],
        }
        for n in range(1, IMAGES * BOXES + 1)
    ]
    categories = [{"id": 1, "name": "apple"}]
    content = {"images": images, "annotations": annotations, "categories": categories}
    return json.dumps(content).encode()


def test_ctrl_c_ends_the_server_within_three_seconds_with_open_streams(live: LiveServer) -> None:
    with live.client() as client, client.stream("GET", "/api/v1/events") as stream:
        assert stream.status_code == 200
        assert live.stop() < 3
    assert live.process is not None
    assert live.process.returncode in (0, 130)


def test_a_second_server_on_the_same_folder_is_refused_in_a_sentence(live: LiveServer) -> None:
    second = LiveServer(live.data)
    second.output = live.data.parent / "second.out"
    with pytest.raises(RuntimeError, match="Another Safelight"):
        second.start()
    assert "Traceback" not in second.output.read_text()
