"""An import of the size of COCO's train2017 whose process is killed again and again comes to the same content."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from json import loads
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from safelight.store import events, schema
from tests.chaos.coco import coco
from tests.chaos.place import Place, ready

SIZES = [
    pytest.param(6_000, 30_000, 6, id="small"),
    pytest.param(118_287, 860_001, 20, id="train2017", marks=pytest.mark.chaos),
]
FEWEST = 3
FRUITLESS = 2  # kills in a row at the same place; after four the run has ended
LONGEST_S = 900.0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with ready(Place(tmp_path_factory.mktemp("place"))) as place:
        yield place


@pytest.mark.parametrize(("pictures", "shapes", "kills"), SIZES)
def test_an_import_that_is_killed_again_and_again(
    place: Place, pictures: int, shapes: int, kills: int
) -> None:
    content = coco(pictures=pictures, shapes=shapes, label="pear")
    untouched = place.add_version(f"untouched {pictures}")
    began = time.monotonic()
    place.until(place.launch_import(untouched, content), "SUCCEEDED", timeout_s=LONGEST_S)
    lasts = time.monotonic() - began
    for haste in (4, 8, 16, 32):  # a machine that had much to do then may be quicker now
        version = place.add_version(f"killed {pictures} {haste}")
        before = documents(place)
        job_id = place.launch_import(version, content)
        killed = kill(place, place.runs[job_id], kills, pause_s=lasts / haste)
        place.until(job_id, "SUCCEEDED", timeout_s=LONGEST_S)
        if killed >= FEWEST:
            break
    assert killed >= FEWEST
    assert everything(place, version) == everything(place, untouched)
    assert documents(place) - before == documents_of(place, version)
    with place.database() as db, db.read() as read:
        told = events.of_run(read, place.runs[job_id])
        assert read.scalar(select(func.count()).select_from(schema.checkpoint)) == 0
    times = [event.facts["times"] for event in told if event.kind == "run_resumed"]
    assert times == sorted(set(times))
    # Killed after its change stood, there is nothing to go on with.
    assert times[-1] in {killed, killed - 1}
    place.rest()
    place.judge()


def kill(place: Place, run_id: UUID, times: int, *, pause_s: float) -> int:
    """Kill the operation at random moments, as often as that while it lives; how often it was."""
    chosen = random.Random(7)
    killed, fruitless, last = 0, 0, 0
    while killed < times:
        time.sleep(chosen.uniform(0, pause_s))
        while fruitless >= FRUITLESS and reached(place, run_id) <= last:
            if has_ended(place, run_id):
                return killed
            time.sleep(0.02)
        child = place.process(run_id, "child")
        if child is None:
            if has_ended(place, run_id):
                return killed
            continue
        now = reached(place, run_id)
        if place.signal(run_id, "child", signal.SIGKILL):
            fruitless = 0 if now > last else fruitless + 1
            killed, last = killed + 1, now
            await_another(place, run_id, child)
    return killed


def reached(place: Place, run_id: UUID) -> int:
    try:
        note = loads((place.data / "runs" / str(run_id) / "checkpoint.json").read_text())
    except FileNotFoundError:
        return 0
    return int(note["number"])


def has_ended(place: Place, run_id: UUID) -> bool:
    status = place.ask("GET", f"/api/v1/runs/{run_id}").json()["status"]
    return status not in {"PENDING", "QUEUED", "RUNNING"}


def await_another(place: Place, run_id: UUID, child: int) -> None:
    deadline = time.monotonic() + 60
    while place.process(run_id, "child") in {None, child} and not has_ended(place, run_id):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def everything(place: Place, version_id: str) -> list[Any]:
    """What a version says of each of its pictures."""
    found, after = [], ""
    while after is not None:
        path = f"/api/v1/versions/{version_id}/assets?limit=1000{after and f'&after={after}'}"
        page = place.ask("GET", path).raise_for_status().json()
        found += [
            (one["filename"], [(each["label"]["name"], each["geometry"]) for each in one["shapes"]])
            for one in page["items"]
        ]
        after = page["next"]
    return sorted(found)


def documents(place: Place) -> int:
    """Of annotations, all there are."""
    with place.database() as db, db.read() as read:
        query = select(func.count()).where(schema.document.c.shapes > 0)
        return int(read.scalar(query))


def documents_of(place: Place, version_id: str) -> int:
    with place.database() as db, db.read() as read:
        query = (
            select(func.count(schema.asset.c.document_key))
            .join(
                schema.dataset_version,
                schema.dataset_version.c.version_key == schema.asset.c.version_key,
            )
            .where(schema.dataset_version.c.version_id == UUID(version_id))
        )
        return int(read.scalar(query))
