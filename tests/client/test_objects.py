"""Jobs, versions and experiments as the SDK shows them, over a network that answers for a server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight import Classification, Polygon, Rectangle, current
from safelight.client.datasets import Version
from safelight.client.http import Http
from safelight.client.jobs import Job, Run
from safelight.client.projects import Experiment
from safelight.client.shapes import Keypoints, Line, Mask, Point, Shape, from_json, to_json
from safelight.errors import Invalid

ID = "01930000-0000-7000-8000-000000000001"


def http(answer: Callable[[httpx.Request], object]) -> Http:
    def handle(request: httpx.Request) -> httpx.Response:
        found = answer(request)
        return found if isinstance(found, httpx.Response) else httpx.Response(200, json=found)

    return Http("http://h", "t", patience_s=0, transport=httpx.MockTransport(handle))


def line(number: int) -> dict[str, object]:
    at = "2026-11-23T01:02:03.000004Z"
    return {"n": number, "at": at, "stream": "stdout", "text": f"line {number}"}


def test_a_followed_log_gives_every_line_once_and_ends_when_it_is_complete() -> None:
    pages = iter(
        [
            {"lines": [line(1), line(2)], "total_lines": 2, "complete": False},
            {"lines": [], "total_lines": 2, "complete": False},
            {"lines": [line(3)], "total_lines": 4, "complete": True},
            {"lines": [line(4)], "total_lines": 4, "complete": True},
        ]
    )
    run = Run(http(lambda _: next(pages)), {"id": ID, "number": 1})
    assert [found.number for found in run.logs(follow=True)] == [1, 2, 3, 4]


def test_waiting_ends_with_the_run_whatever_its_end() -> None:
    statuses = iter(["PENDING", "RUNNING", "FAILED"])
    job = Job(http(lambda _: {"id": ID, "name": "a", "status": next(statuses)}), {"id": ID})
    assert job.wait().status == "FAILED"


def test_waiting_too_long_raises_and_leaves_the_job_alone() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> object:
        asked.append(request.method)
        return {"id": ID, "name": "slow", "status": "RUNNING"}

    with pytest.raises(TimeoutError, match="'slow' is still RUNNING"):
        Job(http(answer), {"id": ID}).wait(timeout_s=0)
    assert set(asked) == {"GET"}


def test_a_point_whose_answer_was_lost_is_logged_once() -> None:
    kept: list[float] = []
    lose = iter([True, False])

    def answer(request: httpx.Request) -> object:
        if request.method == "GET":
            return {"id": ID, "metrics": [{"name": "loss", "points": len(kept)}]}
        kept.extend(json.loads(request.content)["data"])
        return httpx.Response(503) if next(lose, False) else {}

    experiment = Experiment(http(answer), {"id": ID})
    experiment.log("loss", 0.5)
    experiment.log("loss", [0.4, 0.3])
    assert kept == [0.5, 0.4, 0.3]


def test_a_point_that_no_chart_can_show_is_left_out_and_said() -> None:
    sent: list[object] = []

    def answer(request: httpx.Request) -> object:
        if request.method == "POST":
            sent.append(json.loads(request.content)["data"])
        return {"id": ID, "metrics": []}

    experiment = Experiment(http(answer), {"id": ID})
    with pytest.warns(UserWarning, match="loss is not finite"):
        experiment.log("loss", [1, float("nan"), 2.5])
    with pytest.warns(UserWarning, match="loss is not finite"):
        experiment.log("loss", float("inf"))
    assert sent == [[1, 2.5]]


def test_current_outside_a_run_says_what_is_missing() -> None:
    with pytest.raises(Invalid, match="inside a run only"):
        current({})


numbers = st.floats(-1e6, 1e6)
pairs = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=5).map(tuple)
shapes: st.SearchStrategy[Shape] = st.one_of(
    st.builds(Rectangle, st.text(), numbers, numbers, numbers, numbers),
    st.builds(Polygon, st.text(), st.lists(pairs, min_size=1, max_size=3).map(tuple)),
    st.builds(Classification, st.text()),
    st.builds(Line, st.text(), pairs),
    st.builds(Point, st.text(), numbers, numbers),
    st.builds(
        Keypoints,
        st.text(),
        st.lists(st.tuples(numbers, numbers, st.integers(0, 2)), max_size=4).map(tuple),
    ),
    st.builds(Mask, st.text(), st.just({"counts": "ab", "size": [2, 2]})),
)


@given(shape=shapes)
def test_a_shape_comes_back_as_it_went(shape: Shape) -> None:
    sent = json.loads(json.dumps(to_json(shape)))
    sent["label"] = {"id": ID, "name": sent["label"]}
    assert from_json(sent) == shape


def test_a_kind_of_shape_from_the_future_is_named() -> None:
    with pytest.raises(Invalid, match="'cuboid'"):
        from_json({"kind": "cuboid", "label": {"id": ID, "name": "a"}, "geometry": []})


def test_objects_are_equal_when_they_are_the_same_object() -> None:
    connection = http(lambda _: {})
    assert Job(connection, {"id": ID, "status": "FAILED"}) == Job(connection, {"id": ID})
    assert Job(connection, {"id": ID}).id == UUID(ID)
    assert Job(connection, {"id": ID}) != Run(connection, {"id": ID})


def test_a_picture_is_sent_with_its_shapes(tmp_path: Path) -> None:
    seen: list[bytes] = []

    def answer(request: httpx.Request) -> object:
        seen.append(request.read())
        return {"id": ID, "filename": "a.png"}

    version = Version(http(answer), {"id": ID})
    version.add_picture("a.png", b"PNG!", [Rectangle("coin", 1, 2, 3, 4)])
    assert b"PNG!" in seen[0]
    assert b'"geometry": [1, 2, 3, 4]' in seen[0]


def test_an_operation_is_launched_by_its_name_with_versions_by_their_ids() -> None:
    asked: list[tuple[str, object]] = []

    def answer(request: httpx.Request) -> object:
        asked.append((request.url.path, json.loads(request.content)))
        return {"id": ID, "name": "Merge"}

    connection = http(answer)
    version, other = Version(connection, {"id": ID}), Version(connection, {"id": ID[:-1] + "2"})
    job = version.operate("import_shapes", source=other, mode="keep")
    version.operate("merge", versions=[other, "fruits/v2"], labels={"apple": "pear"})
    assert job.name == "Merge"
    assert asked == [
        (f"/api/v1/versions/{ID}/import-shapes", {"source": ID[:-1] + "2", "mode": "keep"}),
        (
            f"/api/v1/versions/{ID}/merge",
            {"versions": [ID[:-1] + "2", "fruits/v2"], "labels": {"apple": "pear"}},
        ),
    ]
