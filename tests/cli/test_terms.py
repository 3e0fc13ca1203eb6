"""Options on rank and retries against a real server, and the limit that an admin sets."""

from __future__ import annotations

from pathlib import Path

from safelight import Client
from tests.cli.conftest import EXAMPLES, Shell


def test_a_failure_that_was_named_is_tried_again_by_itself(
    shell: Shell, client: Client, fruit: str, tmp_path: Path
) -> None:
    (tmp_path / "processing.toml").write_text(
        'name = "flaky"\ntarget = "DATASET_VERSION"\nentry = "main.py"\n'
    )
    (tmp_path / "main.py").write_text(
        "import safelight\n"
        "if safelight.current().data['number'] == 1:\n    raise SystemExit('not yet')\n"
    )
    shell("processing", "add", str(tmp_path))
    terms = ["--retry", "2", "--retry-on", "script_error", "--retry-after", "0"]
    job = shell("processing", "launch", "flaky", "--target", fruit, *terms).strip()
    found = client.jobs.get(job)
    while len(found.runs) == 1 or not found.refresh().is_final:
        found.refresh()
    assert [run.status for run in found.runs] == ["SUCCEEDED", "FAILED"]
    assert found.run.data["retries"] == 1


def test_half_of_a_policy_is_refused_and_none_takes_it_off(shell: Shell, fruit: str) -> None:
    shell("processing", "add", str(EXAMPLES / "hello"))
    for half in (["--retry", "2"], ["--retry-on", "lost"]):
        shell("processing", "launch", "hello", "--target", fruit, *half, code=4)
    twice = ["--retry", "2", "--retry-on", "lost", "--set", "steps=1"]
    job = shell.json("processing", "launch", "hello", "--target", fruit, *twice, "--wait")
    assert job["job_runs"][0]["retry"]["times"] == 2
    assert shell.json("rerun", job["id"], "--wait")["job_runs"][0]["retry"]["times"] == 2
    never = shell.json("rerun", job["id"], "--retry", "0", "--wait")["job_runs"][0]
    assert never["retry"] is None
    wrong = ["--retry", "2", "--retry-on", "bad_luck"]
    shell("processing", "launch", "hello", "--target", fruit, *wrong, code=4)


def test_a_priority_is_shown(shell: Shell, fruit: str) -> None:
    shell("processing", "add", str(EXAMPLES / "hello"))
    given = ["--target", fruit, "--set", "steps=1", "--priority", "12"]
    job = shell.json("processing", "launch", "hello", *given)
    assert job["job_runs"][0]["priority"] == 12
    shell("wait", job["id"])
    shell("processing", "launch", "hello", *given[:-1], "101", code=4)


def test_the_limit_is_set_and_shown(shell: Shell) -> None:
    assert shell("limit").startswith("Runs at once: as many as there is room for; ")
    assert shell.json("limit", "4")["limit"] == 4
    assert shell("limit").startswith("Runs at once: 4; ")
    assert shell.json("limit", "none")["limit"] is None
    shell("limit", "few", code=4)
    shell("limit", "0", code=4)
