"""Many jobs at once: what became of each is said, twice does nothing more, and the list as a file."""

from __future__ import annotations

import csv
from typing import Any
from uuid import UUID

import httpx
import pytest

from safelight.actions import bulk, settle
from safelight.domain.jobs import Exit
from safelight.store import runs
from safelight.store.db import Database
from tests.conftest import FakeClock
from tests.factories import House
from tests.jobs import launched, started
from tests.web import Site


def act(client: httpx.Client, action: str, **body: Any) -> Any:
    answer = client.post("/api/v1/jobs/bulk", json={"action": action, **body})
    return answer.raise_for_status().json()


def outcomes(answer: Any) -> dict[str, tuple[str, str | None]]:
    return {each["name"]: (each["outcome"], each["code"]) for each in answer["results"]}


def ended(db: Database, house: House, **given: Any) -> str:
    run = started(db, house, **given)
    settle.settle(db, run.run_id, Exit(exit_code=0))
    return str(run.job_id)


def test_each_job_says_what_became_of_it_and_why_not(
    db: Database, site: Site, house: House
) -> None:
    done = ended(db, house, name="ended")
    waits, _ = launched(db, house, name="waits")
    others, _ = launched(db, house, name="of somebody else", triggered_by=house.admin)
    named = [done, str(waits.job_id), str(others.job_id)]
    member = site.as_(house)
    assert outcomes(act(member, "archive", jobs=named)) == {
        "ended": ("done", None),
        "waits": ("refused", "live_run"),
        "of somebody else": ("refused", "denied"),
    }
    assert outcomes(act(member, "stop", jobs=named)) == {
        "ended": ("unchanged", None),
        "waits": ("done", None),
        "of somebody else": ("refused", "denied"),
    }
    assert outcomes(act(member, "stop", jobs=named))["waits"] == ("unchanged", None)


def test_a_repeated_rerun_runs_nothing_twice(
    db: Database, clock: FakeClock, site: Site, house: House
) -> None:
    job_id = ended(db, house, name="again")
    clock.advance(1)
    order = {"jobs": [job_id], "as_of": "2027-01-15T08:00:01Z"}
    clock.advance(1)
    client = site.as_(house)
    assert outcomes(act(client, "rerun", **order)) == {"again": ("done", None)}
    with db.read() as read:
        newest = runs.newest(read, UUID(job_id))
    act(client, "stop", jobs=[job_id])
    assert outcomes(act(client, "rerun", **order)) == {"again": ("unchanged", None)}
    assert newest.number == 2


def test_the_servers_clock_says_when_it_was_decided(
    db: Database, clock: FakeClock, site: Site, house: House
) -> None:
    job_id = ended(db, house, name="again")
    client = site.as_(house)
    first = act(client, "stop", jobs=[job_id])
    clock.advance(1)
    act(client, "rerun", jobs=[job_id])
    again = act(client, "stop", jobs=[job_id], as_of=first["as_of"])
    assert again["results"][0]["message"] == "It was run again meanwhile."
    assert again["as_of"] == first["as_of"]


def test_a_live_job_is_not_run_again(db: Database, site: Site, house: House) -> None:
    job, _ = launched(db, house, name="live")
    answer = act(site.as_(house), "rerun", jobs=[str(job.job_id)])
    assert outcomes(answer) == {"live": ("refused", "live_run")}


def test_archived_jobs_leave_the_list_and_keep_their_record(
    db: Database, site: Site, house: House
) -> None:
    job_id = ended(db, house, name="old")
    client = site.as_(house)
    act(client, "archive", jobs=[job_id])

    def listed(query: str) -> list[str]:
        return [row["name"] for row in client.get(f"/api/v1/jobs?{query}").json()["items"]]

    assert (listed(""), listed("archived=yes"), listed("archived=any")) == ([], ["old"], ["old"])
    assert client.get(f"/api/v1/jobs/{job_id}").json()["archived"] is True
    assert outcomes(act(client, "archive", jobs=[job_id])) == {"old": ("unchanged", None)}
    assert outcomes(act(client, "unarchive", jobs=[job_id])) == {"old": ("done", None)}
    assert listed("") == ["old"]


def test_what_is_run_again_comes_back_to_the_list(db: Database, site: Site, house: House) -> None:
    job_id = ended(db, house)
    client = site.as_(house)
    act(client, "archive", jobs=[job_id])
    assert outcomes(act(client, "rerun", jobs=[job_id])) == {"Rotate": ("done", None)}
    assert [row["id"] for row in client.get("/api/v1/jobs").json()["items"]] == [job_id]


def test_all_that_match_are_done_in_calls_of_a_bounded_size(
    db: Database, clock: FakeClock, site: Site, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST", 2)
    for number in range(5):
        launched(db, house, name=f"stop {number}")
        launched(db, house, name=f"keep {number}")
        clock.advance(1)
    client = site.as_(house)
    after, done = "", 0
    while after is not None:
        answer = act(client, "stop", filter={"search": "stop"}, after=after)
        assert len(answer["results"]) <= 2
        done += len(answer["results"])
        after = answer["next"]
    statuses = {row["name"]: row["status"] for row in client.get("/api/v1/jobs").json()["items"]}
    assert done == 5
    assert {name for name, status in statuses.items() if status == "KILLED"} == {
        f"stop {number}" for number in range(5)
    }


@pytest.mark.parametrize(
    "body",
    [
        {"action": "stop"},
        {"action": "burn", "jobs": []},
        {"action": "stop", "jobs": [], "filter": {}},
        {"action": "stop", "filter": {"colour": "red"}},
        {"action": "stop", "filter": {"user": "nobody"}},
        {"action": "stop", "filter": {}, "every": True, "after": "x"},
        {"action": "stop", "filter": {}},
        {"action": "stop", "filter": {"q": " ", "archived": "no"}},
        {"action": "stop", "jobs": [], "as_of": "yesterday"},
        {"action": "stop", "jobs": ["0" * 32] * 101},
    ],
)
def test_an_order_that_makes_no_sense_is_refused(
    site: Site, house: House, body: dict[str, Any]
) -> None:
    answer = site.as_(house).post("/api/v1/jobs/bulk", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_the_list_as_a_file_has_every_page_and_no_formula(
    db: Database, site: Site, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("safelight.api.job_csv._PAGE", 2)
    for name in ("=HYPERLINK()", "-1+1", "@x", "plain, with comma", 'and "quotes"'):
        launched(db, house, name=name)
    answer = site.as_(house).get("/api/v1/jobs/export.csv").raise_for_status()
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [row["name"] for row in rows] == [
        'and "quotes"',
        "plain, with comma",
        "'@x",
        "'-1+1",
        "'=HYPERLINK()",
    ]
    assert rows[0]["user"] == "orchard-member"
    assert "attachment" in answer.headers["content-disposition"]
    narrowed = site.as_(house).get("/api/v1/jobs/export.csv?search=quotes").text
    assert len(narrowed.splitlines()) == 2


def test_a_later_stop_of_many_may_be_sooner_and_each_answer_says_its_moment(
    db: Database, site: Site, house: House
) -> None:
    run = started(db, house, name="goes on")
    client, jobs = site.as_(house), [str(run.job_id)]
    first = act(client, "stop", jobs=jobs, grace_s=60)
    assert outcomes(first) == {"goes on": ("done", None)}
    assert first["as_of"].startswith("2027-01-15T08:00:00.000001")
    assert outcomes(act(client, "stop", jobs=jobs, grace_s=60))["goes on"][0] == "unchanged"
    assert outcomes(act(client, "stop", jobs=jobs, grace_s=0))["goes on"][0] == "done"
    with db.read() as read:
        assert runs.get(read, run.run_id).stop_grace_s == 0
    for wrong in (-1, 3601, "soon"):
        body = {"action": "stop", "jobs": jobs, "grace_s": wrong}
        assert client.post("/api/v1/jobs/bulk", json=body).status_code == 400
