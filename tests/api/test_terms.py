"""Priorities, retries and the organization's limit, as they are asked for and shown."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from safelight.actions import settle
from safelight.domain.jobs import Exit, Failure, FailureKind, JobType
from safelight.domain.terms import Retry, Terms
from safelight.store import runs
from safelight.store.db import Database
from tests.factories import House, add_house
from tests.jobs import launched, started
from tests.packages import (
    PROCESSING,
    TRAINING,
    add_version,
    processing_archive,
    training_archive,
)
from tests.web import Site

LOST = Exit(failure=Failure(FailureKind.LOST, "Nothing was heard."))
RETRY = {"kinds": ["lost", "out_of_memory"], "times": 2, "backoff_s": 5}


@pytest.fixture
def launch(db: Database, site: Site, house: House) -> str:
    """The path that launches a processing."""
    archive = {"archive": ("a.zip", processing_archive(), "application/zip")}
    added = site.as_(house, "admin").post("/api/v1/processings", files=archive).json()
    add_version(db, house)
    return f"/api/v1/processings/{added['id']}/launch"


def order(**given: Any) -> dict[str, Any]:
    return {"target_id": "apples/v1", "inputs": {"target_version_name": "rotated"}, **given}


def shown(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    run: dict[str, Any] = answer.json()["job_runs"][0]
    return run


def test_a_launch_says_its_terms_and_the_run_shows_them(
    site: Site, house: House, launch: str
) -> None:
    run = shown(site.as_(house).post(launch, json=order(priority=-3, retry=RETRY)))
    assert (run["priority"], run["retry"], run["retries"]) == (-3, RETRY, 0)
    assert run["ready_at"] == run["created_at"]


TABLE = """
[retry]
kinds = ["lost", "timeout"]
times = 3
"""


def test_a_package_may_say_what_is_tried_again_and_a_launch_otherwise(
    site: Site, house: House
) -> None:
    add_version(site.context.db, house)
    admin = site.as_(house, "admin")
    # The table stands first: what follows it in the manifest are tables, too.
    archive = processing_archive(PROCESSING.replace("[resources]", f"{TABLE}[resources]"))
    files = {"archive": ("a.zip", archive, "application/zip")}
    added = admin.post("/api/v1/processings", files=files)
    assert added.status_code == 201, added.text
    path = f"/api/v1/processings/{added.json()['id']}/launch"

    def launched_with(name: str, **given: Any) -> Any:
        body = {"target_id": "apples/v1", "inputs": {"target_version_name": name}, **given}
        return shown(admin.post(path, json=body))["retry"]

    usual = {"kinds": ["lost", "timeout"], "times": 3, "backoff_s": 30.0}
    assert launched_with("a") == launched_with("b", priority=2) == usual
    assert launched_with("c", retry=None) is None
    assert launched_with("d", retry=RETRY) == RETRY


def test_a_training_package_may_say_it_too(site: Site, house: House) -> None:
    manifest = TRAINING.replace("[parameters.epochs]", f"{TABLE}[parameters.epochs]")
    archive = {"archive": ("a.zip", training_archive(manifest), "application/zip")}
    admin = site.as_(house, "admin")
    version = admin.post("/api/v1/trainings", files=archive).json()["model_version"]["id"]
    project = admin.post("/api/v1/projects", json={"name": "reading"}).json()["id"]
    body = {"name": "first", "model_version_id": version}
    experiment = admin.post(f"/api/v1/projects/{project}/experiments", json=body).json()["id"]
    run = shown(admin.post(f"/api/v1/experiments/{experiment}/launch"))
    assert run["retry"]["times"] == 3


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("[retry]", "retry.kinds names the failures"),
        ('[retry]\nkinds = ["bad_luck"]\ntimes = 1', "There is no failure 'bad_luck'"),
        ('[retry]\nkinds = ["lost"]\ntimes = 99', "retry.times is from 1 to 20"),
        ('[retry]\nkinds = ["lost"]\ntimes = 1\npause = 3', "retry.pause is not one of"),
        ("retry = 3", "retry must be a table"),
    ],
)
def test_a_package_with_a_wrong_policy_is_refused_when_it_is_added(
    site: Site, house: House, table: str, words: str
) -> None:
    manifest = PROCESSING.replace("[resources]", f"{table}\n[resources]")
    archive = {"archive": ("a.zip", processing_archive(manifest), "application/zip")}
    admin = site.as_(house, "admin")
    answer = admin.post("/api/v1/processings", files=archive)
    assert answer.status_code == 400
    assert words in answer.json()["message"]
    names = [each["name"] for each in admin.get("/api/v1/processings").json()["items"]]
    assert "rotate" not in names


def test_a_training_has_terms_too(site: Site, house: House) -> None:
    archive = {"archive": ("a.zip", training_archive(), "application/zip")}
    admin = site.as_(house, "admin")
    version = admin.post("/api/v1/trainings", files=archive).json()["model_version"]["id"]
    project = admin.post("/api/v1/projects", json={"name": "reading"}).json()["id"]
    body = {"name": "first", "model_version_id": version}
    experiment = admin.post(f"/api/v1/projects/{project}/experiments", json=body).json()["id"]
    path = f"/api/v1/experiments/{experiment}/launch"
    run = shown(admin.post(path, json={"priority": 9, "retry": RETRY}))
    assert (run["priority"], run["retry"]) == (9, RETRY)


@pytest.mark.parametrize(
    ("role", "given", "status", "field"),
    [
        ("member", {"priority": 1}, 403, None),
        ("member", {"priority": -101}, 400, "priority"),
        ("admin", {"priority": 101}, 400, "priority"),
        ("admin", {"priority": "high"}, 400, None),
        ("member", {"retry": {"kinds": ["bad_luck"], "times": 1}}, 400, None),
        ("member", {"retry": {"kinds": [], "times": 1}}, 400, "retry.kinds"),
        ("member", {"retry": {"kinds": ["lost"], "times": 0}}, 400, "retry.times"),
        ("member", {"retry": {"kinds": ["lost"]}}, 400, None),
    ],
)
def test_terms_that_cannot_be_are_refused_and_nothing_is_launched(
    site: Site,
    house: House,
    launch: str,
    db: Database,
    role: str,
    given: dict[str, Any],
    status: int,
    field: str | None,
) -> None:
    answer = site.as_(house, role).post(launch, json=order(**given))
    assert answer.status_code == status, answer.text
    if field is not None:
        assert answer.json()["detail"]["field"] == field
    with db.read() as read:
        assert runs.count_live(read) == 0


def test_a_re_run_keeps_the_terms_as_far_as_who_asks_may_give_them(
    site: Site, house: House, db: Database
) -> None:
    policy = Retry((FailureKind.TIMEOUT,), 1)
    job, run = launched(db, house, terms=Terms(50, policy))
    settle.settle(db, run.run_id, Exit(exit_code=1))
    again = site.as_(house).post(f"/api/v1/jobs/{job.job_id}/rerun").json()
    assert (again["priority"], again["retry"]["kinds"]) == (0, ["timeout"])
    settle.settle(db, run_id(db, job.job_id), Exit(exit_code=1))
    body = {"priority": 7, "retry": None}
    again = site.as_(house, "admin").post(f"/api/v1/jobs/{job.job_id}/rerun", json=body).json()
    assert (again["priority"], again["retry"]) == (7, None)


def run_id(db: Database, job_id: Any) -> Any:
    with db.read() as read:
        return runs.newest(read, job_id).run_id


def test_a_run_that_waits_to_be_tried_again_says_when(
    site: Site, house: House, db: Database
) -> None:
    run = started(db, house, terms=Terms(0, Retry((FailureKind.LOST,), 3, 60)))
    settle.settle(db, run.run_id, LOST)
    client = site.as_(house)
    [row] = client.get("/api/v1/jobs").json()["items"]
    assert row["waiting"] == "Tries again at 08:01:00 UTC (1 of 3)."
    detail = client.get(f"/api/v1/runs/{row['run_id']}").json()
    assert detail["retries"] == 1
    assert [event["kind"] for event in detail["events"]] == ["run_created", "run_retried"]


def test_who_waits_for_the_limit_is_told_of_it_and_who_holds_it(
    site: Site, house: House, db: Database
) -> None:
    admin = site.as_(house, "admin")
    assert admin.get("/api/v1/limit").json() == {"limit": None, "live": 0}
    assert admin.put("/api/v1/limit", json={"limit": 1}).json() == {"limit": 1, "live": 0}
    started(db, house, name="Train apples")
    _, first = launched(db, house)
    _, second = launched(db, house, type=JobType.INTERNAL)
    waiting = {
        row["run_id"]: row["waiting"]
        for row in admin.get("/api/v1/jobs?status=PENDING").json()["items"]
    }
    sentence = (
        "Waiting for the 1 run that your organization may have at once: "
        "Train apples holds it, it is next."
    )
    assert waiting == {str(first.run_id): sentence, str(second.run_id): sentence}
    assert admin.get("/api/v1/limit").json() == {"limit": 1, "live": 1}
    assert admin.put("/api/v1/limit", json={"limit": None}).json()["limit"] is None


@pytest.mark.parametrize(
    ("role", "body", "status"),
    [
        ("member", {"limit": 4}, 403),
        ("viewer", {"limit": 4}, 403),
        ("admin", {"limit": 0}, 400),
        ("admin", {"limit": -1}, 400),
        ("admin", {"limit": 1 << 40}, 400),
        ("admin", {"limit": "few"}, 400),
        ("admin", {}, 400),
        ("admin", {"limit": 4}, 200),
    ],
)
def test_only_admins_set_a_limit_and_only_one_that_makes_sense(
    site: Site, house: House, role: str, body: dict[str, Any], status: int
) -> None:
    assert site.as_(house, role).put("/api/v1/limit", json=body).status_code == status


def test_a_limit_concerns_ones_own_organization_only(
    site: Site, house: House, db: Database
) -> None:
    other = add_house(db, "meadow")
    site.as_(house, "admin").put("/api/v1/limit", json={"limit": 1}).raise_for_status()
    assert site.as_(other, "admin").get("/api/v1/limit").json()["limit"] is None
