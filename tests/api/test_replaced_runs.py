"""What comes from a run that was given up and replaced, or for one that has ended, harms nobody."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from safelight.actions import settle
from safelight.actions.sealing import token_hash
from safelight.domain.jobs import Exit, Failure, FailureKind
from safelight.store import runs
from safelight.store.db import Database
from safelight.store.runs import Run
from tests.conftest import FakeClock
from tests.factories import House
from tests.jobs import now, started
from tests.web import Site

LOST = Exit(failure=Failure(FailureKind.LOST, "Nothing was heard."))


def runner(site: Site, run: Run) -> httpx.Client:
    """The run's runner, admitted."""
    token = site.context.sealer.runner_token(run.run_id)
    with site.context.db.transaction() as tx:
        runs.admit(tx, run.run_id, token_hash(token))
    return site.client(token)


@pytest.fixture
def successor(db: Database, site: Site, house: House, clock: FakeClock) -> tuple[Run, Run]:
    """A run that was lost, and the run that somebody started in its place."""
    lost = started(db, house, source={"internal": "fork"})
    runner(site, lost)
    lost = settle.settle(db, lost.run_id, LOST)
    assert lost.failure is not None
    clock.advance(60)
    site.as_(house).post(f"/api/v1/jobs/{lost.job_id}/rerun").raise_for_status()
    with db.read() as read:
        again = runs.newest(read, lost.job_id)
    runner(site, again).post("/api/v1/runner/start", json={}).raise_for_status()
    clock.advance(60)
    return lost, now(db, again)


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("start", {}, 409, {"code": "already_ended"}),
        ("heartbeat", {"at": 1}, 200, {"final": True}),
        ("log?stream=stdout&offset=0&at=1", None, 200, {"acknowledged": 4}),
        ("exit", {"exit_code": 0, "offsets": {}}, 200, {"status": "FAILED"}),
    ],
)
def test_a_runner_that_comes_back_does_not_touch_the_run_that_took_its_place(
    db: Database,
    site: Site,
    successor: tuple[Run, Run],
    path: str,
    body: Any,
    status: int,
    said: dict[str, Any],
) -> None:
    lost, again = successor
    client = site.client(site.context.sealer.runner_token(lost.run_id))
    content: dict[str, Any] = {"content": b"one\n"} if body is None else {"json": body}
    answer = client.post(f"/api/v1/runner/{path}", **content)
    assert answer.status_code == status
    assert said.items() <= answer.json().items()
    assert now(db, again) == again
    assert now(db, lost).failure == lost.failure


def test_a_stop_of_a_run_that_has_ended_changes_nothing(
    db: Database, site: Site, house: House
) -> None:
    run = started(db, house)
    ended = settle.settle(db, run.run_id, Exit(exit_code=0))
    for grace_s in (30, 0):
        path = f"/api/v1/runs/{run.run_id}/stop"
        answer = site.as_(house).post(path, json={"grace_s": grace_s})
        assert (answer.status_code, answer.json()["status"]) == (202, "SUCCEEDED")
        assert answer.json()["stop"] is None
    assert now(db, run) == ended


@pytest.mark.parametrize("grace_s", [-1, 3601, "soon"])
def test_a_grace_that_makes_no_sense_is_refused(
    db: Database, site: Site, house: House, grace_s: Any
) -> None:
    run = started(db, house)
    path = f"/api/v1/runs/{run.run_id}/stop"
    assert site.as_(house).post(path, json={"grace_s": grace_s}).status_code == 400
    assert now(db, run).stop_requested_at is None


def test_a_re_run_of_a_live_one_names_the_run_and_adds_none(
    db: Database, site: Site, house: House
) -> None:
    run = started(db, house)
    answer = site.as_(house).post(f"/api/v1/jobs/{run.job_id}/rerun")
    assert (answer.status_code, answer.json()["code"]) == (409, "live_run")
    assert answer.json()["detail"]["run_id"] == str(run.run_id)
    with db.read() as read:
        assert len(runs.of_job(read, run.job_id)) == 1
