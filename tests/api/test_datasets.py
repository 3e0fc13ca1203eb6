"""Datasets, versions and assets over /api/v1: as the page and scripts see them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from safelight.scheduler.counting import Counting
from safelight.store import data, statistics, versions
from safelight.store.data import NewData
from safelight.store.db import Database
from tests.factories import House, add_house
from tests.pictures import picture
from tests.web import Site

BOX = {"kind": "rectangle", "label": "apple", "geometry": [1, 2.5, 3, 4]}
TRIANGLE = {"kind": "polygon", "label": "pear", "geometry": [[[0, 0], [4, 0], [4, 4.25]]]}


@pytest.fixture
def client(site: Site, house: House) -> Iterator[httpx.Client]:
    with site.as_(house, "member") as client:
        yield client


def make_version(client: httpx.Client, dataset: str = "fruit", name: str = "first") -> Any:
    made = client.post("/api/v1/datasets", json={"name": dataset}).raise_for_status().json()
    path = f"/api/v1/datasets/{made['id']}/versions"
    return client.post(path, json={"name": name}).raise_for_status().json()


def add_picture(
    client: httpx.Client, version: Any, name: str, content: bytes, *shapes: Any
) -> httpx.Response:
    return client.post(
        f"/api/v1/versions/{version['id']}/pictures",
        files={"file": (name, content)},
        data={"shapes": json.dumps(shapes)},
    )


def test_a_dataset_is_made_listed_named_and_removed(client: httpx.Client) -> None:
    version = make_version(client)
    row = client.get("/api/v1/datasets", params={"name": "fruit"}).json()["items"][0]
    assert (row["name"], row["versions"], row["latest_version"]["name"]) == ("fruit", 1, "first")
    assert client.get("/api/v1/datasets", params={"name": "other"}).json()["items"] == []
    again = client.post("/api/v1/datasets", json={"name": " fruit "})
    assert (again.status_code, again.json()["code"]) == (409, "name_taken")
    assert client.post("/api/v1/datasets", json={"name": " "}).status_code == 400
    path = f"/api/v1/datasets/{row['id']}"
    assert client.patch(path, json={"name": "Fruit"}).json()["name"] == "Fruit"
    assert client.get(path).json()["versions"][0]["id"] == version["id"]
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert client.get(f"/api/v1/versions/{version['id']}").status_code == 404
    make_version(client)


def test_the_list_of_datasets_has_pages(client: httpx.Client) -> None:
    for number in range(5):
        client.post("/api/v1/datasets", json={"name": f"d{number}"})
    names, after = [], None
    while True:
        page = client.get(
            "/api/v1/datasets", params={"limit": 2, "after": after} if after else {"limit": 2}
        ).json()
        names += [row["name"] for row in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert names == ["d4", "d3", "d2", "d1", "d0"]


def test_a_version_name_is_unique_in_its_dataset(client: httpx.Client) -> None:
    version = make_version(client)
    path = f"/api/v1/datasets/{version['dataset']['id']}/versions"
    assert client.post(path, json={"name": "first"}).status_code == 409
    assert client.post(path, json={"name": "x", "type": "NONSENSE"}).status_code == 400
    second = client.post(path, json={"name": "second", "type": "SEGMENTATION"}).json()
    changed = client.patch(
        f"/api/v1/versions/{second['id']}", json={"type": "OBJECT_DETECTION", "description": "d"}
    ).json()
    assert (changed["name"], changed["type"], changed["description"]) == (
        "second",
        "OBJECT_DETECTION",
        "d",
    )
    assert (
        client.patch(f"/api/v1/versions/{second['id']}", json={"name": "first"}).status_code == 409
    )


def test_a_picture_enters_with_its_shapes_and_new_labels(client: httpx.Client) -> None:
    version = make_version(client)
    answer = add_picture(client, version, "a.jpg", picture(), BOX, TRIANGLE)
    assert answer.status_code == 201
    asset = answer.json()
    assert (asset["filename"], asset["width"], asset["height"], asset["status"]) == (
        "a.jpg",
        32,
        24,
        "DONE",
    )
    assert [
        {"kind": shape["kind"], "label": shape["label"]["name"], "geometry": shape["geometry"]}
        for shape in asset["shapes"]
    ] == [BOX, TRIANGLE]
    assert client.get(asset["url"]).content == picture()
    detail = client.get(f"/api/v1/versions/{version['id']}").json()
    assert [(label["name"], label["shapes"]) for label in detail["labels"]] == [
        ("apple", 1),
        ("pear", 1),
    ]
    assert (detail["asset_count"], detail["shape_count"], detail["annotated_count"]) == (1, 2, 1)
    assert client.get(f"/api/v1/assets/{asset['id']}").json()["shapes"] == asset["shapes"]


def test_a_repeated_picture_is_the_same_asset_and_another_of_the_name_is_refused(
    client: httpx.Client,
) -> None:
    version = make_version(client)
    first = add_picture(client, version, "a.jpg", picture(), BOX).json()
    again = add_picture(client, version, "a.jpg", picture(), TRIANGLE).json()
    assert (again["id"], again["data_id"]) == (first["id"], first["data_id"])
    assert [shape["kind"] for shape in again["shapes"]] == ["polygon"]
    other = add_picture(client, version, "a.jpg", picture(shade=10), BOX)
    assert (other.status_code, other.json()["code"]) == (409, "name_taken")
    second = make_version(client, "more")
    shared = add_picture(client, second, "a.jpg", picture()).json()
    assert shared["data_id"] == first["data_id"]
    lakes = client.get("/api/v1/datalakes").json()["items"]
    assert [lake["data_count"] for lake in lakes] == [1]


@pytest.mark.parametrize(
    "shapes",
    [
        "{",
        "{}",
        '[{"kind": "circle", "label": "a"}]',
        '[{"kind": "point", "geometry": [1, 2]}]',
        '[{"kind": "rectangle", "label": "a", "geometry": [1, 2]}]',
        '[{"kind": "polygon", "label": "a", "geometry": [[1, 2, 3]]}]',
        '[{"kind": "point", "label": "a", "geometry": [1, "2"]}]',
    ],
)
def test_shapes_that_make_no_sense_are_refused_and_nothing_is_said(
    client: httpx.Client, shapes: str
) -> None:
    version = make_version(client)
    path = f"/api/v1/versions/{version['id']}/pictures"
    answer = client.post(path, files={"file": ("a.jpg", picture())}, data={"shapes": shapes})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert client.get(f"/api/v1/versions/{version['id']}/assets").json()["items"] == []


def test_what_is_not_a_picture_is_refused(client: httpx.Client) -> None:
    version = make_version(client)
    assert add_picture(client, version, "a.jpg", b"not a picture").status_code == 400
    assert add_picture(client, version, "a.jpg", b"").status_code == 400
    path = f"/api/v1/versions/{version['id']}/pictures"
    assert client.post(path, files={"other": ("a.jpg", picture())}).status_code == 400
    assert client.post(path, data={"shapes": "[]"}).status_code == 400


def test_assets_are_paged_searched_and_filtered_by_label(client: httpx.Client) -> None:
    version = make_version(client)
    for number in range(5):
        label = {"kind": "classification", "label": "odd" if number % 2 else "even"}
        add_picture(client, version, f"p{number}.png", picture(format="PNG", shade=number), label)
    path = f"/api/v1/versions/{version['id']}/assets"
    page = client.get(path, params={"limit": 3}).json()
    rest = client.get(path, params={"limit": 3, "after": page["next"]}).json()
    assert [one["filename"] for one in page["items"] + rest["items"]] == [
        f"p{n}.png" for n in (4, 3, 2, 1, 0)
    ]
    assert rest["next"] is None
    odd = client.get(path, params={"label": "odd"}).json()["items"]
    assert [one["filename"] for one in odd] == ["p3.png", "p1.png"]
    by_id = client.get(path, params={"label": odd[0]["shapes"][0]["label"]["id"]}).json()["items"]
    assert by_id == odd
    assert [
        one["filename"] for one in client.get(path, params={"search": "P2"}).json()["items"]
    ] == ["p2.png"]
    assert client.get(path, params={"label": "none"}).status_code == 404
    assert client.get(path, params={"label": odd[0]["id"]}).status_code == 404


def test_shapes_of_an_asset_are_replaced_and_their_numbers_never_return(
    client: httpx.Client,
) -> None:
    version = make_version(client)
    asset = add_picture(client, version, "a.jpg", picture(), BOX).json()
    path = f"/api/v1/assets/{asset['id']}/shapes"
    replaced = client.put(path, json={"shapes": [BOX, TRIANGLE]}).json()
    assert len(replaced["shapes"]) == 2
    assert asset["shapes"][0]["id"] not in {shape["id"] for shape in replaced["shapes"]}
    assert client.put(path, json={"shapes": []}).json()["shapes"] == []
    assert client.get(f"/api/v1/versions/{version['id']}").json()["annotated_count"] == 0


def test_a_locked_version_refuses_every_change(client: httpx.Client) -> None:
    version = make_version(client)
    asset = add_picture(client, version, "a.jpg", picture(), BOX).json()
    path = f"/api/v1/versions/{version['id']}"
    locked = client.post(f"{path}/lock").json()
    assert locked["locked"]["by"]["name"] == "orchard-member"
    answers = [
        add_picture(client, version, "b.jpg", picture()),
        client.patch(path, json={"name": "x"}),
        client.delete(path),
        client.delete(f"/api/v1/datasets/{version['dataset']['id']}"),
        client.put(f"/api/v1/assets/{asset['id']}/shapes", json={"shapes": []}),
        client.post(f"{path}/assets", json={"data_ids": [asset["data_id"]]}),
        client.request("DELETE", f"{path}/assets", json={"asset_ids": [asset["id"]]}),
    ]
    assert {answer.status_code for answer in answers} == {423}
    assert "orchard-member" in answers[0].json()["message"]
    assert client.post(f"{path}/unlock").json()["locked"] is None
    assert client.patch(path, json={"name": "x"}).status_code == 200


def test_pictures_are_put_into_a_version_and_taken_out(client: httpx.Client) -> None:
    first, second = make_version(client), make_version(client, "more")
    ids = [
        add_picture(client, first, f"{n}.jpg", picture(shade=n)).json()["data_id"] for n in range(3)
    ]
    path = f"/api/v1/versions/{second['id']}/assets"
    assert client.post(path, json={"data_ids": ids[:2]}).json() == {"asset_count": 2}
    assert client.post(path, json={"data_ids": ids}).json() == {"asset_count": 3}
    unknown = client.post(path, json={"data_ids": [second["id"]]})
    assert (unknown.status_code, second["id"] in unknown.json()["message"]) == (404, True)
    asset = client.get(path).json()["items"][0]
    assert client.request("DELETE", path, json={"asset_ids": [asset["id"]]}).json() == {
        "asset_count": 2
    }


def test_a_placeholder_has_neither_thumbnail_nor_address(
    client: httpx.Client, site: Site, house: House
) -> None:
    version = make_version(client)
    with site.context.db.transaction() as tx:
        keys = data.add_many(tx, house.datalake_id, [NewData("a.jpg", 32, 24)], None)
        data_id = data.by_keys(tx, keys)[0].data_id
    path = f"/api/v1/versions/{version['id']}/assets"
    client.post(path, json={"data_ids": [str(data_id)]})
    asset = client.get(path).json()["items"][0]
    assert (asset["status"], asset["thumbnail"], asset["url"]) == ("PENDING", None, None)
    assert client.get(f"/api/v1/data/{data_id}/thumbnail").status_code == 404
    filled = add_picture(client, version, "a.jpg", picture(), BOX).json()
    assert (filled["id"], filled["data_id"], filled["status"]) == (
        asset["id"],
        str(data_id),
        "DONE",
    )
    wrong = client.post(path, json={"data_ids": [str(data_id)]}).json()
    assert wrong == {"asset_count": 1}


def test_a_viewer_reads_and_changes_nothing(client: httpx.Client, site: Site, house: House) -> None:
    version = make_version(client)
    with site.as_(house, "viewer") as viewer:
        assert viewer.get(f"/api/v1/versions/{version['id']}").status_code == 200
        assert viewer.post("/api/v1/datasets", json={"name": "x"}).status_code == 403
        assert add_picture(viewer, version, "a.jpg", picture()).status_code == 403
        assert viewer.post(f"/api/v1/versions/{version['id']}/lock").status_code == 403


def test_another_organization_finds_nothing(client: httpx.Client, site: Site, db: Database) -> None:
    version = make_version(client)
    asset = add_picture(client, version, "a.jpg", picture(), BOX).json()
    path = f"/api/v1/versions/{version['id']}"
    with site.as_(add_house(db, "vineyard"), "owner") as other:
        answers = [
            other.get(path),
            other.get(f"{path}/assets"),
            other.get(f"/api/v1/datasets/{version['dataset']['id']}"),
            other.get(f"/api/v1/assets/{asset['id']}"),
            other.get(f"/api/v1/data/{asset['data_id']}/thumbnail"),
            other.put(f"/api/v1/assets/{asset['id']}/shapes", json={"shapes": []}),
            other.post(f"{path}/lock"),
            other.delete(path),
            add_picture(other, version, "b.jpg", picture()),
        ]
        mine = make_version(other)
        answers.append(
            other.post(
                f"/api/v1/versions/{mine['id']}/assets", json={"data_ids": [asset["data_id"]]}
            )
        )
        assert {answer.status_code for answer in answers} == {404}
        assert [row["id"] for row in other.get("/api/v1/datasets").json()["items"]] == [
            mine["dataset"]["id"]
        ]


def test_every_change_of_a_version_is_told(client: httpx.Client, site: Site, house: House) -> None:
    told: list[Any] = []
    site.context.db.on_events(told.extend)
    version = make_version(client)
    asset = add_picture(client, version, "a.jpg", picture(), BOX).json()
    client.put(f"/api/v1/assets/{asset['id']}/shapes", json={"shapes": []})
    changed = [event for event in told if event.kind == "dataset_version_changed"]
    assert {event.facts["version_id"] for event in changed} == {version["id"]}
    assert len(changed) == 3
    with site.context.db.read() as read:
        assert versions.get(read, house.organization_id, UUID(version["id"])).asset_count == 1


def test_pictures_are_asked_for_in_the_language_of_the_search_box(client: httpx.Client) -> None:
    version = make_version(client)
    add_picture(client, version, "north 1.png", picture(8, 6), BOX, TRIANGLE)
    add_picture(client, version, "north 2.png", picture(9, 6), BOX)
    add_picture(client, version, "south.png", picture(10, 6))

    def names(q: str) -> list[str]:
        answer = client.get(f"/api/v1/versions/{version['id']}/assets", params={"q": q})
        return [one["filename"] for one in answer.raise_for_status().json()["items"]]

    assert names("label:apple -label:pear") == ["north 2.png"]
    assert names("label:pear label:apple north") == ["north 2.png", "north 1.png"]
    assert names("-is:annotated") == ["south.png"]
    assert names("is:annotated shapes:2..9") == ["north 1.png"]
    assert names("width:>=9") == ["south.png", "north 2.png"]
    path = f"/api/v1/versions/{version['id']}/assets"
    assert client.get(path, params={"q": "label:plum"}).status_code == 404
    assert client.get(path, params={"q": "shapes:many"}).status_code == 400


def test_a_version_that_is_still_counted_answers_at_once_with_what_is_known(
    client: httpx.Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "AT_SIGHT", 0)  # as where very much has changed
    version = make_version(client)
    path = f"/api/v1/versions/{version['id']}"

    def known() -> tuple[str, int, int, int, list[int]]:
        said = client.get(path).raise_for_status().json()
        shapes = [label["shapes"] for label in said["labels"]]
        numbers = said["counted_pictures"], said["annotated_count"], said["shape_count"]
        return said["state"], *numbers, shapes

    assert known() == ("ready", 0, 0, 0, [])
    add_picture(client, version, "1.png", picture(8, 6), BOX, TRIANGLE)
    add_picture(client, version, "2.png", picture(8, 6))
    assert known() == ("counting", 0, 0, 0, [0, 0])
    while Counting(site.context).step():
        pass
    assert known() == ("ready", 2, 1, 2, [1, 1])


def test_statistics_say_what_is_in_a_version(client: httpx.Client) -> None:
    version = make_version(client)
    path = f"/api/v1/versions/{version['id']}/statistics"
    empty = client.get(path).json()
    assert (empty["state"], empty["pictures"], empty["classes"]) == ("ready", 0, [])
    add_picture(client, version, "1.png", picture(8, 6), BOX, TRIANGLE)
    add_picture(client, version, "2.png", picture(8, 6))
    said = client.get(path).raise_for_status().json()
    assert (said["state"], said["counted_pictures"], said["pictures"]) == ("ready", 2, 2)
    assert (said["annotated"], said["empty"], said["shapes"]) == (1, 1, 2)
    assert said["kinds"] == {"rectangle": 1, "polygon": 1}
    [apple, pear] = said["classes"]
    assert (apple["name"], apple["shapes"], apple["pictures"]) == ("apple", 1, 1)
    assert pear["kinds"] == {"polygon": 1}
    per_picture = {bar["at_least"]: bar["number"] for bar in said["shapes_per_picture"]}
    assert {at: number for at, number in per_picture.items() if number} == {0: 1, 2: 1}
    assert max(per_picture) > 1000  # every bar says where the one before it ends
    assert sum(bar["number"] for bar in said["box_areas"]) == 2
    assert sum(bar["number"] for bar in said["box_aspects"]) == 2
