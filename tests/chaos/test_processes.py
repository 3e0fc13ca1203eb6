"""Processes that are killed or stand still: what becomes of the run, and of what they leave behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest

from safelight.runner import processes
from tests.chaos.place import Place, ready, wait_until

LEASE_S = 6.0  # a runner under way gives a sign of life every second or two


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("place"))
    place.install(constants={"engines.local:LATE_S": 1.0})
    with ready(place):
        yield place


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A place that gives a run up after seconds of silence."""
    place = Place(tmp_path_factory.mktemp("hasty"), SAFELIGHT_LOST_AFTER_S=str(LEASE_S))
    place.install(
        constants={"scheduler.loop:RESCUE_EVERY_S": 0.5, "scheduler.silence:ATTENTIVE_S": 3.0}
    )
    with ready(place):
        yield place


def _begun(place: Place, script: str) -> tuple[UUID, UUID]:
    """A job whose script speaks, and its run."""
    job_id = place.launch(script)
    place.wait_for_output(job_id)
    return job_id, place.runs[job_id]


def _ended(place: Place, job_id: UUID) -> Any:
    """The job at its end, after the whole record was judged."""
    place.rest()
    place.judge()
    return place.job(job_id)


# --- killed -------------------------------------------------------------------------------------------

SUPERVISOR = ("FAILED", "engine_error", "supervisor was killed")
SIGKILL = ("FAILED", "script_error", "signal 9 (SIGKILL)")
KILLED = {
    ("child",): SIGKILL,
    ("process",): ("SUCCEEDED", "", ""),
    ("keeper",): SUPERVISOR,
    ("process", "child"): SIGKILL,
    ("process", "keeper"): SUPERVISOR,
    ("keeper", "child"): SUPERVISOR,
    ("process", "keeper", "child"): SUPERVISOR,
}
SHORT = {("child",), ("process", "keeper")}
WHO = {"process": "its runner", "keeper": "its keeper", "child": "its script"}


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(
            names,
            id=" and ".join(WHO[name] for name in names),
            marks=() if names in SHORT else pytest.mark.chaos,
        )
        for names in KILLED
    ],
)
@pytest.mark.parametrize(
    "with_server",
    [
        pytest.param(False, id="nobody else"),
        pytest.param(True, id="the server", marks=pytest.mark.chaos),
    ],
)
def test_a_run_ends_truthfully_when_these_are_killed(
    place: Place, names: tuple[str, ...], *, with_server: bool
) -> None:
    job_id, run_id = _begun(place, "slow")
    if with_server:
        place.live.kill()
    for name in names:
        assert place.signal(run_id, name, signal.SIGKILL)
    if with_server:
        place.start()
    job = _ended(place, job_id)
    status, kind, words = KILLED[names]
    failure = job["failure"] or {"kind": "", "message": ""}
    assert (job["status"], failure["kind"], job["runs"]) == (status, kind, 1)
    assert words in failure["message"]
    assert place.process(run_id, "child") is None  # nothing goes on unseen


@pytest.mark.chaos
def test_a_run_whose_runners_die_again_and_again_is_given_up_with_its_script(place: Place) -> None:
    job_id, run_id = _begun(place, "stubborn")

    def given_up() -> bool:
        place.signal(run_id, "process", signal.SIGKILL)
        return bool(place.job(job_id)["status"] == "FAILED")

    wait_until(given_up, "the engine to give up")
    job = _ended(place, job_id)
    assert (job["status"], job["failure"]["kind"]) == ("FAILED", "engine_error")
    assert place.process(run_id, "child") is None


def _launcher(place: Place) -> int:
    assert place.live.process is not None
    [launcher] = processes.children(place.live.process.pid)
    return launcher


def test_a_launcher_that_is_killed_is_replaced_and_takes_no_run_along(place: Place) -> None:
    before, _ = _begun(place, "steady")
    os.kill(_launcher(place), signal.SIGKILL)
    after = place.launch("brief")
    assert _ended(place, before)["status"] == place.job(after)["status"] == "SUCCEEDED"


# --- standing still -----------------------------------------------------------------------------------


@contextmanager
def _standing_still(pid: int | None) -> Iterator[None]:
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        try:
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:
            pass


def _lost(place: Place, job_id: UUID) -> None:
    job = place.until(job_id, "SUCCEEDED", "FAILED", "KILLED")
    assert (job["status"], job["failure"]["kind"]) == ("FAILED", "lost")


def test_a_runner_that_stands_still_within_its_lease_goes_on(place: Place) -> None:
    job_id, run_id = _begun(place, "steady")
    with _standing_still(place.process(run_id, "process")):
        time.sleep(0.5)
        assert place.job(job_id)["status"] == "RUNNING"
    assert _ended(place, job_id)["status"] == "SUCCEEDED"


def test_a_stop_reaches_a_script_whose_runner_stands_still(place: Place) -> None:
    job_id, run_id = _begun(place, "stubborn")
    with _standing_still(place.process(run_id, "process")):
        place.stop(job_id, grace_s=0.5)
        wait_until(lambda: place.process(run_id, "child") is None, "the engine to end the script")
    assert _ended(place, job_id)["status"] == "KILLED"


@pytest.mark.chaos
def test_the_end_of_a_script_whose_runner_stands_still_is_told(place: Place) -> None:
    job_id, run_id = _begun(place, "steady")
    with _standing_still(place.process(run_id, "process")):
        job = place.until(job_id, "SUCCEEDED", "FAILED", "KILLED")
        assert (job["status"], job["failure"]) == ("SUCCEEDED", None)
    assert _ended(place, job_id)["status"] == "SUCCEEDED"


def test_a_runner_that_comes_back_after_its_lease_ends_its_script_and_changes_nothing(
    hasty: Place,
) -> None:
    job_id, run_id = _begun(hasty, "stubborn")
    with _standing_still(hasty.process(run_id, "process")):
        _lost(hasty, job_id)
    wait_until(lambda: hasty.process(run_id, "child") is None, "the script's end")
    job = _ended(hasty, job_id)
    assert (job["status"], job["failure"]["kind"], job["runs"]) == ("FAILED", "lost", 1)
    events = hasty.ask("GET", f"/api/v1/runs/{run_id}").json()["events"]
    late = [event for event in events if event["kind"] == "run_late_report"]
    assert [event["facts"]["signal"] for event in late] == [signal.SIGKILL]


@pytest.mark.chaos
def test_what_a_lost_run_left_behind_ends_while_the_job_runs_again(hasty: Place) -> None:
    job_id, lost = _begun(hasty, "stubborn")
    with _standing_still(hasty.process(lost, "process")):
        _lost(hasty, job_id)
        again = hasty.run_again(job_id)
        hasty.wait_for_output(job_id)
        wait_until(lambda: hasty.process(lost, "child") is None, "the engine to end the script")
    hasty.stop(job_id, grace_s=0)
    job = _ended(hasty, job_id)
    assert (job["status"], job["run_id"]) == ("KILLED", str(again))
    assert [run["status"] for run in job["job_runs"]] == ["KILLED", "FAILED"]


@pytest.mark.chaos
def test_a_server_that_stands_still_for_longer_than_the_lease_loses_no_run(hasty: Place) -> None:
    job_id, _ = _begun(hasty, "slow")
    assert hasty.live.process is not None
    with _standing_still(hasty.live.process.pid):
        time.sleep(LEASE_S * 1.2)
    assert _ended(hasty, job_id)["status"] == "SUCCEEDED"
