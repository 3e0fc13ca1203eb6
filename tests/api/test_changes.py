"""What runs and edits changed, as the page and scripts read it; that it is undone is tested elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from safelight.actions.settle import settle
from safelight.domain.jobs import Exit
from safelight.internals import operate
from tests.api.test_datasets import make_version
from tests.factories import House
from tests.pictures import picture
from tests.web import Site


@pytest.fixture
def client(site: Site, house: House) -> Iterator[httpx.Client]:
    with site.as_(house, "member") as client:
        yield client


def shape(label: str, x: int = 1) -> dict[str, Any]:
    return {"kind": "rectangle", "label": label, "geometry": [x, 1, 2, 2]}


def add_picture(client: httpx.Client, version: Any, name: str, *shapes: Any) -> Any:
    answer = client.post(
        f"/api/v1/versions/{version['id']}/pictures",
        files={"file": (name, picture(shade=len(name)), "image/jpeg")},
        data={"shapes": json.dumps(shapes)},
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def history(client: httpx.Client, version: Any) -> list[Any]:
    items: list[Any] = client.get(f"/api/v1/versions/{version['id']}/changes").json()["items"]
    return items


def do(site: Site, job: Any) -> None:
    """What a runner does: the operation of the job's newest run."""
    run_id = UUID(job["run_id"])
    assert operate(site.context, run_id) == 0
    settle(site.context.db, run_id, Exit(exit_code=0))


def test_the_history_of_a_version_says_who_changed_what(client: httpx.Client) -> None:
    version = make_version(client)
    asset = add_picture(client, version, "a.jpg", shape("apple"), shape("pear"))
    client.put(f"/api/v1/assets/{asset['id']}/shapes", json={"shapes": [shape("apple")]})
    client.patch(f"/api/v1/versions/{version['id']}", json={"name": "v9"})
    found = history(client, version)
    assert [each["summary"] for each in found] == [
        "name first → v9",
        "1 picture changed · −1 shape",
        "+1 picture · +2 shapes · labels apple, pear added",
        "the version came into being",
    ]
    assert {each["by"]["name"] for each in found} == {"orchard-member"}
    assert found[1]["numbers"]["classes"] == [
        {"name": "pear", "before": 1, "after": 0},
        {"name": "apple", "before": 1, "after": 1},
    ]


def test_a_history_is_read_in_pages(client: httpx.Client) -> None:
    version = make_version(client)
    for name in ("v2", "v3", "v4"):
        client.patch(f"/api/v1/versions/{version['id']}", json={"name": name})
    path, found, after = f"/api/v1/versions/{version['id']}/changes", [], None
    while True:
        params = {"limit": 3, **({"after": after} if after else {})}
        page = client.get(path, params=params).json()
        found += [each["summary"] for each in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert found == [each["summary"] for each in history(client, version)]
    assert len(found) == 4


def test_a_picture_is_shown_before_and_after(client: httpx.Client) -> None:
    version = make_version(client)
    asset = add_picture(client, version, "a.jpg", shape("apple"))
    client.put(f"/api/v1/assets/{asset['id']}/shapes", json={"shapes": [shape("pear", 5)]})
    change = history(client, version)[0]["id"]
    page = client.get(f"/api/v1/changes/{change}/pictures").json()
    [one] = page["items"]
    assert page["next"] is None
    assert (one["filename"], one["id"]) == ("a.jpg", asset["id"])
    assert [(s["label"]["name"], s["geometry"]) for s in one["before"]["shapes"]] == [
        ("apple", [1, 1, 2, 2])
    ]
    assert [s["label"]["name"] for s in one["after"]["shapes"]] == ["pear"]
    assert client.get(f"/api/v1/changes/{change}/pictures/{asset['id']}").json() == one
    made = history(client, version)[1]["id"]
    added = client.get(f"/api/v1/changes/{made}/pictures").json()["items"][0]
    assert (added["before"]["exists"], added["after"]["exists"]) == (False, True)


def test_tags_are_part_of_what_changed(client: httpx.Client) -> None:
    version = make_version(client)
    asset = add_picture(client, version, "a.jpg")
    tag = client.post(f"/api/dataset/version/{version['id']}/tags", json={"name": "hard"}).json()
    client.post(f"/api/tag/{tag['id']}/attach", json=[asset["id"]])
    before = len(history(client, version))
    client.post(f"/api/tag/{tag['id']}/attach", json=[asset["id"]])
    found = history(client, version)
    assert len(found) == before, "what changed nothing is no change"
    assert found[0]["summary"] == "tag hard +1"
    [one] = client.get(f"/api/v1/changes/{found[0]['id']}/pictures").json()["items"]
    assert (one["tags_on"], one["tags_off"], one["filename"]) == (["hard"], [], "a.jpg")


def test_an_edit_is_undone_by_a_job_and_the_history_says_so(
    client: httpx.Client, site: Site
) -> None:
    version = make_version(client)
    add_picture(client, version, "a.jpg", shape("apple"))
    edit = history(client, version)[0]
    answer = client.post(f"/api/v1/changes/{edit['id']}/undo")
    job = answer.json()
    assert answer.status_code == 201
    assert (job["operation"], job["name"], job["target"]["id"]) == (
        "undo",
        "Undo orchard-member’s edit of fruit/first",
        version["id"],
    )
    do(site, job)
    undo, undone, _ = history(client, version)
    assert undo["undoes"]["id"] == edit["id"]
    assert undone["undone_by"]["job"]["id"] == job["id"]
    assert undo["summary"] == "−1 picture · −1 shape · label apple removed"
    [change] = client.get(f"/api/v1/runs/{job['run_id']}/changes").json()["items"]
    assert change == undo
    again = client.post(f"/api/v1/runs/{job['run_id']}/undo").json()
    do(site, again)
    assert client.get(f"/api/v1/versions/{version['id']}").json()["asset_count"] == 1


def test_an_undo_that_newer_changes_stand_on_is_a_409_with_the_list(client: httpx.Client) -> None:
    version = make_version(client)
    asset = add_picture(client, version, "a.jpg", shape("apple"))
    client.put(f"/api/v1/assets/{asset['id']}/shapes", json={"shapes": [shape("apple", 9)]})
    edit = history(client, version)[1]
    answer = client.post(f"/api/v1/changes/{edit['id']}/undo")
    error = answer.json()
    assert (answer.status_code, error["code"]) == (409, "newer_changes")
    assert error["detail"]["total"] == 1
    [conflict] = error["detail"]["conflicts"]
    assert (conflict["asset_id"], conflict["filename"]) == (asset["id"], "a.jpg")
    assert conflict["sentence"].startswith("a.jpg was changed by orchard-member on ")


def test_a_version_that_is_gone_has_its_history(client: httpx.Client, site: Site) -> None:
    version = make_version(client)
    client.delete(f"/api/v1/versions/{version['id']}")
    [removal, _] = history(client, version)
    assert (removal["version_removed"], removal["summary"]) == (True, "the version was removed")
    path = f"/api/v1/datasets/{version['dataset']['id']}/removed"
    assert client.get(path).json()["items"] == [removal]
    do(site, client.post(f"/api/v1/changes/{removal['id']}/undo").json())
    assert client.get(f"/api/v1/versions/{version['id']}").status_code == 200
    assert client.get(path).json()["items"] == []
