"""Comparing two runs over the API."""

from __future__ import annotations

from safelight.actions import logs
from safelight.actions.rerun import rerun
from safelight.actions.settle import settle
from safelight.api.comparisons import ComparisonView
from safelight.domain.jobs import Exit
from safelight.store import runs
from safelight.store.db import Database
from tests.conftest import FakeClock
from tests.factories import House
from tests.jobs import started
from tests.packages import actor
from tests.web import Site


def test_two_runs_are_compared(db: Database, site: Site, house: House, clock: FakeClock) -> None:
    first = started(db, house, parameters={"angle": 30})
    logs.append(site.context, first.run_id, "stdout", 0, b"one\ntwo\n", at=1)
    clock.advance(4)
    settle(db, first.run_id, Exit(exit_code=3, excerpt="no\n"))
    second = rerun(db, first.job_id, actor(house), {"angle": 45})
    with db.transaction() as tx:
        runs.start(tx, second.run_id, alive_until=tx.now)
    logs.append(site.context, second.run_id, "stdout", 0, b"one\n2\n", at=2)
    path = f"/api/v1/jobs/{first.job_id}/compare"
    answer = site.as_(house, "viewer").get(path, params={"before": 1, "after": 2})
    view = ComparisonView.model_validate_json(answer.content)
    assert view.model_dump(mode="json") == answer.json()
    assert [each.model_dump() for each in view.parameters] == [
        {"name": "angle", "before": 30, "after": 45}
    ]
    assert (view.before.duration_s, view.after.duration_s) == (4.0, None)
    assert (view.before.status, view.after.status) == ("FAILED", "RUNNING")
    assert view.before.failure is not None
    assert view.log is not None
    assert view.log.before is not None
    assert view.log.after is not None
    assert (view.log.before.n, view.log.before.text) == (2, "two")
    assert (view.log.after.n, view.log.after.text, view.log.same) == (2, "2", 1)
    assert site.as_(house).get(path).json() == answer.json()  # the newest with the one before it


def test_a_run_number_that_is_not_there_is_404(db: Database, site: Site, house: House) -> None:
    run = started(db, house)
    answer = site.as_(house).get(f"/api/v1/jobs/{run.job_id}/compare?before=1&after=7")
    assert (answer.status_code, answer.json()["message"]) == (404, "This job has no run 7.")
    assert site.as_(house).get(f"/api/v1/jobs/{run.job_id}/compare?before=0").status_code == 400
