"""What can be wrong with a file that is imported, from the upload to the sentence in the list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.live import LiveServer, until

GOOD = [1, 2, 30, 40]
RING = [1, 2, 3, 4, 5, 6]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with (
        LiveServer(tmp_path_factory.mktemp("files") / "data") as server,
        server.client() as client,
    ):
        yield client


@pytest.fixture(scope="module")
def version(client: httpx.Client) -> str:
    """A version that holds one picture with two shapes."""
    dataset = client.post("/api/v1/datasets", json={"name": "apples"}).json()
    answer = client.post(f"/api/v1/datasets/{dataset['id']}/versions", json={"name": "v1"})
    version_id = str(answer.raise_for_status().json()["id"])
    assert _import(client, version_id, coco({}, {}))["status"] == "SUCCEEDED"
    return version_id


def coco(*annotations: dict[str, Any]) -> bytes:
    """A file of one image and one category; annotations are numbered from 1."""
    whole = [
        {"id": number, "image_id": 1, "category_id": 1, "bbox": GOOD, **annotation}
        for number, annotation in enumerate(annotations, start=1)
    ]
    content = {
        "images": [{"id": 1, "file_name": "1.jpg", "width": 640, "height": 480}],
        "categories": [{"id": 1, "name": "apple"}],
        "annotations": whole,
    }
    return json.dumps(content).encode()


def _import(client: httpx.Client, version: str, content: bytes, **fields: str) -> Any:
    """The job of an import, when it has ended."""
    files = {"file": ("annotations.json", content, "application/json")}
    path = f"/api/v1/versions/{version}/import"
    answer = client.post(path, files=files, data={"format": "coco", **fields})
    job = answer.raise_for_status().json()
    return until(client, job["id"], "SUCCEEDED", "FAILED", "KILLED")


def _content(client: httpx.Client, version: str) -> tuple[Any, Any, Any]:
    """All that a version says: its numbers, labels and shapes."""
    known = client.get(f"/api/v1/versions/{version}").raise_for_status().json()
    assets = client.get(f"/api/v1/versions/{version}/assets").raise_for_status().json()
    return known["shape_count"], known["labels"], assets["items"]


def byte(content: bytes, record: bytes) -> str:
    """Where a record begins, as a message says it."""
    return f"at byte {content.rindex(record)}"


TWO = coco({}, {})
NAN = coco({}, {"bbox": [1, float("nan"), 3, 4]})
FIRST, SECOND = b'{"id": 1, "image_id"', b'{"id": 2'
NO_IMAGE, NO_CATEGORY = coco({}, {"image_id": 7}), coco({}, {"category_id": 7})
NEGATIVE, TWICE = coco({}, {"bbox": [1, 2, -3, 4]}), coco({}, {"id": 1})
ODD = coco({}, {"segmentation": [[*RING, 7]]})


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"id,name\n1,apple\n", "The file is not JSON at byte 0: expected {."),
        (TWO[:100], "The file is truncated: it ends at byte 100."),
        (TWO[:-1], f"The file is truncated: it ends at byte {len(TWO) - 1}."),
        (NO_IMAGE, f"annotation 2 {byte(NO_IMAGE, SECOND)}: image_id 7 is unknown"),
        (NO_CATEGORY, f"annotation 2 {byte(NO_CATEGORY, SECOND)}: category_id 7 is unknown"),
        (NAN, f"annotation 2 {byte(NAN, SECOND)}: it holds NaN or Infinity"),
        (
            NEGATIVE,
            f"annotation 2 {byte(NEGATIVE, SECOND)}: bbox [1, 2, -3, 4] has a negative size",
        ),
        (TWICE, f"annotations[1] {byte(TWICE, FIRST)}: its id 1 appears twice"),
        (ODD, f"annotation 2 {byte(ODD, SECOND)}: a polygon has an odd number of coordinates: 7"),
        (
            coco({}).replace(b'"apple"', b'"p\xeache"'),
            "category 1 at byte 90: it is not UTF-8",
        ),
    ],
)
def test_a_file_with_a_fault_changes_nothing_and_the_list_says_where_it_is(
    client: httpx.Client, version: str, content: bytes, says: str
) -> None:
    before = _content(client, version)
    job = _import(client, version, content)
    assert job["status"] == "FAILED"
    failure = job["job_runs"][0]["failure"]
    assert failure["kind"] == "invalid_input"
    assert says in failure["message"]
    assert "\n" not in failure["message"]
    listed = client.get("/api/v1/jobs").json()["items"][0]
    assert (listed["id"], listed["failure"]["message"]) == (job["id"], failure["message"])
    assert _content(client, version) == before


def test_bad_records_are_left_out_where_that_was_asked(client: httpx.Client, version: str) -> None:
    content = coco({}, {"bbox": [1, 2, -3, 4]}, {"segmentation": [[*RING, 7]]}, {"image_id": 7})
    job = _import(client, version, content, skip_bad="true")
    assert job["status"] == "SUCCEEDED"
    assert job["job_runs"][0]["result"]["summary"].endswith("1 shape · 3 bad records skipped")
    assert _content(client, version)[0] == 1


def test_an_import_runs_again_from_the_file_that_was_kept(
    client: httpx.Client, version: str
) -> None:
    job = _import(client, version, coco({}, {}, {"bbox": [1, 2, -3, 4]}))
    assert job["status"] == "FAILED"
    path = f"/api/v1/jobs/{job['id']}/rerun"
    client.post(path, json={"parameters": {"skip_bad": True}}).raise_for_status()
    again = until(client, job["id"], "SUCCEEDED", "FAILED", "KILLED")
    assert (again["status"], again["runs"]) == ("SUCCEEDED", 2)
    assert _content(client, version)[0] == 2
