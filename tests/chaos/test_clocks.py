"""The time of day is set while runs are going on: none is lost, cut short or said to have lasted for ages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.chaos.place import Place, ready

CLOCK = Path(__file__).parent / "clock"
TWO_HOURS = 7200


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("place")
    place = Place(folder, SAFELIGHT_CLOCK=str(folder / "clock"), PYTHONPATH=str(CLOCK))
    with ready(place):
        yield place


@pytest.mark.parametrize("by_s", [TWO_HOURS, -TWO_HOURS], ids=["forward", "back"])
def test_a_clock_that_is_set_disturbs_no_run(place: Place, by_s: int) -> None:
    clock = Path(place.live.environment["SAFELIGHT_CLOCK"])
    # A run of ten seconds, so the rescuer looks at least once while the clock is wrong.
    job_id = place.launch("slow", resources={"timeout_s": TWO_HOURS / 2})
    place.wait_for_output(job_id)
    before = float(clock.read_text()) if clock.exists() else 0.0
    clock.write_text(str(before + by_s))
    ended = place.until(job_id, "SUCCEEDED", "FAILED", "KILLED")
    assert (ended["status"], ended["failure"]) == ("SUCCEEDED", None)
    place.rest()
    place.judge()
    [run] = [run for run in place.history().runs if run.run_id == place.runs[job_id]]
    said = re.search(rb"Process ended with exit code 0 after (\d+)(\.\d)? s\.", run.records)
    assert said is not None, run.records[-500:]
    assert 9 <= int(said[1]) < TWO_HOURS / 60
    assert _moment(ended["finished_at"]) >= _moment(ended["started_at"])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
