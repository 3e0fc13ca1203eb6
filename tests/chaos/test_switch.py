"""Who dies while an operation makes its change true: it goes on as the same run, and does it once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from safelight.store import events, schema
from tests.chaos.coco import coco
from tests.chaos.place import Place, ready

BEFORE = coco(pictures=30, shapes=60, label="apple")
AFTER = coco(pictures=50, shapes=200, label="pear")

# Until the commit nothing has happened, from then on everything has.
IMPORT = {
    "the file is read": ("internals.import_match:match:before", False),
    "documents are written that nothing points to": (
        "internals.import_documents:Writer.write:after",
        False,
    ),
    "the version is open to write": ("internals.import_labels:put:before", False),
    "labels are there": ("internals.import_labels:put:after", False),
    "pointers of assets have moved": ("store.assets:switch:after", False),
    "new assets are there": ("store.staged:add:after", False),
    "all is written but the commit": ("internals.import_switch:_conclude:after", False),
    "the commit is made": ("internals.import_switch:switch:after", True),
    "everything is done": ("internals.import_annotations:_Import.run:after", True),
}
FORK = {
    "the new version is open to write": ("internals.fork:_fill:before", False),
    "pointers are copied": ("store.pointers:copy:after", False),
    "all is written but the commit": ("internals.fork:_conclude:after", False),
    "everything is done": ("internals.fork:run:after", True),
}
SHORT = {"pointers of assets have moved", "the commit is made", "pointers are copied"}

numbers = count(1)


def _cases(points: dict[str, tuple[str, bool]]) -> list[object]:
    """The ones outside the short form are for `make chaos`."""
    return [
        pytest.param(*point, id=name, marks=[] if name in SHORT else [pytest.mark.chaos])
        for name, point in points.items()
    ]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("place"))
    place.install(point for point, _ in [*IMPORT.values(), *FORK.values()])
    with ready(place):
        yield place


@pytest.mark.parametrize(("point", "is_true"), _cases(IMPORT))
def test_an_import_that_dies_when(place: Place, point: str, *, is_true: bool) -> None:
    untouched, version = _filled(place, BEFORE), _filled(place, BEFORE)
    place.until(place.launch_import(untouched, AFTER), "SUCCEEDED")
    after = _content(place, untouched)
    assert _content(place, version) != after
    job_id = _die(place, point, lambda: place.launch_import(version, AFTER))
    _check(place, job_id, lambda: _content(place, version), after, is_true=is_true)


@pytest.mark.parametrize(("point", "is_true"), _cases(FORK))
def test_a_fork_that_dies_when(place: Place, point: str, *, is_true: bool) -> None:
    source = _filled(place, BEFORE)
    job_id = _die(place, point, lambda: place.launch_fork(source, f"fork {next(numbers)}"))
    version = place.job(job_id)["target"]["id"]
    full = _content(place, source)
    _check(place, job_id, lambda: _content(place, version), full, is_true=is_true)


def _filled(place: Place, content: bytes) -> str:
    version = place.add_version(f"version {next(numbers)}")
    assert place.until(place.launch_import(version, content), "SUCCEEDED", "FAILED")
    return version


def _die(place: Place, point: str, launch: Callable[[], UUID]) -> UUID:
    """Launch an operation whose process dies there."""
    place.arm(point)
    job_id = launch()
    place.rest()
    place.judge()
    assert place.dead(point) is not None
    return job_id


def _check(
    place: Place,
    job_id: UUID,
    content: Callable[[], list[Any]],
    after: list[Any],
    *,
    is_true: bool,
) -> None:
    """It went on as the same run and did all of it, once; where its change stood already, nothing more."""
    assert (place.job(job_id)["status"], content()) == ("SUCCEEDED", after)
    with place.database() as db, db.read() as read:
        kinds = [event.kind for event in events.of_run(read, place.runs[job_id])]
        left = read.scalar(select(func.count()).select_from(schema.checkpoint))
    assert kinds.count("run_resumed") == (0 if is_true else 1)
    assert left == 0


def _content(place: Place, version_id: str) -> list[Any]:
    """What a version says of each of its pictures."""
    page = place.ask("GET", f"/api/v1/versions/{version_id}/assets?limit=1000").json()
    return sorted(
        (asset["filename"], [(each["label"]["name"], each["geometry"]) for each in asset["shapes"]])
        for asset in page["items"]
    )
