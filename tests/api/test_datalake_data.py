"""The data of a datalake over /api/v1: found, known by content, tagged, deleted, put into versions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from safelight.store import datawalk
from safelight.store.db import Database
from tests.factories import House, add_house
from tests.pictures import picture
from tests.web import Site, serving


@pytest.fixture
def site(db: Database, tmp_path: Path) -> Iterator[Site]:
    with serving(db, tmp_path) as site:
        yield site


@pytest.fixture
def client(site: Site, house: House) -> Iterator[httpx.Client]:
    with site.as_(house, "member") as client:
        yield client


@pytest.fixture
def lake(house: House) -> str:
    return f"/api/v1/datalakes/{house.datalake_id}"


def made(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


def upload(client: httpx.Client, lake: str, *names: str) -> dict[str, str]:
    """Pictures of different contents; their ids by name."""
    files = [("files", (name, picture(shade=place))) for place, name in enumerate(names)]
    items = made(client.post(f"{lake}/data", files=files))["items"]
    assert all(item["error"] is None for item in items)
    return {item["filename"]: item["id"] for item in items}


def names(client: httpx.Client, lake: str, q: str) -> list[str]:
    return [one["filename"] for one in made(client.get(f"{lake}/data", params={"q": q}))["items"]]


def version(client: httpx.Client, name: str = "first") -> str:
    dataset = made(client.post("/api/v1/datasets", json={"name": f"fruit {name}"}))["id"]
    body = {"name": name, "type": "OBJECT_DETECTION"}
    return str(made(client.post(f"/api/v1/datasets/{dataset}/versions", json=body))["id"])


def test_the_search_box_finds_data(client: httpx.Client, lake: str) -> None:
    ids = upload(client, lake, "north_1.jpg", "north_2.jpg", "south.jpg")
    made(client.post(f"{lake}/tag", json={"data_ids": [ids["north_2.jpg"]], "add": ["at night"]}))
    assert names(client, lake, "north") == ["north_2.jpg", "north_1.jpg"]
    assert names(client, lake, 'tag:"at night"') == ["north_2.jpg"]
    assert names(client, lake, "user:me width:32 picture:yes south") == ["south.jpg"]
    assert names(client, lake, "width:>32") == []
    refused = client.get(f"{lake}/data", params={"q": "colour:red"})
    assert refused.status_code == 400
    assert "There is no filter 'colour'" in refused.json()["message"]
    assert client.get(f"{lake}/data", params={"q": "user:nobody"}).status_code == 400


def test_every_place_of_the_list_is_reached_by_its_stretch(client: httpx.Client, lake: str) -> None:
    upload(client, lake, *(f"{number}.jpg" for number in range(9)))
    for q, fits in (("", "876543210"), ("name:.jpg", "876543210"), ("7", "7")):
        places = made(client.get(f"{lake}/places", params={"q": q}))
        assert (places["next"], places["left"]) == (None, 0)
        assert sum(number for _, _, number in places["items"]) == len(fits)
        stretches = [f"{first}-{last}" for first, last, _ in places["items"]]
        asked: dict[str, Any] = {"q": q, "stretch": stretches, "skip": 0, "limit": 4}
        found = made(client.get(f"{lake}/within", params=asked))["items"]
        assert [one["filename"][0] for one in found] == list(fits[:4])
        rest = made(client.get(f"{lake}/within", params=asked | {"skip": 4}))["items"]
        assert [one["filename"][0] for one in rest] == list(fits[4:8])


def test_a_filter_that_lets_little_through_is_answered_in_steps(
    client: httpx.Client, lake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datawalk, "STEP", 1)
    monkeypatch.setattr("safelight.store.datablocks.WIDTH", 4)
    upload(client, lake, *(f"{number}.jpg" for number in range(9)))
    first = made(client.get(f"{lake}/places", params={"q": "name:0"}))
    assert first["items"] == []
    assert first["left"] > 0
    found: list[list[int]] = []
    after = first["next"]
    while after is not None:
        step = made(client.get(f"{lake}/places", params={"q": "name:0", "after": after}))
        found, after = found + step["items"], step["next"]
    assert [number for _, _, number in found] == [1]


@pytest.mark.parametrize("stretch", ["", "1", "1-2", "a-b", "-5", "99999999-0"])
def test_a_stretch_that_no_answer_said_is_refused(
    client: httpx.Client, lake: str, stretch: str
) -> None:
    answer = client.get(f"{lake}/within", params={"stretch": stretch})
    assert answer.status_code == 400
    assert answer.json()["detail"]["field"] == "stretch"


def test_known_files_are_told_by_content_and_name(client: httpx.Client, lake: str) -> None:
    ids = upload(client, lake, "a.jpg", "b.jpg")
    first, other = (hashlib.sha256(picture(shade=shade)).hexdigest() for shade in (0, 77))
    files = [
        {"filename": "a.jpg", "sha256": first},
        {"filename": "copy.jpg", "sha256": first},
        {"filename": "a.jpg", "sha256": other},
    ]
    items = made(client.post(f"{lake}/known", json={"files": files}))["items"]
    assert [item["state"] for item in items] == ["same", "renamed", "missing"]
    assert items[0]["data"] == items[1]["data"] == [{"id": ids["a.jpg"], "name": "a.jpg"}]
    bad = {"files": [{"filename": "a.jpg", "sha256": "x"}]}
    assert client.post(f"{lake}/known", json=bad).status_code == 400


def test_tags_are_put_on_and_taken_off(client: httpx.Client, lake: str) -> None:
    ids = upload(client, lake, "a.jpg", "b.jpg", "c.jpg")
    done = made(client.post(f"{lake}/tag", json={"q": "", "add": ["street", "night"]}))
    assert done == {"count": 3, "next": None, "left": 0}
    one = [ids["b.jpg"]]
    made(client.post(f"{lake}/tag", json={"data_ids": one, "remove": ["night", "never was"]}))
    assert names(client, lake, "tag:night tag:street") == ["c.jpg", "a.jpg"]
    shown = made(client.get(f"{lake}/tags"))["items"]
    assert [tag["name"] for tag in shown] == ["street", "night"]
    both = client.post(f"{lake}/tag", json={"q": "", "add": ["x"], "remove": ["x"]})
    assert both.status_code == 400
    assert client.post(f"{lake}/tag", json={"add": ["x"]}).status_code == 400
    assert client.post(f"{lake}/tag", json={"q": "", "data_ids": []}).status_code == 400


def test_data_of_another_datalake_are_not_touched(
    client: httpx.Client, lake: str, db: Database, site: Site
) -> None:
    other = add_house(db, "vineyard")
    with site.as_(other, "member") as stranger:
        theirs = upload(stranger, f"/api/v1/datalakes/{other.datalake_id}", "a.jpg")["a.jpg"]
    for path in ("tag", "delete"):
        answer = client.post(f"{lake}/{path}", json={"data_ids": [theirs]})
        assert answer.status_code == 404, path


def test_what_a_version_uses_is_not_deleted_and_says_where(
    client: httpx.Client, lake: str, site: Site
) -> None:
    ids = upload(client, lake, "a.jpg", "b.jpg")
    first = version(client)
    made(client.post(f"/api/v1/versions/{first}/assets", json={"data_ids": [ids["a.jpg"]]}))
    refused = client.post(f"{lake}/delete", json={"q": ""})
    assert refused.status_code == 409
    assert "1 of these is in dataset versions (fruit first/first)" in refused.json()["message"]
    assert refused.json()["detail"]["versions"] == [{"id": first, "name": "fruit first/first"}]
    assert names(client, lake, "") == ["b.jpg", "a.jpg"]
    assert made(client.post(f"{lake}/delete", json={"data_ids": [ids["b.jpg"]]}))["count"] == 1
    assert names(client, lake, "") == ["a.jpg"]
    assert made(client.get("/api/v1/datalakes"))["items"][0]["data_count"] == 1
    stored = list((site.context.settings.data / "objects").rglob("*.jpg"))
    assert len(stored) == 1


def test_all_that_a_filter_lets_through_goes_into_a_version_as_a_job(
    client: httpx.Client, lake: str
) -> None:
    ids = upload(client, lake, "a.jpg", "b.jpg", "c.png")
    body = {"version_id": version(client), "q": ".jpg"}
    job = made(client.post(f"{lake}/add-to-version", json=body))
    assert job["name"] == "Add 2 pictures to fruit first/first"
    chosen = {"version_id": body["version_id"], "data_ids": [ids["a.jpg"]]}
    assert made(client.post(f"{lake}/add-to-version", json=chosen))["name"].startswith("Add 1 pic")
    nothing = client.post(f"{lake}/add-to-version", json=body | {"q": "nothing"})
    assert nothing.status_code == 400


def test_one_file_says_what_is_known_of_it(client: httpx.Client, lake: str) -> None:
    ids = upload(client, lake, "a.jpg")
    first = version(client)
    made(client.post(f"/api/v1/versions/{first}/assets", json={"data_ids": [ids["a.jpg"]]}))
    found = made(client.get(f"/api/v1/data/{ids['a.jpg']}"))
    assert found["sha256"] == hashlib.sha256(picture(shade=0)).hexdigest()
    assert found["content_type"] == "image/jpeg"
    assert found["created_by"]["name"] == "orchard-member"
    [using] = found["versions"]
    assert (using["id"], using["name"]) == (first, "fruit first/first")
    assert using["path"].endswith(f"/version/{first}")
