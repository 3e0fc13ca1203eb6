"""Finding jobs as the search box does, and one command on many of them, against a real server."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from safelight import Client
from tests.cli.conftest import EXAMPLES, Shell


@pytest.fixture(scope="session")
def three(shell: Shell, fruit: str) -> list[str]:
    """The ids of three hello jobs that have succeeded, oldest first."""
    shell("processing", "add", str(EXAMPLES / "hello"))
    given = ["hello", "--target", fruit, "--set", "steps=1", "--set", "name=Many", "--wait"]
    return [str(shell.json("processing", "launch", *given)["id"]) for _ in range(3)]


def ids(rows: Any) -> list[str]:
    return [row["id"] for row in rows]


def outcomes(results: Any) -> dict[str, str]:
    return {each["job_id"]: each["outcome"] for each in results}


def test_jobs_are_found_by_the_text_of_the_search_box(
    shell: Shell, fruit: str, three: list[str]
) -> None:
    found = ids(shell.json("jobs", "status:success user:me", f"object:{fruit}", "hello"))
    assert found[:3] == three[::-1]
    assert not set(three) & set(ids(shell.json("jobs", "status:failure", "object:fruit")))
    assert set(three) <= set(ids(shell.json("jobs", "--processing", "hello", "--after", "1h")))
    assert not set(three) & set(ids(shell.json("jobs", "--engine", "external", "hello")))
    for wrong in (["colour:red"], ["user:nobody"], ["user:me", "--user", "x"], ["--after", "noon"]):
        shell("jobs", *wrong, code=4)


def test_the_list_is_printed_as_csv(shell: Shell, three: list[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(shell("jobs", "--csv", "processing:hello"))))
    assert set(three) <= {row["id"] for row in rows}
    assert {row["name"] for row in rows} == {"hello"}
    shell("jobs", "--csv", "user:nobody", code=4)


def test_a_view_is_saved_listed_used_and_deleted(shell: Shell, three: list[str]) -> None:
    shell("view", "save", "Hellos", "processing:hello", "status:success", "--shared")
    shell("view", "save", "Hellos", code=4)
    shell("view", "save", "Wrong", "status:purple", code=4)
    assert "processing:hello status:success" in shell("view", "list")
    assert ids(shell.json("jobs", "--view", "Hellos"))[:3] == three[::-1]
    assert ids(shell.json("jobs", "--view", "Hellos", "no-such-name")) == []
    shell("jobs", "--view", "Unknown", code=4)
    shell("view", "delete", "Hellos")
    assert shell.json("view", "list") == []


def test_views_of_the_sdk_are_changed_and_show_their_jobs(client: Client, three: list[str]) -> None:
    view = client.views.create("Mine", "processing:hello", columns=["name"], density="compact")
    assert {str(job.id) for job in view.jobs()} >= set(three)
    view.change(name="Still mine", shared=True)
    again = client.views.get("Still mine")
    assert (again, again.query, again.is_shared) == (view, "processing:hello", True)
    assert (again.data["columns"], again.data["density"]) == (["name"], "compact")
    view.delete()
    assert client.views.list() == []


def test_many_jobs_are_archived_and_brought_back(
    shell: Shell, client: Client, three: list[str]
) -> None:
    assert outcomes(shell.json("archive", *three[:2])) == dict.fromkeys(three[:2], "done")
    listed = ids(shell.json("jobs", "processing:hello"))
    assert three[2] in listed
    assert not set(three[:2]) & set(listed)
    archived = ["--where", "archived:yes processing:hello", "--yes"]
    assert outcomes(shell.json("unarchive", *archived)) == dict.fromkeys(three[:2], "done")
    assert set(three) <= set(ids(shell.json("jobs", "processing:hello")))
    assert client.jobs.get(three[0]).archive().outcome == "done"
    assert client.jobs.get(three[0]).unarchive().message == "Back in the list."


def test_a_refused_job_is_told_among_the_others_and_in_the_exit_code(
    shell: Shell, fruit: str, three: list[str]
) -> None:
    given = ["hello", "--target", fruit, "--set", "steps=600"]
    live = shell("processing", "launch", *given).strip()
    said = shell("archive", three[0], live, code=4)
    assert "refused" in said
    assert "done" in said
    assert outcomes(shell.json("archive", three[0], live, code=4)) == {
        three[0]: "unchanged",
        live: "refused",
    }
    shell("unarchive", three[0])
    assert outcomes(shell.json("stop", three[0], live, "--grace", "0")) == {
        three[0]: "unchanged",
        live: "done",
    }
    shell("wait", live, code=2)


def test_many_jobs_run_again_and_take_no_edits(shell: Shell, three: list[str]) -> None:
    assert outcomes(shell.json("rerun", *three[:2])) == dict.fromkeys(three[:2], "done")
    for job in three[:2]:
        assert shell.json("wait", job)["run_number"] >= 2
    shell("rerun", *three[:2], "--set", "steps=2", code=4)
    shell("rerun", *three[:2], "--wait", code=4)


def test_nothing_is_done_to_jobs_that_were_not_all_found_or_not_confirmed(
    shell: Shell, three: list[str]
) -> None:
    shell("archive", three[0], "deadbeef", code=4)
    shell("archive", "--where", "processing:hello", code=4)  # nobody can be asked
    shell("archive", code=4)
    shell("archive", three[0], "--where", "processing:hello", code=4)
    shell("archive", "--where", "", "--yes", code=4)  # as of a variable that is not set
    shell("archive", "--where", "processing:hello", "--every", "--yes", code=4)
    assert set(three) <= set(ids(shell.json("jobs", "processing:hello")))


def test_the_sdk_writes_csv_and_counts(client: Client, three: list[str], tmp_path: Path) -> None:
    file = tmp_path / "jobs.csv"
    size = client.jobs.save_csv(str(file), "processing:hello", status="SUCCEEDED")
    assert size == file.stat().st_size
    assert three[0] in file.read_text()
    assert client.jobs.counts("processing:hello")["statuses"]["SUCCEEDED"] >= 3
    with pytest.raises(TypeError, match="no filter 'colour'"):
        client.jobs.list(colour="red")  # type: ignore[call-arg]
