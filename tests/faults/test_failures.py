"""What can go wrong with a script, from the launch to the sentence in the list, on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.live import LiveServer, until, whole_log
from tests.scripts import HELLO, TICKS, add_processing, archive


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("failures") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def client(live: LiveServer) -> Iterator[httpx.Client]:
    with live.client() as client:
        yield client


@pytest.fixture(scope="module")
def version(client: httpx.Client) -> str:
    dataset = client.post("/api/v1/datasets", json={"name": "apples"}).json()
    answer = client.post(f"/api/v1/datasets/{dataset['id']}/versions", json={"name": "v1"})
    return str(answer.raise_for_status().json()["id"])


def _launch(client: httpx.Client, version: str, processing: Any, **body: Any) -> Any:
    path = f"/api/v1/processings/{processing['id']}/launch"
    return client.post(path, json={"target_id": version, **body}).raise_for_status().json()


def _failure(client: httpx.Client, version: str, processing: Any) -> Any:
    """Launch, wait for the failure; the failure of the run, after checking what the list says."""
    job = _launch(client, version, processing)
    ended = until(client, job["id"], "SUCCEEDED", "FAILED", "KILLED", timeout_s=120)
    assert ended["status"] == "FAILED"
    failure = ended["job_runs"][0]["failure"]
    listed = client.get("/api/v1/jobs").json()["items"][0]
    assert listed["id"] == job["id"]
    assert listed["failure"]["message"] == failure["message"]
    assert "\n" not in failure["message"]
    assert failure["message"].endswith((".", "!", "?")) or ": " in failure["message"]
    return failure


KILLED = "import os, signal\nprint('now', flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
GREEDY = "held = []\nwhile True:\n    held.append(bytearray(16_000_000))\n"
EXITS = "import sys\nprint('half done')\nprint('no pictures left', file=sys.stderr)\nsys.exit(3)\n"
HOARDS = "open('big', 'wb').write(bytes(range(256)) * 4096 * 40)\nimport time\ntime.sleep(60)\n"
SLEEPS = "import time\ntime.sleep(60)\n"


@pytest.mark.parametrize(
    ("name", "script", "more", "kind", "words"),
    [
        ("exits", EXITS, "", "script_error", "exit code 3: no pictures left"),
        ("killed", KILLED, "", "script_error", "signal 9 (SIGKILL)"),
        ("greedy", GREEDY, '[resources]\nmemory = "200MiB"\n', "out_of_memory", "200 MiB"),
        ("hoarder", HOARDS, '[resources]\ndisk = "20MiB"\n', "disk_full", "limit 20 MiB"),
        ("slow", SLEEPS, '[resources]\ntimeout = "1s"\n', "timeout", "1 s"),
    ],
)
def test_a_script_that_fails(
    client: httpx.Client, version: str, name: str, script: str, more: str, kind: str, words: str
) -> None:
    failure = _failure(client, version, add_processing(client, name, script, more))
    assert failure["kind"] == kind
    assert words in failure["message"]


def test_the_excerpt_and_the_log_of_a_failure_hold_what_the_script_said(
    client: httpx.Client, version: str
) -> None:
    failure = _failure(client, version, add_processing(client, "exits-too", EXITS))
    assert "no pictures left" in failure["excerpt"]
    run_id = client.get("/api/v1/jobs").json()["items"][0]["run_id"]
    log = whole_log(client, run_id)
    said = {(line["stream"], line["text"]) for line in log["lines"]}
    assert {("stdout", "half done"), ("stderr", "no pictures left")} <= said


def test_requirements_that_cannot_be_installed(client: httpx.Client, version: str) -> None:
    processing = add_processing(
        client,
        "impossible",
        HELLO,
        'requirements = "requirements.txt"\n',
        **{"requirements.txt": "safelight-no-such-package-xyz==9.9.9\n"},
    )
    failure = _failure(client, version, processing)
    assert failure["kind"] == "setup_error"
    assert "safelight-no-such-package-xyz" in failure["message"]


def test_a_missing_script(client: httpx.Client, version: str) -> None:
    manifest = 'name = "nothing"\ntarget = "DATASET_VERSION"\nentry = "main.py"\n'
    files = {"archive": ("p.zip", archive({"processing.toml": manifest}), "application/zip")}
    processing = client.post("/api/v1/processings", files=files).raise_for_status().json()
    failure = _failure(client, version, processing)
    assert failure["kind"] == "setup_error"
    assert "main.py" in failure["message"]


def test_a_job_with_a_live_run_cannot_be_run_again_and_a_stop_ends_it(
    client: httpx.Client, version: str
) -> None:
    job = _launch(client, version, add_processing(client, "ticks", TICKS.format(seconds=60)))
    until(client, job["id"], "RUNNING", timeout_s=90)
    refused = client.post(f"/api/v1/jobs/{job['id']}/rerun", json={})
    assert refused.status_code == 409
    assert refused.json()["code"] == "live_run"
    stop = client.post(f"/api/v1/runs/{job['run_id']}/stop", json={"grace_s": 5})
    assert stop.status_code == 202
    assert until(client, job["id"], "KILLED", "FAILED", "SUCCEEDED")["status"] == "KILLED"
    again = client.post(f"/api/v1/jobs/{job['id']}/rerun", json={})
    assert again.status_code == 201
    assert again.json()["number"] == 2
    client.post(f"/api/v1/runs/{again.json()['id']}/stop", json={"grace_s": 0})
    until(client, job["id"], "KILLED")


def test_a_launch_with_the_same_idempotency_key_is_one_job(
    client: httpx.Client, version: str
) -> None:
    processing = add_processing(client, "once", HELLO)
    path = f"/api/v1/processings/{processing['id']}/launch"
    headers = {"Idempotency-Key": "a-double-click"}
    first, second = (
        client.post(path, json={"target_id": version}, headers=headers).json() for _ in range(2)
    )
    assert first["id"] == second["id"]


def test_a_parameter_that_does_not_fit_is_refused_before_the_launch(
    client: httpx.Client, version: str
) -> None:
    rules = '[parameters.angle]\ntype = "integer"\ndefault = 5\nmin = 0\nmax = 90\n'
    processing = add_processing(client, "turns", HELLO, rules)
    path = f"/api/v1/processings/{processing['id']}/launch"
    answer = client.post(path, json={"target_id": version, "parameters": {"angle": 400}})
    assert answer.status_code in (400, 422)
    assert "angle" in answer.json()["message"]
    assert "90" in answer.json()["message"]


CONFIDES = """\
import os, safelight
print(len(safelight.current().parameters["key"]), os.environ["api_token"])
"""
SECRET = "whisper-4711"


def test_a_secret_is_known_to_its_script_only_and_its_token_ends_with_it(
    client: httpx.Client, version: str, live: LiveServer
) -> None:
    rules = '[parameters.key]\ntype = "secret"\nrequired = true\n'
    processing = add_processing(client, "confides", CONFIDES, rules)
    job = _launch(client, version, processing, parameters={"key": SECRET})
    ended = until(client, job["id"], "SUCCEEDED", "FAILED", timeout_s=90)
    assert ended["status"] == "SUCCEEDED"
    run = f"/api/v1/runs/{job['run_id']}"
    [said] = [
        line["text"]
        for line in whole_log(client, job["run_id"])["lines"]
        if line["stream"] == "stdout"
    ]
    length, token = said.split()
    assert int(length) == len(SECRET)
    for path in (f"/api/v1/jobs/{job['id']}", run, f"{run}/log/download", f"/api/job/{job['id']}"):
        assert SECRET not in client.get(path).raise_for_status().text
    kept = [path for path in live.data.rglob("*") if path.is_file()]
    assert len(kept) > 10
    assert [path for path in kept if SECRET.encode() in path.read_bytes()] == []
    with live.client(token) as script:
        for path in ("/api/v1/datasets", "/api/home/ping", f"/api/v2/job/{job['id']}"):
            refused = script.get(path)
            assert refused.status_code == 401
            assert refused.json()["code"] == "unauthenticated"
