"""The gallery over /api/v1: every place of a long version, its filters, and the picture beside one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from safelight.store import assetplaces
from tests.api.test_changes import do
from tests.api.test_datasets import BOX, TRIANGLE, add_picture, make_version
from tests.factories import House, add_house
from tests.pictures import picture
from tests.web import Site


@pytest.fixture
def client(site: Site, house: House) -> Iterator[httpx.Client]:
    with site.as_(house, "member") as client:
        yield client


@pytest.fixture
def short_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST", "STEP", "STEP_OF_ALL"):
        monkeypatch.setattr(assetplaces, name, 3)


@pytest.fixture
def version(client: httpx.Client) -> Any:
    """Ten pictures: 0, 4 and 8 have apples, 1 and 9 a pear as well, the rest says nothing."""
    version = make_version(client)
    for number in range(10):
        shapes = [BOX] if number in (0, 4, 8) else [BOX, TRIANGLE] if number in (1, 9) else []
        add_picture(client, version, f"{number}.jpg", picture(shade=number), *shapes)
        if number == 2:  # another version's keys lie in between
            add_picture(client, make_version(client, "other"), "x.jpg", picture(shade=77), BOX)
    return version


def walked(client: httpx.Client, version: Any, **asked: Any) -> list[str]:
    """Names of all pictures that places lead to."""
    path = f"/api/v1/versions/{version['id']}"
    names: list[str] = []
    after = None
    while True:
        ask = asked if after is None else {**asked, "after": after}
        said = client.get(f"{path}/places", params=ask).raise_for_status().json()
        for first, last, number in said["items"]:
            stretch = {**asked, "stretch": f"{first}-{last}"}
            found = client.get(f"{path}/within", params=stretch).raise_for_status().json()["items"]
            assert len(found) == number
            names += [one["filename"].removesuffix(".jpg") for one in found]
        after = said["next"]
        if after is None:
            return names


def test_the_tags_of_a_version_are_listed_and_nobody_elses(
    client: httpx.Client, version: Any, site: Site
) -> None:
    asked = {"add": ["hard", "easy"], "pictures": {"search": "4"}}
    job = client.post(f"/api/v1/versions/{version['id']}/tag", json=asked).raise_for_status().json()
    do(site, job)
    path = f"/api/v1/versions/{version['id']}/tags"
    names = [one["name"] for one in client.get(path).raise_for_status().json()["items"]]
    assert sorted(names) == ["easy", "hard"]
    with site.as_(add_house(site.context.db, "elsewhere")) as stranger:
        assert stranger.get(path).status_code == 404


@pytest.mark.usefixtures("short_steps")
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "9876543210"),
        ({"label": "pear"}, "91"),
        ({"label": ["pear", "apple"]}, "98410"),
        ({"min_shapes": 2}, "91"),
        ({"max_shapes": 0}, "76532"),
        ({"search": "4.J"}, "4"),
        ({"label": "apple", "max_shapes": 1}, "840"),
        ({"search": "nothing"}, ""),
        ({"q": "label:apple -label:pear"}, "840"),
        ({"q": "label:apple label:pear", "label": "pear"}, "91"),
        ({"q": "shapes:1..5", "max_shapes": 1}, "840"),
        ({"q": "-is:annotated 3"}, "3"),
        ({"q": "width:>1000"}, ""),
    ],
)
def test_places_lead_to_all_that_a_filter_lets_through_newest_first(
    client: httpx.Client, version: Any, asked: dict[str, Any], found: str
) -> None:
    assert "".join(walked(client, version, **asked)) == found


def test_a_place_within_a_stretch_is_read_without_what_lies_before(
    client: httpx.Client, version: Any
) -> None:
    path = f"/api/v1/versions/{version['id']}"
    [(first, last, number)] = client.get(f"{path}/places").json()["items"]
    asked: dict[str, str | int] = {"stretch": f"{first}-{last}", "skip": 7, "limit": 2}
    items = client.get(f"{path}/within", params=asked).json()["items"]
    assert number == 10
    assert [one["filename"] for one in items] == ["2.jpg", "1.jpg"]
    assert [shape["kind"] for shape in items[1]["shapes"]] == ["rectangle", "polygon"]


@pytest.mark.usefixtures("short_steps")
def test_the_picture_beside_one_is_found_within_the_filter(
    client: httpx.Client, version: Any
) -> None:
    path = f"/api/v1/versions/{version['id']}"
    ids = {one["filename"]: one["id"] for one in client.get(f"{path}/assets").json()["items"]}

    def beside(name: str, **asked: Any) -> str | None:
        after: dict[str, Any] = {}
        while True:
            answer = client.get(f"{path}/beside/{ids[name]}", params={**asked, **after})
            said = answer.raise_for_status().json()
            if said["next"] is None:
                return said["asset"] and str(said["asset"]["filename"])
            after = {"after": said["next"]}

    assert beside("4.jpg") == "3.jpg"
    assert beside("4.jpg", side="newer") == "5.jpg"
    assert beside("9.jpg", label="pear") == "1.jpg"
    assert beside("1.jpg", label="pear", side="newer") == "9.jpg"
    assert beside("0.jpg") is None
    assert beside("9.jpg", side="newer") is None
    assert beside("1.jpg", label="pear") is None


def test_what_the_filter_cannot_mean_is_refused_by_name(client: httpx.Client, version: Any) -> None:
    path = f"/api/v1/versions/{version['id']}/places"
    cases: tuple[tuple[dict[str, str | int], str], ...] = (
        ({"label": "plum"}, "no label 'plum'"),
        ({"min_shapes": 3, "max_shapes": 2}, "No picture has at least 3"),
        ({"q": "label:plum"}, "no label 'plum'"),
        (
            {"q": "label:apple shapes:some"},
            "shapes: takes a number of shapes: 0, >=10 or 1..3; not",
        ),
        ({"q": "colour:red"}, "There is no filter 'colour'; there are label, tag"),
    )
    for asked, said in cases:
        answer = client.get(path, params=asked)
        assert (answer.status_code, said in answer.json()["message"]) == (400, True)


def test_versions_of_all_datasets_are_found_by_a_part_of_their_names(client: httpx.Client) -> None:
    make_version(client, "Fruit", "first")
    make_version(client, "100%", "second")

    def found(text: str) -> list[str]:
        items = client.get("/api/v1/versions", params={"search": text}).json()["items"]
        return [f"{one['dataset']['name']}/{one['name']}" for one in items]

    assert found("") == ["100%/second", "Fruit/first"]
    assert found("fruit/F") == ["Fruit/first"]
    assert found("%") == ["100%/second"]
    assert found("third") == []


def test_versions_of_others_are_not_found(client: httpx.Client, site: Site) -> None:
    make_version(client)
    with site.context.db.read():
        other = add_house(site.context.db, "cellar")
    with site.as_(other) as stranger:
        assert stranger.get("/api/v1/versions").json()["items"] == []


def test_a_picture_tells_what_changed_it(client: httpx.Client, version: Any) -> None:
    path = f"/api/v1/versions/{version['id']}/assets"
    asset = client.get(path).json()["items"][4]
    client.put(f"/api/v1/assets/{asset['id']}/shapes", json={"shapes": [BOX, BOX]})
    changes = client.get(f"/api/v1/assets/{asset['id']}/changes").json()["items"]
    assert changes[0]["numbers"]["shapes_after"] == 2
    assert changes[0]["number"] > changes[-1]["number"]
    other = client.get(path).json()["items"][3]
    assert changes[0]["id"] not in {
        one["id"] for one in client.get(f"/api/v1/assets/{other['id']}/changes").json()["items"]
    }


def test_only_who_locked_a_version_or_an_admin_unlocks_it(
    client: httpx.Client, site: Site, house: House
) -> None:
    version = make_version(client)
    path = f"/api/v1/versions/{version['id']}"
    with site.as_(house, "admin") as admin:
        lock = admin.post(f"{path}/lock").json()["locked"]
        assert lock["by"]["name"] == "orchard-admin"
        refused = client.post(f"{path}/unlock")
        assert (refused.status_code, refused.json()["code"]) == (403, "denied")
        assert "unlock what others have locked" in refused.json()["message"]
        assert client.get(path).json()["locked"] == lock
        assert admin.post(f"{path}/unlock").json()["locked"] is None
        assert client.post(f"{path}/lock").json()["locked"]["by"]["name"] == "orchard-member"
        assert admin.post(f"{path}/unlock").json()["locked"] is None
