"""Processings, trainings and experiments over /api/v1: as the page and the SDK use them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from safelight.store.db import Database
from tests.factories import House
from tests.packages import add_version, processing_archive, training_archive
from tests.web import Site


@pytest.fixture
def admin(site: Site, house: House) -> Iterator[httpx.Client]:
    with site.as_(house, "admin") as client:
        yield client


@pytest.fixture
def member(site: Site, house: House) -> Iterator[httpx.Client]:
    with site.as_(house, "member") as client:
        yield client


def archive(content: bytes) -> dict[str, Any]:
    return {"archive": ("rotate.zip", content, "application/zip")}


def test_a_package_is_added_listed_launched_and_removed(
    db: Database, admin: httpx.Client, member: httpx.Client, house: House
) -> None:
    refused = member.post("/api/v1/processings", files=archive(processing_archive()))
    assert (refused.status_code, refused.json()["code"]) == (403, "denied")
    added = admin.post("/api/v1/processings", files=archive(processing_archive())).json()
    assert added["parameters"]["angle"]["max"] == 360
    assert added["source"]["kind"] == "package"
    assert added["warnings"] == []
    [listed] = member.get("/api/v1/processings", params={"name": "rotate"}).json()["items"]
    assert listed == added == member.get(f"/api/v1/processings/{added['id']}").json()
    version = add_version(db, house)
    body = {
        "target_id": str(version.version_id),
        "parameters": {"angle": 30},
        "inputs": {"target_version_name": "rotated"},
    }
    path = f"/api/v1/processings/{added['id']}/launch"
    first = member.post(path, json=body, headers={"Idempotency-Key": "k"})
    again = member.post(path, json=body, headers={"Idempotency-Key": "k"})
    assert first.status_code == 201
    job = first.json()
    assert again.json()["id"] == job["id"]
    assert (job["type"], job["status"], job["name"]) == ("PROCESSING", "PENDING", "rotate")
    assert job["job_runs"][0]["parameters"] == {"angle": 30}
    assert job["processing"] == {"id": added["id"], "name": "rotate"}
    assert admin.delete(f"/api/v1/processings/{added['id']}").status_code == 204
    assert member.get(f"/api/v1/jobs/{job['id']}").json()["processing"] is None


def test_a_launch_that_does_not_fit_names_the_field(
    db: Database, admin: httpx.Client, house: House
) -> None:
    added = admin.post("/api/v1/processings", files=archive(processing_archive())).json()
    version = add_version(db, house)
    body = {"target_id": str(version.version_id), "parameters": {"angle": "steep"}}
    answer = admin.post(f"/api/v1/processings/{added['id']}/launch", json=body)
    assert answer.status_code == 400
    assert answer.json()["message"] == (
        "parameters.angle must be an integer from 0 to 360, not 'steep'."
    )
    assert answer.json()["detail"]["field"] == "parameters.angle"


def test_a_package_that_is_none_is_refused(admin: httpx.Client) -> None:
    answer = admin.post("/api/v1/processings", files=archive(b"no zip"))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_an_experiment_is_made_launched_charted_and_keeps_files(
    db: Database, admin: httpx.Client, member: httpx.Client, house: House
) -> None:
    added = admin.post("/api/v1/trainings", files=archive(training_archive())).json()
    assert added["model"]["name"] == "digits"
    [training] = member.get("/api/v1/trainings").json()["items"]
    assert training == added["model_version"]
    version_id = str(add_version(db, house).version_id)
    project = member.post("/api/v1/projects", json={"name": "reading"}).json()
    body = {
        "name": "first",
        "model_version_id": training["id"],
        "parameters": {"epochs": 5},
        "datasets": {"train": version_id},
    }
    made = member.post(f"/api/v1/projects/{project['id']}/experiments", json=body).json()
    assert made["parameters"] == {"epochs": 5}
    assert made["base_model_version"]["launchable"]
    assert made["datasets"][0]["version"]["id"] == version_id
    path = f"/api/v1/experiments/{made['id']}"
    metric = {"name": "val/loss", "type": "LINE"}
    member.post(f"{path}/metrics", json={**metric, "data": 0.5})
    member.post(f"{path}/metrics", json={**metric, "data": [0.25, 0.125]})
    series = member.get(f"{path}/metrics/val/loss", params={"after": 1}).json()
    assert [point["value"] for point in series["points"]] == [0.25, 0.125]
    assert member.get(f"{path}/metrics/none").status_code == 404
    files = {"file": ("w.npz", b"weights", "application/octet-stream")}
    kept = member.post(f"{path}/artifacts", files=files, data={"name": "weights"}).json()
    assert member.get(kept["url"]).content == b"weights"
    job = member.post(f"{path}/launch", json={"parameters": {"epochs": 6}}).json()
    assert (job["type"], job["target"]["type"]) == ("TRAINING", "EXPERIMENT")
    [of_experiment] = member.get(f"{path}/jobs").json()["items"]
    assert of_experiment["id"] == job["id"]
    shown = member.get(path).json()
    assert shown["parameters"] == {"epochs": 6}
    [loss] = shown["metrics"]
    assert (loss["name"], loss["points"], loss["last"]) == ("val/loss", 3, 0.125)
    [row] = member.get(f"/api/v1/projects/{project['id']}").json()["experiments"]
    assert row["status"] == "WAITING"
    model_version = member.get(f"/api/v1/model-versions/{training['id']}").json()
    assert model_version["model"]["name"] == "digits"
    [model] = member.get("/api/v1/models").json()["items"]
    assert member.get(f"/api/v1/models/{model['id']}").json() == model


def test_a_name_is_given_once(member: httpx.Client) -> None:
    member.post("/api/v1/projects", json={"name": "reading"})
    answer = member.post("/api/v1/projects", json={"name": " reading "})
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
    assert member.post("/api/v1/projects", json={"name": " "}).status_code == 400


def test_the_sdk_is_offered_to_everybody(site: Site) -> None:
    with site.client() as client:
        answer = client.get("/api/v1/sdk.whl")
    assert answer.content.startswith(b"PK")
    assert "safelight-" in answer.headers["content-disposition"]
