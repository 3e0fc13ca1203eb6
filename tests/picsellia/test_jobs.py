from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from safelight.actions import access, settle
from safelight.actions.launch import launch
from safelight.domain.jobs import Exit, Failure, FailureKind, JobType, Target, TargetType
from safelight.store import runs
from safelight.store.jobs import Job
from safelight.store.runs import Run
from tests.jobs import launched, order
from tests.picsellia.conftest import Wire

ENDS = {
    "SUCCEEDED": Exit(exit_code=0),
    "FAILED": Exit(failure=Failure(FailureKind.LOST, "It is gone.")),
}


def launch_here(wire: Wire, **given: Any) -> tuple[Job, Run]:
    return launched(wire.site.context.db, wire.house, **given)


def script_of(wire: Wire, run: Run) -> httpx.Client:
    """A client with the script token of a run."""
    with wire.site.context.db.transaction() as tx:
        token = access.issue_script_token(
            tx, run.run_id, wire.house.member, wire.house.organization_id
        )
    return wire.site.client(token)


def start(wire: Wire, run: Run) -> None:
    with wire.site.context.db.transaction() as tx:
        runs.start(tx, run.run_id, alive_until=tx.now + 10**12)


def test_a_job_answers_in_both_families(wire: Wire) -> None:
    job, run = launch_here(wire)
    both = (f"/job/{job.job_id}", f"/v2/job/{job.job_id}")
    assert [wire.get(path)["status"] for path in both] == ["RUNNING", "PENDING"]
    start(wire, run)
    assert [wire.get(path)["status"] for path in both] == ["RUNNING", "RUNNING"]


@pytest.mark.parametrize(
    ("end", "first", "second"),
    [("SUCCEEDED", "SUCCESS", "SUCCEEDED"), ("FAILED", "FAILED", "FAILED")],
)
def test_an_ended_job_says_so_in_both_families(
    wire: Wire, end: str, first: str, second: str
) -> None:
    job, run = launch_here(wire)
    start(wire, run)
    settle.settle(wire.site.context.db, run.run_id, ENDS[end])
    assert wire.get(f"/job/{job.job_id}")["status"] == first
    assert wire.get(f"/v2/job/{job.job_id}")["status"] == second


def test_a_script_sees_its_own_job_and_no_other(wire: Wire) -> None:
    job, run = launch_here(wire)
    other, _ = launch_here(wire, name="another")
    script = script_of(wire, run)
    assert script.get(f"/api/v2/job/{job.job_id}").status_code == 200
    for path in (f"/api/v2/job/{other.job_id}", f"/api/job/{other.job_id}"):
        assert script.get(path).status_code == 404
    assert script.post(f"/api/v2/job/{other.job_id}/succeed").status_code == 404
    body = {"line_nb": 0, "log": "x", "part": "x"}
    assert script.post(f"/api/v2/job/{other.job_id}/logging", json=body).status_code == 404


def test_a_script_waits_for_the_operations_that_it_set_off(wire: Wire) -> None:
    _, run = launch_here(wire)
    script = script_of(wire, run)
    version = wire.version.version_id
    data_id = wire.assets[0]["data"]["id"]
    answer = script.post(f"/api/dataset/version/{version}/assets", json={"data_ids": [data_id]})
    job = answer.json()["job"]
    assert job["status"] == "RUNNING", "no scheduler runs here"
    assert script.get(f"/api/job/{job['id']}").json() == job


def test_a_script_does_not_launch_lock_out_or_outlive_its_run(wire: Wire) -> None:
    job, run = launch_here(wire)
    start(wire, run)
    script = script_of(wire, run)
    path = f"/api/dataset/version/{wire.version.version_id}/processing/launch"
    assert script.post(path, json={"processing_id": str(run.run_id)}).status_code == 403
    settle.settle(wire.site.context.db, run.run_id, Exit(exit_code=0))
    assert script.get(f"/api/v2/job/{job.job_id}").status_code == 401


def processing_order(wire: Wire, **given: Any) -> Any:
    version = wire.version
    target = Target(TargetType.DATASET_VERSION, version.version_id, "fruit/first", version.path)
    return replace(order(wire.house, target=target), **given)


def test_secret_parameters_are_shown_to_the_script_of_their_run_alone(wire: Wire) -> None:
    context = wire.site.context
    wanted = processing_order(wire, parameters={"angle": 45}, secrets={"key": "hush"})
    with context.db.transaction() as tx:
        job, run = launch(tx, wanted, context.sealer)
    path = f"/api/v2/job/{job.job_id}"
    work = script_of(wire, run).get(path).json()["processing_job"]
    assert work["parameters"] == {"angle": 45, "key": "hush"}
    for role in ("owner", "member"):
        seen = wire.site.as_(wire.house, role).get(path).text
        assert "hush" not in seen


def test_the_context_of_a_processing_suits_old_and_new_engines(wire: Wire) -> None:
    chosen = [one["id"] for one in wire.assets[:2]]
    inputs = {"target_version_name": "second", "asset_ids": chosen}
    with wire.site.context.db.transaction() as tx:
        job, _ = launch(tx, processing_order(wire, inputs=inputs, parameters={"angle": 45}))
    found = wire.get(f"/v2/job/{job.job_id}")
    version_id = str(wire.version.version_id)
    assert found["processing_job"]["target_id"] == version_id
    assert found["processing_job"]["inputs"] == {
        "input_dataset_version_id": version_id,
        "target_version_name": "second",
    }
    block = found["dataset_version_processing_job"]
    assert block["input_dataset_version_id"] == version_id
    assert block["parameters"] == {"angle": 45}
    assert block["payload_presigned_url"] == found["processing_job"]["payload_presigned_url"]
    payload = httpx.get(block["payload_presigned_url"])  # engines ask without a token
    assert payload.json() == {"asset_ids": chosen}
    forged = block["payload_presigned_url"].replace(f"run={_run_id(found)}", f"run={job.job_id}")
    assert httpx.get(forged).status_code == 403


def _run_id(found: dict[str, Any]) -> UUID:
    return UUID(found["runs"][0]["id"])


def test_a_line_for_a_run_that_has_ended_is_refused(wire: Wire) -> None:
    job, _ = launch_here(wire, type=JobType.TRAINING, engine="external")
    body = {"line_nb": 0, "log": "hello\n", "part": "--#--Start job"}
    wire.post(f"/v2/job/{job.job_id}/logging", body)
    assert wire.get(f"/v2/job/{job.job_id}")["status"] == "RUNNING"
    wire.post(f"/v2/job/{job.job_id}/fail")
    assert wire.get(f"/v2/job/{job.job_id}")["status"] == "FAILED"
    answer = wire.member.post(f"/api/v2/job/{job.job_id}/logging", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_ended")


def test_a_member_does_not_speak_for_the_run_of_somebody_else(wire: Wire) -> None:
    job, _ = launch_here(wire, triggered_by=wire.house.owner, engine="external")
    assert wire.member.post(f"/api/v2/job/{job.job_id}/succeed").status_code == 403
    admin = wire.site.as_(wire.house, "admin")
    assert admin.post(f"/api/v2/job/{job.job_id}/succeed").status_code == 200


def test_clients_get_their_own_version_back_so_that_none_feels_outdated(wire: Wire) -> None:
    ping = wire.member.get("/api/home/ping", headers={"User-Agent": "Picsellia-SDK/6.14.2"})
    assert ping.json()["sdk_version"] == "6.14.2"
    assert wire.member.get("/sdk/home/ping").json()["sdk_version"] == "6.0.0"
