"""From just before the POST to the first statement of what was launched, against `python -c pass`.

    python -m benchmarks.launch [--rounds 50]

A script that needs only the standard library, in the shared bare environment, and an internal operation
(a fork of an empty version), on an idle local engine, over an open connection. The same interpreter starts
with `-c pass` in turn with the launches.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import httpx

from benchmarks.served import percentile, safelight_up

MANIFEST = 'name = "{name}"\ntarget = "DATASET_VERSION"\nentry = "main.py"\n'
IDLE_AFTER_S = 0.3  # the supervisor of the run before has tidied up and gone
SCRIPT = "import time\nprint(time.time_ns(), flush=True)\nimport sys\nprint(sys.executable)\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="safelight-bench-") as folder:
        timed = {"program": "benchmarks.timed_internals", "PYTHONPATH": str(Path.cwd())}
        with safelight_up(Path(folder) / "data", **timed) as client:
            version = prepare_version(client)
            path, body = prepare_script(client, version)
            _, interpreter = launch(client, path, body)  # builds the environment
            script: list[float] = []
            internal: list[float] = []
            floor: list[float] = []
            for number in range(rounds):
                time.sleep(IDLE_AFTER_S)
                script.append(launch(client, path, body)[0])
                floor.append(bare_start(interpreter))
                time.sleep(IDLE_AFTER_S)
                fork = {"name": f"fork-{number}"}
                internal.append(launch(client, f"/api/v1/versions/{version}/fork", fork)[0])
    report("script", script, floor, 5)
    report("internal operation", internal, floor, 3)


def report(what: str, ours: list[float], floor: list[float], goal: int) -> None:
    ratio = percentile(ours, 0.5) / percentile(floor, 0.5)
    print(
        f"{ratio:.2f}   {what}: p50 {percentile(ours, 0.5) * 1000:.1f} ms, python -c pass "
        f"{percentile(floor, 0.5) * 1000:.1f} ms (goal: at most {goal})"
    )


def prepare_version(client: httpx.Client) -> str:
    """The id of an empty dataset version."""
    dataset = _ok(client.post("/api/v1/datasets", json={"name": "bench"}))
    version = _ok(client.post(f"/api/v1/datasets/{dataset['id']}/versions", json={"name": "v1"}))
    return str(version["id"])


def prepare_script(
    client: httpx.Client, version: str, script: str = SCRIPT, *, name: str = "first-line"
) -> tuple[str, dict[str, Any]]:
    """Register a script for that version; the address and body of a launch."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("processing.toml", MANIFEST.format(name=name))
        package.writestr("main.py", script)
    files = {"archive": (f"{name}.zip", archive.getvalue(), "application/zip")}
    processing = _ok(client.post("/api/v1/processings", files=files))
    return f"/api/v1/processings/{processing['id']}/launch", {"target_id": version}


def launch(client: httpx.Client, path: str, body: dict[str, Any]) -> tuple[float, str]:
    """Seconds from the POST to the time that its log's first line says, and what the second says."""
    start = time.time_ns()
    job = _ok(client.post(path, json=body))
    while job["status"] in ("PENDING", "QUEUED", "RUNNING"):
        time.sleep(0.1)  # asking sooner would take the processors from what is measured
        job = _ok(client.get(f"/api/v1/jobs/{job['id']}"))
    log = _ok(client.get(f"/api/v1/runs/{job['run_id']}/log"))
    first, second = [line["text"] for line in log["lines"] if line["stream"] == "stdout"][:2]
    return (int(first) - start) / 1e9, second


def bare_start(interpreter: str) -> float:
    start = time.perf_counter()
    subprocess.run([interpreter, "-c", "pass"], check=True)
    return time.perf_counter() - start


def _ok(answer: httpx.Response) -> dict[str, Any]:
    return answer.raise_for_status().json()  # type: ignore[no-any-return]


if __name__ == "__main__":
    main()
