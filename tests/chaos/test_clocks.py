"""The time of day is set while runs are going on: none is lost, cut short or said to have lasted for ages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.chaos.place import Place, ready

TWO_HOURS = 7200


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("place"))
    place.install(constants={"scheduler.loop:RESCUE_EVERY_S": 0.5})
    with ready(place):
        yield place


@pytest.mark.parametrize("by_s", [TWO_HOURS, -TWO_HOURS], ids=["forward", "back"])
def test_a_clock_that_is_set_disturbs_no_run(place: Place, by_s: int) -> None:
    # Of four seconds, so the rescuer looks at it again and again while the clock is wrong.
    job_id = place.launch("paced", resources={"timeout_s": TWO_HOURS / 2})
    place.wait_for_output(job_id)
    place.set_clock(by_s)
    ended = place.until(job_id, "SUCCEEDED", "FAILED", "KILLED")
    assert (ended["status"], ended["failure"]) == ("SUCCEEDED", None)
    place.rest()
    place.judge()
    [run] = [run for run in place.history().runs if run.run_id == place.runs[job_id]]
    said = re.search(rb"Process ended with exit code 0 after (\d+)(\.\d+)? s\.", run.records)
    assert said is not None, run.records[-500:]
    assert 3 <= int(said[1]) < TWO_HOURS / 60
    assert _moment(ended["finished_at"]) >= _moment(ended["started_at"])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
