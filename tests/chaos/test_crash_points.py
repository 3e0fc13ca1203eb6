"""Whoever dies at whatever point: the job ends as its script did, or says truthfully why it could not."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.chaos.place import Place, ready, wait_until

# What dies, and where: `MODULE:NAME:before|after`.
SERVER = {
    "a launch is committed and not answered": "actions.processings:launch_processing:after",
    "a run is claimed": "scheduler.dispatch:Dispatch._hand_out:before",
    "a runner is started and its handle not written": "engines.local:LocalEngine.start:after",
    "a run is handed over": "scheduler.dispatch:Dispatch._hand_out:after",
    "a run is RUNNING and its runner not answered": "actions.runner:start:after",
    "log bytes are on disk and not in the index": "store.logfile:LogFiles.append:after",
    "log bytes are durable and not acknowledged": "actions.logs:append:after",
    "the length of a log is known and the end is not": "actions.logs:expect:after",
    "an end is about to be recorded": "actions.settle:settle:before",
    "an end is recorded and not acknowledged": "actions.settle:settle:after",
}
RUNNER = {
    "it has its lock and has not signed": "runner.folder:Config.read:before",
    "its keeper waits for the word": "runner.keeper:Keeper.fork:after",
    "it is about to ask for the spec": "runner.server:Server.start:before",
    "it has the spec": "runner.server:Server.start:after",
    "the environment is ready": "runner.setup:Setup.process:after",
    "the child was started": "runner.keeper:Keeper.launch:after",
    "log bytes are about to be sent": "runner.server:Server.log:before",
    "log bytes were acknowledged": "runner.server:Server.log:after",
    "the last line is about to be written": "runner.feed:Feed._sign_off:before",
    "the last line was written": "runner.feed:Feed._sign_off:after",
    "the end is about to be reported": "runner.server:Server.exit:before",
    "the end was reported": "runner.server:Server.exit:after",
    "everything was told": "runner.feed:Feed.finish:after",
}
KEEPER_BEFORE = {
    "the child waits and is not on record": "runner.oom:kills:before",
}
KEEPER_AFTER = {
    "the child runs": "runner.keeper:_start:after",
    "the child has ended and its exit code is not written": "runner.keeper:_wait:after",
}
SHORT = {
    "a runner is started and its handle not written",
    "log bytes are on disk and not in the index",
    "the end was reported",
    "the child has ended and its exit code is not written",
}


def _cases(points: dict[str, str]) -> list[object]:
    """The ones outside the short form are for `make chaos`."""
    return [
        pytest.param(point, id=name, marks=[] if name in SHORT else [pytest.mark.chaos])
        for name, point in points.items()
    ]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("place"))
    every = {**SERVER, **RUNNER, **KEEPER_BEFORE, **KEEPER_AFTER}
    place.install(every.values())
    with ready(place):
        yield place


def _crash(place: Place, point: str, script: str = "steady") -> tuple[str, str]:
    """Run a script while somebody dies at that point; its job's status and the kind of failure."""
    place.arm(point)
    with ThreadPoolExecutor(1) as pool:
        launched = pool.submit(place.launch, script)
        wait_until(lambda: place.dead(point) is not None, f"a death at {point}")
        if place.live.process is not None and place.dead(point) == place.live.process.pid:
            place.live.process.wait(10)
            place.start()
        job_id = launched.result()
    place.rest()
    place.judge()
    job = place.job(job_id)
    assert job["runs"] == 1
    return job["status"], (job["failure"] or {}).get("kind", "")


@pytest.mark.parametrize("point", _cases(SERVER))
def test_a_server_that_dies_when(place: Place, point: str) -> None:
    assert _crash(place, point) == ("SUCCEEDED", "")


@pytest.mark.parametrize("point", _cases(RUNNER))
def test_a_runner_that_dies_when(place: Place, point: str) -> None:
    assert _crash(place, point) == ("SUCCEEDED", "")


@pytest.mark.parametrize("point", _cases(KEEPER_BEFORE))
def test_a_keeper_that_dies_before_anything_ran_is_replaced_when(place: Place, point: str) -> None:
    assert _crash(place, point) == ("SUCCEEDED", "")


@pytest.mark.parametrize("point", _cases(KEEPER_AFTER))
def test_a_keeper_that_dies_is_named_as_the_reason_when(place: Place, point: str) -> None:
    assert _crash(place, point) == ("FAILED", "engine_error")
