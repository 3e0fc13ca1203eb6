"""Adding jobs that run elsewhere, and what is asked of and said by their runners."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from safelight.actions import settle
from safelight.domain.jobs import Declared, Exit, Failure, FailureKind
from safelight.scheduler.rescue import UNANSWERED_S, Rescue
from safelight.store import runs
from safelight.store.db import Database
from tests.conftest import FakeClock
from tests.factories import House
from tests.scheduler.listening import listen
from tests.web import Site

LOST_AFTER_S = 900


def track(site: Site, house: House, key: str = "", **given: Any) -> dict[str, Any]:
    headers = {"Idempotency-Key": key} if key else {}
    body = {"name": "fine-tune", "program": "python train.py", **given}
    answer = site.as_(house).post("/api/v1/jobs/track", json=body, headers=headers)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def runner(site: Site, made: dict[str, Any]) -> httpx.Client:
    return site.client(made["runner_token"])


def job(site: Site, house: House, made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = site.as_(house).get(f"/api/v1/jobs/{made['job_id']}").json()
    return found


def beat(client: httpx.Client, clock: FakeClock) -> httpx.Response:
    return client.post("/api/v1/runner/heartbeat", json={"at": clock.now})


def test_a_tracked_job_is_born_running_and_ends_by_its_runners_word(
    site: Site, house: House
) -> None:
    made = track(site, house, type="TRAINING", parameters={"lr": 0.1})
    found = job(site, house, made)
    assert (found["status"], found["type"], found["operation"]) == (
        "RUNNING",
        "TRAINING",
        "tracked",
    )
    assert (found["rerunnable"], found["waiting"]) == (False, None)
    client = runner(site, made)
    assert client.post("/api/v1/runner/start", json={}).status_code == 200
    path = "/api/v1/runner/log?stream=stdout&offset=0&at=1"
    client.post(path, content=b"one\n").raise_for_status()
    client.post("/api/v1/runner/exit", json={"exit_code": 0, "offsets": {"stdout": 4}})
    found = job(site, house, made)
    assert found["status"] == "SUCCEEDED"
    assert found["job_runs"][0]["log"] == {
        "lines": 1,
        "bytes": found["job_runs"][0]["log"]["bytes"],
        "complete": True,
        "source": "captured",
    }


def test_the_same_key_again_is_the_same_job_with_the_same_token(site: Site, house: House) -> None:
    made = track(site, house, "once")
    assert track(site, house, "once") == made
    runner(site, made).post("/api/v1/runner/exit", json={"exit_code": 0})
    assert track(site, house, "once") == made
    assert job(site, house, made)["runs"] == 1


def test_a_key_that_launched_something_else_tracks_nothing(
    site: Site, house: House, db: Database
) -> None:
    version = _version(site, house)
    path, key = f"/api/v1/versions/{version}/export", {"Idempotency-Key": "k"}
    site.as_(house).post(path, json={}, headers=key).raise_for_status()
    answer = site.as_(house).post("/api/v1/jobs/track", json={"name": "x"}, headers=key)
    assert answer.status_code == 400
    with db.read() as read:
        assert [run.engine for run in runs.live(read)] == ["local"]


def _version(site: Site, house: House) -> str:
    member = site.as_(house)
    dataset = member.post("/api/v1/datasets", json={"name": "apples"}).json()["id"]
    made = member.post(
        f"/api/v1/datasets/{dataset}/versions", json={"name": "v1", "type": "MULTI"}
    ).json()
    return str(made["id"])


def test_silence_is_told_at_once_and_lost_in_the_end(
    site: Site, house: House, clock: FakeClock
) -> None:
    rescue = Rescue(site.context, {}, clock.uptime)
    made = track(site, house)
    seen = job(site, house, made)["started_at"]
    clock.advance(60)
    assert job(site, house, made)["no_heartbeat_since"] == seen
    beat(runner(site, made), clock).raise_for_status()
    assert job(site, house, made)["no_heartbeat_since"] is None
    listen(rescue, clock, LOST_AFTER_S)
    assert job(site, house, made)["failure"]["kind"] == "lost"


def test_a_stop_waits_for_the_runner_and_kills_one_that_never_answers(
    site: Site, house: House, clock: FakeClock
) -> None:
    rescue = Rescue(site.context, {}, clock.uptime)
    made = track(site, house)
    stop = {"grace_s": 20}
    answer = site.as_(house).post(f"/api/v1/runs/{made['run_id']}/stop", json=stop)
    assert answer.json()["status"] == "RUNNING"
    order = {"grace_s": 20, "kill": False, "until": clock.now + 20_000_000}
    assert beat(runner(site, made), clock).json()["stop"] == order
    clock.advance(20)
    listen(rescue, clock, UNANSWERED_S)
    assert job(site, house, made)["status"] == "KILLED"
    # Its program may come back from a suspended machine: what was stopped must not go on.
    told = beat(runner(site, made), clock).json()
    assert told == {"stop": {"grace_s": 0, "kill": True, "until": None}, "final": True}


def test_a_program_that_comes_back_after_it_was_lost_is_not_told_to_die(
    site: Site, house: House, clock: FakeClock, db: Database
) -> None:
    made = track(site, house)
    lost = Failure(FailureKind.LOST, "Nothing was heard.")
    settle.settle(db, _uuid(made), Exit(failure=lost))
    assert beat(runner(site, made), clock).json() == {"stop": None, "final": True}
    runner(site, made).post("/api/v1/runner/exit", json={"exit_code": 0, "offsets": {}})
    events = site.as_(house).get(f"/api/v1/runs/{made['run_id']}").json()["events"]
    assert [event["kind"] for event in events][-1] == "run_late_report"
    assert job(site, house, made)["status"] == "FAILED"


def test_a_signal_at_the_terminal_is_a_stop_by_whoever_started_it(site: Site, house: House) -> None:
    made = track(site, house)
    body = {"signal": 2, "stop_signalled": True, "offsets": {}}
    assert runner(site, made).post("/api/v1/runner/exit", json=body).json() == {"status": "KILLED"}
    stop = job(site, house, made)["job_runs"][0]["stop"]
    assert stop["by"]["name"] == "orchard-member"


def test_what_a_tracked_script_declares_does_not_end_it_before_its_process(
    site: Site, house: House, db: Database, clock: FakeClock
) -> None:
    made = track(site, house)
    settle.declare(db, _uuid(made), Declared.SUCCEED)
    clock.advance(61)
    Rescue(site.context, {}).step()
    assert job(site, house, made)["status"] == "RUNNING"
    assert beat(runner(site, made), clock).json()["stop"]["kill"] is False
    runner(site, made).post("/api/v1/runner/exit", json={"exit_code": 2, "offsets": {}})
    assert job(site, house, made)["status"] == "FAILED"


@pytest.mark.parametrize("path", ["start", "heartbeat", "snapshot", "exit"])
def test_a_forged_token_opens_nothing(site: Site, house: House, path: str) -> None:
    made = track(site, house)
    forged = made["runner_token"][:-1] + ("0" if made["runner_token"][-1] != "0" else "1")
    for token in (forged, "", site.token(house, "owner")):
        answer = site.client(token).post(f"/api/v1/runner/{path}", json={"at": 1})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert job(site, house, made)["status"] == "RUNNING"


def test_a_re_run_is_refused_with_the_reason(site: Site, house: House) -> None:
    made = track(site, house)
    runner(site, made).post("/api/v1/runner/exit", json={"exit_code": 0, "offsets": {}})
    answer = site.as_(house).post(f"/api/v1/jobs/{made['job_id']}/rerun")
    assert (answer.status_code, answer.json()["message"]) == (
        409,
        "This job runs elsewhere and is only tracked: start it again there.",
    )


@pytest.mark.parametrize(
    ("role", "body", "status"),
    [
        ("viewer", {"name": "x"}, 403),
        ("member", {"name": "  "}, 400),
        ("member", {}, 400),
        ("member", {"name": "x", "type": "INTERNAL"}, 400),
        ("member", {"name": "x", "type": "COOKING"}, 400),
        ("member", {"name": "x", "target": "no/version"}, 404),
        ("member", {"name": "x", "target": "first", "target_type": "EXPERIMENT"}, 400),
        ("member", {"name": "x" * 201}, 400),
    ],
)
def test_what_cannot_be_tracked_is_refused(
    site: Site, house: House, db: Database, role: str, body: dict[str, Any], status: int
) -> None:
    assert site.as_(house, role).post("/api/v1/jobs/track", json=body).status_code == status
    with db.read() as read:
        assert runs.count_live(read) == 0


def test_an_experiment_that_is_trained_elsewhere_follows(site: Site, house: House) -> None:
    member = site.as_(house)
    project = member.post("/api/v1/projects", json={"name": "tries"}).json()["id"]
    path = f"/api/v1/projects/{project}/experiments"
    experiment = member.post(path, json={"name": "first"}).json()["id"]
    made = track(site, house, type="TRAINING", target=experiment, target_type="EXPERIMENT")
    runner(site, made).post("/api/v1/runner/exit", json={"exit_code": 0, "offsets": {}})
    assert member.get(f"/api/v1/experiments/{experiment}").json()["status"] == "SUCCESS"
    assert job(site, house, made)["target"]["name"] == "tries/first"


def _uuid(made: dict[str, Any]) -> UUID:
    return UUID(made["run_id"])
