"""The routes of jobs: the list is what its model says, one job, running it again."""

from __future__ import annotations

import json

from safelight.actions import settle
from safelight.api.job_views import CountsView, JobDetail, JobRow, RunView
from safelight.api.runs import SameFailureView
from safelight.api.views import Page
from safelight.domain.jobs import (
    Exit,
    Failure,
    FailureKind,
    JobType,
    Progress,
    Target,
    TargetType,
)
from safelight.ids import uuid7
from safelight.store import runs
from safelight.store.db import Database
from tests.conftest import FakeClock
from tests.factories import House, add_house
from tests.jobs import launched, started
from tests.web import Site


def test_a_row_says_all_of_its_newest_run(
    db: Database, clock: FakeClock, site: Site, house: House
) -> None:
    target = Target(TargetType.DATASET_VERSION, uuid7(), "apples/v1", "/dataset/a/version/b")
    run = started(db, house, name="Rotate", target=target)
    with db.transaction() as tx:
        runs.progress(tx, run.run_id, Progress(3, 10, "pictures", "Rotating", 1.5, 4.7))
        runs.result(tx, run.run_id, {"summary": "3 pictures"})
    answer = site.as_(house).get("/api/v1/jobs").raise_for_status()
    page = Page[JobRow].model_validate_json(answer.content)
    (row,) = page.items
    assert row.model_dump(mode="json") == answer.json()["items"][0]
    assert (row.name, row.status, row.runs, row.summary) == ("Rotate", "RUNNING", 1, "3 pictures")
    assert row.progress is not None
    assert (row.progress.done, row.progress.eta_s) == (3, 4.7)
    assert row.target is not None
    assert row.target.path == "/dataset/a/version/b"
    assert row.triggered_by.name == "orchard-member"
    assert row.triggered_at == "2027-01-15T08:00:00.000000Z"
    clock.advance(16)
    row = Page[JobRow].model_validate_json(site.as_(house).get("/api/v1/jobs").content).items[0]
    assert row.no_heartbeat_since == "2027-01-15T08:00:00.000000Z"


def test_why_it_failed_is_in_the_row_and_more_in_the_detail(
    db: Database, site: Site, house: House
) -> None:
    run = started(db, house)
    failure = Failure(FailureKind.OUT_OF_MEMORY, "It used 5 GiB of 4 GiB.", excerpt="last lines")
    settle.settle(db, run.run_id, Exit(signal=9, failure=failure))
    client = site.as_(house)
    row = client.get("/api/v1/jobs").json()["items"][0]
    assert row["failure"] == {
        "kind": "out_of_memory",
        "message": "It used 5 GiB of 4 GiB.",
        "cause": "host_out_of_memory",
        "fix": "Load less at once: a smaller batch, fewer workers; or give the run more memory.",
    }
    detail = JobDetail.model_validate_json(client.get(f"/api/v1/jobs/{row['id']}").content)
    assert detail.job_runs[0].failure is not None
    assert detail.job_runs[0].failure.excerpt == "last lines"
    assert detail.job_runs[0].failure.key is not None
    assert detail.rerunnable


def test_a_live_run_says_what_is_usual_and_when_it_takes_longer(
    db: Database, clock: FakeClock, site: Site, house: House
) -> None:
    client = site.as_(house)
    for seconds in (60, 70, 80):
        run = started(db, house)
        clock.advance(seconds)
        settle.settle(db, run.run_id, Exit(exit_code=0))
    run = started(db, house)

    def said() -> tuple[object, bool]:
        row = client.get("/api/v1/jobs").json()["items"][0]
        one = client.get(f"/api/v1/runs/{run.run_id}").json()
        JobRow.model_validate(row)
        RunView.model_validate(one)
        assert (row["usual"], row["is_longer_than_usual"]) == (
            one["usual"],
            one["is_longer_than_usual"],
        )
        return row["usual"], row["is_longer_than_usual"]

    usual = {"low_s": 60, "high_s": 80, "runs": 3, "longer_after_s": 130}
    assert said() == (usual, False)
    clock.advance(131)
    assert said() == (usual, True)
    settle.settle(db, run.run_id, Exit(exit_code=0))
    assert said() == (None, False)  # of what has ended its own time says more


def test_the_same_failure_elsewhere(
    db: Database, clock: FakeClock, site: Site, house: House
) -> None:
    client = site.as_(house)
    failed = []
    for name in ("apples", "pears", "plums"):
        run = started(db, house, name=name)
        failed.append(settle.settle(db, run.run_id, Exit(exit_code=3)))
        clock.advance(60)
    path = f"/api/v1/runs/{failed[2].run_id}/same-failure"
    found = SameFailureView.model_validate(client.get(path).json())
    assert (found.key, found.jobs, found.capped) == (failed[0].failure_key, 2, False)
    assert found.since == "2027-01-15T08:00:00.000000Z"
    assert [row.name for row in found.items] == ["pears", "apples"]
    listed = client.get(f"/api/v1/jobs?failure={found.key}").json()["items"]
    assert [row["name"] for row in listed] == ["plums", "pears", "apples"]
    live = started(db, house)
    nothing = client.get(f"/api/v1/runs/{live.run_id}/same-failure").json()
    assert nothing == {"key": None, "jobs": 0, "capped": False, "since": None, "items": []}
    theirs = site.as_(add_house(db, "vineyard"))
    assert theirs.get(path).status_code == 404
    for wrong in ("x", "0" * 15, "0" * 17, "0" * 15 + "G"):
        assert client.get(f"/api/v1/jobs?failure={wrong}").status_code == 400


def test_a_waiting_run_says_what_holds_it(site: Site, db: Database, house: House) -> None:
    for _ in range(3):
        launched(db, house)
    client = site.as_(house)
    assert {row["waiting"] for row in client.get("/api/v1/jobs").json()["items"]} <= {
        "Starting in a moment.",
        "Waiting for one of 2 places for scripts: 0 runs hold them, 2 more wait before it.",
    }


WRONG = (
    "type=CAT",
    "status=OK",
    "object=x",
    "user=nobody",
    "processing=x",
    "engine=steam",
    "failure_kind=x",
    "triggered_after=yesterday",
    "triggered_before=2026-13-45",
    "archived=perhaps",
    "limit=0",
    "limit=1000",
    "after=x",
)


def test_filters_come_from_the_address(db: Database, site: Site, house: House) -> None:
    launched(db, house, name="Train apples", type=JobType.TRAINING)
    launched(db, house, name="Import pears", type=JobType.INTERNAL, triggered_by=house.admin)
    client = site.as_(house)

    def found(query: str) -> list[str]:
        answer = client.get(f"/api/v1/jobs?{query}").raise_for_status()
        return [row["name"] for row in answer.json()["items"]]

    assert found("type=TRAINING") == ["Train apples"]
    assert found("user=me") == ["Train apples"]
    assert found("user=orchard-admin") == ["Import pears"]
    assert found("search=PEARS") == ["Import pears"]
    assert found("status=PENDING&status=FAILED") == ["Import pears", "Train apples"]
    assert found("status=FAILED") == []
    first = client.get("/api/v1/jobs?limit=1").json()
    assert found(f"limit=1&after={first['next']}") == ["Train apples"]
    for wrong in WRONG:
        for path in ("/api/v1/jobs", "/api/v1/jobs/counts"):
            if wrong.startswith(("limit", "after=")) and "counts" in path:
                continue
            answer = client.get(f"{path}?{wrong}")
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), wrong
    counts = CountsView.model_validate_json(client.get("/api/v1/jobs/counts").content)
    assert counts.types == {"ALL": 2, "PROCESSING": 0, "TRAINING": 1, "INTERNAL": 1}


def test_a_job_is_found_by_either_end_of_its_id(db: Database, site: Site, house: House) -> None:
    job, _ = launched(db, house)
    client = site.as_(house)
    digits = job.job_id.hex
    for text in (str(job.job_id), digits, digits[:30], digits[-8:], digits[-12:].upper()):
        assert client.get(f"/api/v1/jobs/{text}").raise_for_status().json()["id"] == str(job.job_id)
    for text in ("0" * 32, digits[:7], "zzzzzzzz", "0" * 8):
        assert client.get(f"/api/v1/jobs/{text}").status_code == 404
    other, _ = launched(db, house)
    common = next(i for i in range(32) if digits[i] != other.job_id.hex[i])
    if common >= 8:
        assert client.get(f"/api/v1/jobs/{digits[:common]}").status_code == 409


def test_a_job_runs_again_with_what_is_changed(db: Database, site: Site, house: House) -> None:
    job, run = launched(db, house, parameters={"angle": 30, "keep": True}, inputs={"x": "y"})
    client = site.as_(house)
    path = f"/api/v1/jobs/{job.job_id}/rerun"
    refused = client.post(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "live_run")
    with db.transaction() as tx:
        settle.stop_in(tx, run)
    again = client.post(path, json={"parameters": {"angle": 45}, "resources": {"cpu": 2}})
    view = RunView.model_validate_json(again.raise_for_status().content)
    assert again.status_code == 201
    assert (view.number, view.parameters) == (2, {"angle": 45, "keep": True})
    assert (view.inputs, view.resources.cpu, view.resources.gpu) == ({"x": "y"}, 2, 0)
    row = client.get("/api/v1/jobs").json()["items"][0]
    assert (row["runs"], row["status"], row["run_id"]) == (2, "PENDING", str(view.id))
    detail = client.get(f"/api/v1/jobs/{job.job_id}").json()
    assert [each["number"] for each in detail["job_runs"]] == [2, 1]
    assert not detail["rerunnable"]


def test_what_is_no_resource_is_refused_by_name(db: Database, site: Site, house: House) -> None:
    job, run = launched(db, house)
    with db.transaction() as tx:
        settle.stop_in(tx, run)
    answer = site.as_(house).post(
        f"/api/v1/jobs/{job.job_id}/rerun", json={"resources": {"cpus": 2}}
    )
    assert answer.status_code == 400
    assert "'cpus'" in answer.json()["message"]


def test_members_run_their_own_jobs_again_and_admins_all(
    db: Database, site: Site, house: House
) -> None:
    job, run = launched(db, house, triggered_by=house.owner)
    with db.transaction() as tx:
        settle.stop_in(tx, run)
    path = f"/api/v1/jobs/{job.job_id}/rerun"
    assert site.as_(house, "viewer").post(path).status_code == 403
    assert site.as_(house, "member").post(path).status_code == 403
    assert site.as_(house, "admin").post(path).status_code == 201


def test_the_jobs_of_another_organization_do_not_exist(
    db: Database, site: Site, house: House
) -> None:
    job, run = launched(db, house)
    client = site.as_(add_house(db, "vineyard"), "owner")
    assert client.get("/api/v1/jobs").json() == {"items": [], "next": None}
    for verb, path in (
        ("GET", f"/api/v1/jobs/{job.job_id}"),
        ("GET", f"/api/v1/jobs/{job.job_id.hex[-8:]}"),
        ("POST", f"/api/v1/jobs/{job.job_id}/rerun"),
        ("GET", f"/api/v1/runs/{run.run_id}"),
        ("POST", f"/api/v1/runs/{run.run_id}/stop"),
        ("GET", f"/api/v1/runs/{run.run_id}/log"),
        ("GET", f"/api/v1/runs/{run.run_id}/log/search?q=x"),
        ("GET", f"/api/v1/runs/{run.run_id}/log/download"),
        ("GET", f"/api/v1/runs/{run.run_id}/log/follow"),
    ):
        answer = client.request(verb, path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_the_answer_of_a_list_is_compact_json(db: Database, site: Site, house: House) -> None:
    launched(db, house)
    body = site.as_(house).get("/api/v1/jobs").content
    assert json.loads(body)["next"] is None
    assert b": " not in body
