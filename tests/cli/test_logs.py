"""Reading, searching and keeping logs from the command line, against a real server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from safelight import Client
from safelight.client.jobs import Run
from tests.cli.conftest import Shell

SPEAKS = """\
import sys
print("--#--first")
for number in range(1, 41):
    print(f"step {number}", flush=True)
print("--#--second", flush=True)
for number in range(41, 61):
    print(f"step {number}", flush=True)
print("a warning", file=sys.stderr, flush=True)
print("ValueError: too dark", file=sys.stderr, flush=True)
"""


@pytest.fixture(scope="session")
def job(shell: Shell, fruit: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("speaks")
    (folder / "processing.toml").write_text(
        'name = "speaks"\ntarget = "DATASET_VERSION"\nentry = "main.py"\n'
    )
    (folder / "main.py").write_text(SPEAKS)
    shell("processing", "add", str(folder))
    return str(shell.json("processing", "launch", "speaks", "--target", fruit, "--wait")["id"])


def json_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def number_of(shell: Shell, job: str, text: str) -> int:
    [line] = json_lines(shell("logs", job, "--grep", f"^{text}$", "--json"))
    return int(line["n"])


def test_one_stream_is_printed_whole_and_its_end(shell: Shell, job: str) -> None:
    assert shell("logs", job, "--stream", "stderr").splitlines() == [
        "a warning",
        "ValueError: too dark",
    ]
    assert shell("logs", job, "--stream", "stderr", "--tail", "1") == "ValueError: too dark\n"
    steps = [f"step {number}" for number in (58, 59, 60)]
    assert shell("logs", job, "--stream", "stdout", "--tail", "3").splitlines() == steps
    assert "a warning" not in shell("logs", job, "--stream", "stdout")


def test_a_range_and_the_lines_around_one_are_printed(shell: Shell, job: str) -> None:
    at = number_of(shell, job, "step 7")
    assert shell("logs", job, "--lines", f"{at}-{at + 2}") == "step 7\nstep 8\nstep 9\n"
    assert shell("logs", job, "--lines", f"{at}", "-n") == f"{at}: step 7\n"
    assert shell("logs", job, "--lines", f"{at}-{at + 2}", "--stream", "stderr") == ""
    around = shell("logs", job, "--around", str(at), "-C", "1")
    assert around == "step 6\nstep 7\nstep 8\n"
    for wrong in ("0-3", "9-3", "some", "-4"):
        shell("logs", job, f"--lines={wrong}", code=4)


def test_hits_have_their_context_and_lines_are_printed_once(shell: Shell, job: str) -> None:
    found = shell("logs", job, "--grep", "step (7|9|30)$", "-C", "1").splitlines()
    assert found == [
        "step 6", "step 7", "step 8", "step 9", "step 10", "--", "step 29", "step 30", "step 31",
    ]  # fmt: skip
    [hit] = json_lines(shell("logs", job, "--search", "STEP 30", "-C", "2", "--json"))
    assert [line["text"] for line in hit["before"]] == ["step 28", "step 29"]
    assert [line["text"] for line in hit["after"]] == ["step 31", "step 32"]
    assert shell("logs", job, "--errors") == "ValueError: too dark\n"
    assert shell("logs", job, "--errors", "--stream", "stdout") == ""


def test_a_search_is_bound_to_a_section_or_a_range(shell: Shell, job: str) -> None:
    assert shell("logs", job, "--search", "step 4", "--section", "second").splitlines() == [
        f"step {number}" for number in range(41, 50)
    ]
    first = shell("logs", job, "--section", "first").splitlines()
    assert [line for line in first if line.startswith("step")] == [
        f"step {number}" for number in range(1, 41)
    ]
    at = number_of(shell, job, "step 41")
    assert shell("logs", job, "--grep", "step 4", "--lines", f"{at}-{at + 1}") == (
        "step 41\nstep 42\n"
    )
    shell("logs", job, "--section", "third", code=4)
    shell("logs", job, "--lines", "5000-", code=4)


def test_a_log_is_kept_as_a_file_of_text_or_json(shell: Shell, job: str, tmp_path: Path) -> None:
    text, records = tmp_path / "run.log", tmp_path / "run.json"
    shell("logs", job, "-o", str(text), "--stream", "stderr")
    assert text.read_text() == "a warning\nValueError: too dark\n"
    shell("logs", job, "-o", str(text), "--stream", "stderr", "--timestamps")
    assert text.read_text().startswith("20")
    at = number_of(shell, job, "step 7")
    shell("logs", job, "-o", str(records), "--json", "--lines", f"{at}-{at + 1}")
    assert [each["text"] for each in json.loads(records.read_text())] == ["step 7", "step 8"]


def test_a_followed_log_can_be_searched_and_ends(shell: Shell, job: str) -> None:
    assert shell("logs", job, "-f", "--grep", "step 1.").splitlines() == [
        f"step {number}" for number in range(10, 20)
    ]
    assert shell("logs", job, "-f", "--stream", "stderr").splitlines()[0] == "a warning"


def test_the_sdk_reads_sections_and_streams(client: Client, job: str) -> None:
    run: Run = client.jobs.get(job).run
    assert [section.name for section in run.log.sections()][-2:] == ["first", "second"]
    assert next(run.log.lines(stream="stderr")).text == "a warning"
    assert run.log.tail(0, stream="stderr") == []
