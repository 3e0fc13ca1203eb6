"""The protocol of runners: the spec is the start, everything may be repeated, nothing outlives its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from safelight.actions import settle
from safelight.actions.launch import launch
from safelight.actions.sealing import token_hash
from safelight.config import Settings
from safelight.domain.jobs import Exit, JobType, Resources, RunStatus, Target, TargetType
from safelight.ids import uuid7
from safelight.store import packages, runs, samples
from safelight.store.db import Database
from safelight.store.runs import Run
from tests.conftest import FakeClock
from tests.factories import House, add_house
from tests.jobs import launched, now, order
from tests.web import Site, serving

HASH = "a" * 64


@pytest.fixture
def house(db: Database) -> House:
    house = add_house(db)
    with db.transaction() as tx:
        packages.add(
            tx,
            house.organization_id,
            HASH,
            object_name="x",
            manifest={"entry": "main.py", "requirements": "requirements.txt"},
            size=1,
            created_by=None,
        )
    return house


def runner(site: Site, run: Run) -> httpx.Client:
    """A client with the runner's token, as the dispatcher would have armed it."""
    token = site.context.sealer.runner_token(run.run_id)
    with site.context.db.transaction() as tx:
        tx.execute(
            runs.runs.update()
            .where(runs.runs.c.run_id == run.run_id)
            .values(runner_token_hash=token_hash(token))
        )
    return site.client(token)


def post(client: httpx.Client, what: str, body: dict[str, Any] | None = None) -> httpx.Response:
    return client.post(f"/api/v1/runner/{what}", json=body or {})


def log(client: httpx.Client, offset: int, data: bytes, stream: str = "stdout") -> httpx.Response:
    return client.post(
        f"/api/v1/runner/log?stream={stream}&offset={offset}&at=1800000000000000", content=data
    )


def test_asking_for_the_spec_is_the_start(db: Database, site: Site, house: House) -> None:
    target = Target(TargetType.EXPERIMENT, uuid7(), "e", "/e")
    _, run = launched(
        db,
        house,
        type=JobType.TRAINING,
        target=target,
        source={"package": HASH},
        resources=Resources(cpu=2, memory=4096, gpu=1, timeout_s=60),
    )
    client = runner(site, run)
    who = {"pid": 1, "host": "h", "python": "3.11"}
    spec = post(client, "start", {"runner": who}).raise_for_status().json()
    assert now(db, run).status is RunStatus.RUNNING
    assert (spec["run_id"], spec["kind"], spec["entry"]) == (str(run.run_id), "process", "main.py")
    assert spec["package"] == {"hash": HASH, "url": f"/api/v1/runner/package/{HASH}"}
    assert spec["requirements"] == "requirements.txt"
    assert spec["limits"] == {"cpu": 2, "memory": 4096, "gpu": 1, "timeout_s": 60, "disk": None}
    assert spec["offsets"] == {"stdout": 0, "stderr": 0, "setup": 0}
    assert set(spec["sdk"]) == {"url", "version", "digest"}
    assert client.get(spec["sdk"]["url"]).raise_for_status().content[:2] == b"PK"
    environment = spec["environment"]
    assert environment["host"] == environment["SAFELIGHT_URL"] == site.url
    assert environment["experiment_id"] == str(target.id)
    assert environment["organization_name"] == "orchard"
    assert environment["SAFELIGHT_RUN_ID"] == str(run.run_id)
    assert all(isinstance(value, str) for value in environment.values())
    script = site.client(environment["api_token"])
    assert script.get("/api/v1/runs/current").json()["id"] == str(run.run_id)
    assert post(client, "start").status_code == 200
    assert now(db, run).snapshot == {"runner": who}


def test_a_run_that_ended_is_not_started(db: Database, site: Site, house: House) -> None:
    _, run = launched(db, house, source={"package": HASH})
    client = runner(site, run)
    with db.transaction() as tx:
        settle.stop_in(tx, run)
    refused = post(client, "start")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_ended")


def test_only_the_runs_own_token_opens(db: Database, site: Site, house: House) -> None:
    _, run = launched(db, house, source={"package": HASH})
    runner(site, run)
    for token in ("", "wrong", site.token(house, "owner")):
        assert post(site.client(token), "start").status_code == 401
    assert now(db, run).status is RunStatus.PENDING


def test_a_run_again_installs_what_the_earlier_one_resolved(
    db: Database, site: Site, house: House
) -> None:
    job, first = launched(db, house, source={"package": HASH})
    client = runner(site, first)
    assert post(client, "start").json()["pinned"] is None
    snapshot = {"python": "3.11", "packages": ["numpy==2.1"], "environment_hash": "x"}
    assert post(client, "snapshot", snapshot).json() == {}
    settle.settle(db, first.run_id, Exit(exit_code=0))
    answer = site.as_(house).post(f"/api/v1/jobs/{job.job_id}/rerun").raise_for_status()
    with db.read() as read:
        second = runs.newest(read, job.job_id)
    assert answer.json()["id"] == str(second.run_id)
    assert post(runner(site, second), "start").json()["pinned"] == ["numpy==2.1"]


def test_an_internal_run_has_no_package(db: Database, site: Site, house: House) -> None:
    _, run = launched(db, house, type=JobType.INTERNAL, source={"internal": "import_coco"})
    spec = post(runner(site, run), "start").json()
    assert (spec["kind"], spec["package"], spec["sdk"]) == ("internal", None, None)


def test_logs_travel_raw_and_a_gap_is_told(db: Database, site: Site, house: House) -> None:
    _, run = launched(db, house, source={"package": HASH})
    client = runner(site, run)
    post(client, "start")
    assert log(client, 0, b"one\n").json() == {"acknowledged": 4}
    assert log(client, 2, b"e\ntwo\n").json() == {"acknowledged": 8}
    gap = log(client, 100, b"x")
    assert gap.status_code == 409
    assert gap.json()["detail"] == {"acknowledged": 8}
    assert log(client, 0, b"x", "stdin").status_code == 400
    assert post(client, "start").json()["offsets"]["stdout"] == 8
    lines = site.as_(house).get(f"/api/v1/runs/{run.run_id}/log").json()["lines"]
    assert [line["text"] for line in lines] == ["one", "two"]


def test_bytes_that_come_again_with_other_content_do_not_change_what_stands(
    db: Database, site: Site, house: House
) -> None:
    _, run = launched(db, house, source={"package": HASH})
    client = runner(site, run)
    post(client, "start")
    assert log(client, 0, b"one\n").json() == {"acknowledged": 4}
    assert log(client, 0, b"other\ntwo\n").json() == {"acknowledged": 10}
    lines = site.as_(house).get(f"/api/v1/runs/{run.run_id}/log").json()["lines"]
    assert [line["text"] for line in lines] == ["one", "r", "two"]


@pytest.mark.parametrize("token", ["", "forged", "0" * 64, "sl_run_" + "A" * 43])
def test_a_log_is_taken_from_nobody_without_the_runners_token(
    db: Database, site: Site, house: House, token: str
) -> None:
    _, run = launched(db, house, source={"package": HASH})
    client = runner(site, run)
    script = post(client, "start").json()["environment"]["api_token"]
    for stranger in (site.client(token), site.client(script), site.as_(house)):
        refused = log(stranger, 0, b"forged\n")
        assert refused.status_code == 401
        assert refused.json()["code"] == "unauthenticated"
    assert log(client, 0, b"one\n").json() == {"acknowledged": 4}


def test_a_flooding_run_is_acknowledged_and_its_log_says_that_it_is_cut(
    db: Database, tmp_path: Path
) -> None:
    with serving(db, tmp_path, Settings(log_quota=1000)) as site:
        house = add_house(db)
        _, run = launched(db, house, source={"internal": "import_coco"})
        client = runner(site, run)
        post(client, "start")
        assert log(client, 0, b"x" * 99 + b"\n").json() == {"acknowledged": 100}
        assert log(client, 100, b"0123456789\n" * 500).json() == {"acknowledged": 5600}
        assert log(client, 5600, b"y\n").json() == {"acknowledged": 5602}
        post(client, "exit", {"exit_code": 0, "offsets": {"stdout": 5602}})
        page = site.as_(house).get(f"/api/v1/runs/{run.run_id}/log").json()
    assert page["complete"]
    assert page["cut"]
    assert "limit of 1,000 bytes" in page["lines"][-1]["text"]
    assert sum("limit" in line["text"] for line in page["lines"]) == 1


def test_a_log_that_lacks_its_end_says_how_much_is_missing(
    db: Database, site: Site, house: House
) -> None:
    _, run = launched(db, house, source={"package": HASH})
    client = runner(site, run)
    post(client, "start")
    log(client, 0, b"one\n")
    post(client, "exit", {"exit_code": 0, "offsets": {"stdout": 4000, "stderr": 10}})
    path = f"/api/v1/runs/{run.run_id}/log"
    page = site.as_(house).get(path).json()
    assert (page["complete"], page["missing"]) == (False, 4006)
    log(client, 4, b"x" * 3996)
    log(client, 0, b"y" * 10, "stderr")
    page = site.as_(house).get(path).json()
    assert (page["complete"], page["missing"]) == (True, 0)


def test_no_secret_is_in_how_a_run_ended_or_in_what_it_reports(
    db: Database, site: Site, house: House
) -> None:
    secret = "correct horse battery"
    with db.transaction() as tx:
        wish = order(house, source={"package": HASH}, secrets={"key": secret})
        _, run = launch(tx, wish, site.context.sealer)
    client = runner(site, run)
    token = post(client, "start").json()["environment"]["api_token"]
    script = site.client(token)
    path = f"/api/v1/runs/{run.run_id}"
    said = {"done": 1, "unit": "x", "phase": f"with {secret}"}
    script.post(f"{path}/progress", json=said).raise_for_status()
    script.post(f"{path}/result", json={"summary": f"made {secret}"}).raise_for_status()
    failure = {"kind": "script_error", "message": f"Bad {secret}", "excerpt": f"token {token}"}
    post(client, "exit", {"exit_code": 1, "failure": failure, "excerpt": secret})
    view = site.as_(house).get(path)
    assert secret not in view.text
    assert token not in view.text
    assert view.json()["failure"]["message"] == "Bad ***"
    assert view.json()["failure"]["excerpt"] == "token ***"
    assert view.json()["progress"]["phase"] == "with ***"
    assert view.json()["result"]["summary"] == "made ***"


def test_asking_for_the_spec_again_gives_the_same_script_token(
    db: Database, site: Site, house: House
) -> None:
    _, run = launched(db, house, source={"package": HASH})
    client = runner(site, run)
    tokens = {post(client, "start").json()["environment"]["api_token"] for _ in range(2)}
    assert len(tokens) == 1
    assert site.client(tokens.pop()).get("/api/v1/runs/current").status_code == 200


def test_a_heartbeat_keeps_a_run_alive_and_carries_the_stop(
    db: Database, site: Site, house: House, clock: FakeClock
) -> None:
    _, run = launched(db, house, source={"package": HASH})
    client = runner(site, run)
    post(client, "start")
    clock.advance(10)
    sample = {"cpu": 1.5, "memory": 1000, "gpu": None, "disk": None}
    answer = post(client, "heartbeat", {"at": clock.now, "sample": sample}).json()
    assert answer == {"stop": None, "final": False}
    assert now(db, run).seen_at == clock.now
    with db.read() as read:
        assert [each.usage.cpu for each in samples.of_run(read, run.run_id)] == [1.5]
    site.as_(house).post(f"/api/v1/runs/{run.run_id}/stop", json={"grace_s": 20})
    clock.advance(5)
    answer = post(client, "heartbeat", {"at": clock.now}).json()
    until = clock.now + 15_000_000  # the same at each heartbeat, so a runner knows the order again
    assert answer["stop"] == {"grace_s": 15, "kill": False, "until": until}
    clock.advance(10)
    answer = post(client, "heartbeat", {"at": clock.now}).json()
    assert answer["stop"] == {"grace_s": 5, "kill": False, "until": until}
    clock.advance(5)
    assert post(client, "heartbeat", {"at": clock.now}).json()["stop"]["kill"]


def test_the_exit_ends_the_run_and_its_token(db: Database, site: Site, house: House) -> None:
    _, run = launched(db, house, source={"package": HASH})
    client = runner(site, run)
    script = site.client(post(client, "start").json()["environment"]["api_token"])
    log(client, 0, b"one\ntw")
    body = {"exit_code": 3, "excerpt": "ValueError: no\n", "offsets": {"stdout": 6}}
    assert post(client, "exit", body).json() == {"status": "FAILED"}
    ended = now(db, run)
    assert ended.failure is not None
    assert (ended.failure.message, ended.failure.exit_code) == ("ValueError: no", 3)
    assert (ended.log_lines, ended.log_completed_at) == (2, ended.finished_at)
    assert log(client, 6, b"more").status_code == 401
    assert script.get("/api/v1/runs/current").status_code == 401
    view = site.as_(house).get(f"/api/v1/runs/{run.run_id}").json()
    assert view["log"] == {
        "lines": 2,
        "bytes": view["log"]["bytes"],
        "complete": True,
        "source": "captured",
    }


def test_the_rest_of_a_log_may_come_after_the_exit(db: Database, site: Site, house: House) -> None:
    _, run = launched(db, house, source={"package": HASH})
    client = runner(site, run)
    post(client, "start")
    body = {"exit_code": 0, "offsets": {"stdout": 8, "stderr": 0, "setup": 0}}
    assert post(client, "exit", body).json() == {"status": "SUCCEEDED"}
    assert post(client, "exit", body).json() == {"status": "SUCCEEDED"}
    assert now(db, run).log_completed_at is None
    assert post(client, "heartbeat", {"at": 1}).json() == {"stop": None, "final": True}
    assert log(client, 0, b"one\ntwo\n").json() == {"acknowledged": 8}
    assert now(db, run).log_completed_at is not None
    kinds = [
        event["kind"]
        for event in site.as_(house).get(f"/api/v1/runs/{run.run_id}").json()["events"]
    ]
    assert kinds.count("run_late_report") == 0


def test_a_late_report_is_kept_as_an_event_once(db: Database, site: Site, house: House) -> None:
    _, run = launched(db, house, source={"package": HASH})
    client = runner(site, run)
    post(client, "start")
    settle.settle(db, run.run_id, Exit(exit_code=1))
    for _ in range(2):
        answer = post(client, "exit", {"exit_code": 0, "offsets": {"stdout": 9}})
        assert answer.json() == {"status": "FAILED"}
    events = site.as_(house).get(f"/api/v1/runs/{run.run_id}").json()["events"]
    late = [event["facts"] for event in events if event["kind"] == "run_late_report"]
    assert late == [{"status": "SUCCEEDED", "exit_code": 0, "signal": None}]


def test_what_the_runner_saw_is_the_failure(db: Database, site: Site, house: House) -> None:
    _, run = launched(db, house, source={"package": HASH})
    client = runner(site, run)
    post(client, "start")
    failure = {"kind": "setup_error", "message": "numpy==99 is not there.", "excerpt": "uv: no"}
    post(client, "exit", {"exit_code": None, "failure": failure, "offsets": {}})
    view = site.as_(house).get(f"/api/v1/runs/{run.run_id}").json()
    assert view["failure"]["kind"] == "setup_error"
    assert view["failure"]["excerpt"] == "uv: no"
