"""Import, fork and export as a page or script launches them; what the jobs do is tested elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from safelight.actions import objects
from safelight.domain.jobs import SUCCEEDED, Ending, Exit
from safelight.ids import uuid7
from safelight.store import runs
from tests.api.test_datasets import make_version
from tests.factories import House, add_house
from tests.pictures import picture
from tests.web import Site

COCO = b'{"images": [], "categories": [], "annotations": []}'


@pytest.fixture
def client(site: Site, house: House) -> Iterator[httpx.Client]:
    with site.as_(house, "member") as client:
        yield client


def start_import(
    client: httpx.Client, version: Any, key: str = "", **fields: str
) -> httpx.Response:
    return client.post(
        f"/api/v1/versions/{version['id']}/import",
        files={"file": ("fruit.json", COCO)},
        data=fields,
        headers={"Idempotency-Key": key} if key else {},
    )


def test_an_import_is_a_job_of_its_version(client: httpx.Client, site: Site) -> None:
    version = make_version(client)
    answer = start_import(client, version, mode="keep", skip_bad="true")
    job = answer.json()
    assert answer.status_code == 201
    assert (job["type"], job["operation"], job["status"]) == (
        "INTERNAL",
        "import_annotations",
        "PENDING",
    )
    assert job["target"]["id"] == version["id"]
    [run] = job["job_runs"]
    assert run["parameters"] == {
        "format": "auto",
        "mode": "KEEP",
        "matching": "auto",
        "skip_bad": True,
        "create_labels": True,
        "placeholders": True,
        "label_attribute": "",
    }
    assert site.context.blobs.read(run["inputs"]["file"]["object_name"]) == COCO
    listed = client.get(f"/api/v1/versions/{version['id']}/jobs").json()["items"]
    assert [row["id"] for row in listed] == [job["id"]]


def test_a_repeated_import_opens_the_job_that_exists(client: httpx.Client) -> None:
    version = make_version(client)
    first, again = start_import(client, version, "k"), start_import(client, version, "k")
    assert first.json()["id"] == again.json()["id"]
    assert start_import(client, version).json()["id"] != first.json()["id"]


def test_an_import_that_makes_no_sense_is_refused(client: httpx.Client) -> None:
    version = make_version(client)
    path = f"/api/v1/versions/{version['id']}/import"
    answers = [
        start_import(client, version, mode="nonsense"),
        start_import(client, version, format="pdf"),
        start_import(client, version, skip_bad="perhaps"),
        client.post(path, data={"mode": "keep"}),
        client.post(path, json={}),
        client.post(path, files={"other": ("a.json", COCO)}),
        client.post(path, files=[("file", ("a.json", COCO)), ("file", ("b.json", COCO))]),
    ]
    assert {answer.status_code for answer in answers} == {400}
    assert client.get(f"/api/v1/versions/{version['id']}/jobs").json()["items"] == []


def test_a_check_is_a_job_whose_file_can_be_imported_then(client: httpx.Client) -> None:
    version = make_version(client)
    path = f"/api/v1/versions/{version['id']}/import"
    checked = client.post(f"{path}/check", files={"file": ("fruit.json", COCO)}).json()
    assert (checked["operation"], checked["status"]) == ("check_import", "PENDING")
    answer = client.post(path, files={"checked_by": (None, checked["id"])})
    assert answer.status_code == 201
    [run] = answer.json()["job_runs"]
    assert run["inputs"]["file"] == checked["job_runs"][0]["inputs"]["file"]
    both = {"checked_by": (None, checked["id"]), "file": ("fruit.json", COCO)}
    wrong = {"checked_by": (None, answer.json()["id"])}
    assert [client.post(path, files=each).status_code for each in (both, wrong)] == [400, 400]


def test_rejects_are_offered_and_imported_again(client: httpx.Client, site: Site) -> None:
    version = make_version(client)
    first = start_import(client, version).json()
    again = start_import(client, version, only_rejected_of=first["id"])
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    run_id = UUID(first["run_id"])
    with site.context.db.transaction() as tx:
        name = objects.issue_name(tx, runs.get(tx, run_id).organization_id, "EXPORT", "r.jsonl")
        kept = {"total": 1, "object_name": name, "size": 3, "again": []}
        runs.rejects(tx, run_id, kept)
        runs.start(tx, run_id, alive_until=tx.now)
        runs.end(tx, run_id, Ending(SUCCEEDED), Exit(exit_code=0))
    job = client.get(f"/api/v1/jobs/{first['id']}").json()
    assert job["job_runs"][0]["rejects"] == {"total": 1, "size": 3, "again": []}
    download = client.get(f"/api/v1/jobs/{first['id']}/downloads/rejects.jsonl")
    assert download.status_code == 307
    again = start_import(client, version, only_rejected_of=first["id"]).json()
    [run] = again["job_runs"]
    assert run["inputs"]["rejected_of"]["job_id"] == first["id"]
    assert run["parameters"]["skip_bad"] is True
    job = client.get(f"/api/v1/jobs/{first['id']}").json()
    assert job["job_runs"][0]["rejects"]["again"] == [again["id"]]


def test_a_locked_version_takes_no_import_and_says_who_locked_it(client: httpx.Client) -> None:
    version = make_version(client)
    client.post(f"/api/v1/versions/{version['id']}/lock")
    answer = start_import(client, version)
    assert answer.status_code == 423
    assert "orchard-member" in answer.json()["message"]


def test_a_fork_makes_its_version_at_once(client: httpx.Client) -> None:
    version = make_version(client)
    path = f"/api/v1/versions/{version['id']}/fork"
    answer = client.post(path, json={"name": "second", "with_annotations": False})
    assert answer.status_code == 201
    made = client.get(f"/api/v1/versions/{answer.json()['target']['id']}").json()
    assert (made["name"], made["forked_from"]["id"]) == ("second", version["id"])
    assert client.post(path, json={"name": "second"}).status_code == 409


def test_every_declared_operation_is_launched_by_its_route(client: httpx.Client) -> None:
    version, other = make_version(client), make_version(client, "other")
    path = f"/api/v1/versions/{version['id']}"
    bodies = {
        "copy": {"source": other["id"], "mode": "replace", "pictures": {"search": "x"}},
        "merge": {"versions": [other["id"]], "name": "merged"},
        "split": {"parts": {"train": 0.8, "val": 0.2}, "stratify": "label", "seed": 1},
        "import-shapes": {"source": other["id"]},
        "convert": {"to": "rectangle", "kinds": ["polygon"]},
        "tag": {"add": ["hard"]},
        "classes-to-tags": {},
        "delete-pictures": {"everything": True},
        "delete-shapes": {"pictures": {"min_shapes": 1}},
    }
    for name, body in bodies.items():
        answer = client.post(f"{path}/{name}", json=body)
        assert answer.status_code == 201, answer.text
        job = answer.json()
        assert (job["type"], job["operation"]) == ("INTERNAL", name.replace("-", "_"))
        assert job["target"]["id"] == version["id"]
    listed = client.get(f"{path}/jobs").json()["items"]
    assert len(listed) == len(bodies)


def test_what_was_asked_for_is_kept_as_parameters_and_inputs(
    client: httpx.Client, site: Site
) -> None:
    version, other = make_version(client), make_version(client, "other")
    path = f"/api/v1/versions/{version['id']}/copy"
    chosen = str(uuid7())
    named = f"{other['dataset']['name']}/{other['name']}"
    body = {"source": named, "pictures": {"asset_ids": [chosen], "search": "x"}}
    [run] = client.post(path, json=body).json()["job_runs"]
    assert run["parameters"] == {
        "mode": "keep",
        "labels": {},
        "create_labels": True,
        "with_annotations": True,
        "with_tags": True,
        "pictures": {
            "labels": [],
            "tags": [],
            "search": "x",
            "q": "",
            "min_shapes": None,
            "max_shapes": None,
        },
    }
    assert run["inputs"]["source"] == other["id"]
    kept = run["inputs"]["assets"]
    assert kept["count"] == 1
    assert site.context.blobs.read(kept["object_name"]) == UUID(chosen).bytes


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("split", {"parts": {"a": 0.5, "b": 0.4}}, "parts"),
        ("split", {"parts": {"a": "much", "b": 0.4}}, "parts.a"),
        ("split", {"parts": {"a": 0.5, "b": 0.5}, "sed": 1}, "sed"),
        ("split", {"parts": {"a": 0.5, "b": 0.5}, "seed": -1}, "seed"),
        ("convert", {}, "to"),
        ("convert", {"to": "mask"}, "to"),
        ("copy", {"source": "nothing"}, "source"),
        ("tag", {"add": ["x"], "pictures": {"labels": ["fig"]}}, "pictures.labels"),
        ("tag", {"add": ["x"], "pictures": {"asset_ids": []}}, "pictures.asset_ids"),
        ("tag", {"add": ["x"], "pictures": {"q": "shapes:many"}}, "pictures.q"),
        ("tag", {"add": ["x"], "pictures": {"q": "label:fig"}}, "pictures.q"),
        ("delete-pictures", {}, "everything"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_with_its_field(
    client: httpx.Client, name: str, body: dict[str, Any], field: str
) -> None:
    version = make_version(client)
    answer = client.post(f"/api/v1/versions/{version['id']}/{name}", json=body)
    assert answer.status_code == 400, answer.text
    detail = answer.json()["detail"]
    fields = [detail["field"]] if "field" in detail else [one["field"] for one in detail["fields"]]
    assert fields == [field]
    assert client.get(f"/api/v1/versions/{version['id']}/jobs").json()["items"] == []


def test_operations_are_listed_with_their_parameters(client: httpx.Client) -> None:
    listed = {each["name"]: each for each in client.get("/api/v1/operations").json()}
    split = listed["split"]
    assert (split["title"], split["path"]) == ("Split", "split")
    forms = {each["name"]: each["form"] for each in split["parameters"]}
    assert forms == {
        "parts": "numbers_by_name",
        "tags": "texts",
        "rest": "text",
        "stratify": "choice",
        "seed": "integer",
        "into": "choice",
        "pictures": "pictures",
    }
    [stratify] = [each for each in split["parameters"] if each["name"] == "stratify"]
    assert (stratify["default"], stratify["choices"]) == ("none", ["none", "label", "tag"])
    [kinds] = [each for each in listed["convert"]["parameters"] if each["name"] == "kinds"]
    assert (kinds["form"], kinds["choices"][0]) == ("choices", "rectangle")
    [versions] = [each for each in listed["merge"]["parameters"] if each["name"] == "versions"]
    assert (versions["form"], versions["required"]) == ("versions", True)


def test_a_locked_version_takes_no_operation_that_changes_it(client: httpx.Client) -> None:
    version = make_version(client)
    path = f"/api/v1/versions/{version['id']}"
    client.post(f"{path}/lock")
    assert client.post(f"{path}/tag", json={"add": ["x"]}).status_code == 423
    parts = {"parts": {"a": 0.5, "b": 0.5}}
    assert client.post(f"{path}/split", json={**parts, "into": "tags"}).status_code == 423
    assert client.post(f"{path}/split", json=parts).status_code == 201


def test_a_repeated_operation_opens_the_job_that_exists(client: httpx.Client) -> None:
    version = make_version(client)
    path = f"/api/v1/versions/{version['id']}/tag"
    ids = {
        client.post(path, json={"add": ["x"]}, headers={"Idempotency-Key": "k"}).json()["id"]
        for _ in range(2)
    }
    assert len(ids) == 1


def test_the_form_of_a_rerun_has_the_rules_that_the_operation_declares(
    client: httpx.Client,
) -> None:
    version, other = make_version(client), make_version(client, "other")
    path = f"/api/v1/versions/{version['id']}/copy"
    job = client.post(path, json={"source": other["id"]}).json()
    form = client.get(f"/api/v1/runs/{job['run_id']}/form").json()
    assert form["parameters"]["mode"]["choices"] == ["replace", "keep", "concatenate"]
    assert [each["name"] for each in form["inputs"]] == ["source"]


def test_what_a_job_made_is_downloaded_by_its_name(
    client: httpx.Client, site: Site, house: House
) -> None:
    version = make_version(client)
    job = client.post(f"/api/v1/versions/{version['id']}/export", json={"format": "coco"}).json()
    assert job["operation"] == "export"
    path = f"/api/v1/jobs/{job['id']}/downloads/fruit.json"
    assert client.get(path).status_code == 404
    name = objects.store(site.context, house.organization_id, "EXPORT", "fruit.json", COCO)
    offered = {"downloads": [{"name": "fruit.json", "object_name": name, "size": len(COCO)}]}
    with site.context.db.transaction() as tx:
        runs.result(tx, UUID(job["run_id"]), offered)
    assert client.get(path, follow_redirects=True).content == COCO
    with site.as_(add_house(site.context.db, "vineyard"), "owner") as other:
        assert other.get(path).status_code == 404


def test_viewers_and_other_organizations_launch_nothing(
    client: httpx.Client, site: Site, house: House
) -> None:
    version = make_version(client)
    path = f"/api/v1/versions/{version['id']}"
    with site.as_(house, "viewer") as viewer:
        assert start_import(viewer, version).status_code == 403
        assert viewer.post(f"{path}/fork", json={"name": "x"}).status_code == 403
        assert viewer.post(f"{path}/export", json={}).status_code == 403
        assert viewer.get(f"{path}/jobs").status_code == 200
    with site.as_(add_house(site.context.db, "vineyard"), "owner") as other:
        assert start_import(other, version).status_code == 404
        assert other.post(f"{path}/fork", json={"name": "x"}).status_code == 404
        assert other.post(f"{path}/export", json={}).status_code == 404
        assert other.get(f"{path}/jobs").status_code == 404


# --- exports that are sent while they are made ------------------------------------------------------


def with_shapes(client: httpx.Client) -> dict[str, Any]:
    version: dict[str, Any] = make_version(client)
    shapes = [{"kind": "rectangle", "label": "apple", "geometry": [1, 2, 3, 4]}]
    client.post(
        f"/api/v1/versions/{version['id']}/pictures",
        files={"file": ("a.jpg", picture(), "image/jpeg")},
        data={"shapes": json.dumps(shapes)},
    ).raise_for_status()
    return version


@pytest.mark.parametrize(
    ("query", "name", "content_type"),
    [
        ("", "coco.json", "application/json"),
        ("?format=voc", "voc.zip", "application/zip"),
        ("?format=parquet", "parquet.parquet", "application/vnd.apache.parquet"),
        ("?format=coco&with_pictures=true", "coco.zip", "application/zip"),
        ("?format=yolo&q=shapes:1", "yolo.zip", "application/zip"),
        ("?format=yolo&label=apple&search=a&min_shapes=1", "yolo.zip", "application/zip"),
    ],
)
def test_an_export_is_sent_under_a_name_that_says_what_it_is(
    client: httpx.Client, query: str, name: str, content_type: str
) -> None:
    version = with_shapes(client)
    answer = client.get(f"/api/v1/versions/{version['id']}/export{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == content_type
    assert f'-{name}"' in answer.headers["content-disposition"]
    assert "content-length" not in answer.headers  # nobody knows yet
    if name == "coco.json":
        assert len(answer.json()["annotations"]) == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("format=csv", "format"),
        ("label=zebra", "pictures.labels"),
        ("tag=ripe", "pictures.tags"),
        ("search=zebra", "pictures"),
        ("q=label:zebra", "pictures.q"),
        ("q=zebra:1", "pictures.q"),
        ("min_shapes=2&max_shapes=1", "pictures.max_shapes"),
        ("labels=apple", "labels"),
    ],
)
def test_what_cannot_be_exported_is_refused_before_the_first_byte(
    client: httpx.Client, query: str, field: str
) -> None:
    version = with_shapes(client)
    answer = client.get(f"/api/v1/versions/{version['id']}/export?{query}")
    assert answer.status_code == 400
    assert field in answer.text


def test_viewers_may_take_an_export_and_other_organizations_may_not(
    client: httpx.Client, site: Site, house: House
) -> None:
    version = with_shapes(client)
    path = f"/api/v1/versions/{version['id']}/export"
    with site.as_(house, "viewer") as viewer:
        assert viewer.get(path).status_code == 200
    with site.as_(add_house(site.context.db, "vineyard"), "owner") as other:
        assert other.get(path).status_code == 404
