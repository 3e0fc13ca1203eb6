"""What the wire refuses of edits and removals, and that nothing is changed then."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.picsellia.conftest import Wire


def test_masks_that_are_none_are_refused(wire: Wire) -> None:
    annotation, label = wire.annotation(), wire.label("leaf")
    for mask in ("a mask!", {"counts": [1, 2]}, {"size": [3, 3]}, {"counts": 7, "size": [3, 3]}):
        body = {"masks": [{"mask": mask, "label_id": label}]}
        answer = wire.member.post(f"/api/annotation/{annotation}/bulk-masks", json=body)
        assert answer.status_code == 400
        assert "mask" in answer.json()["message"]
    assert wire.get(f"/annotation/{annotation}/masks")["items"] == []


def test_a_mask_with_its_own_size_is_shown_with_area_and_box(wire: Wire) -> None:
    annotation, label = wire.annotation(), wire.label("leaf")
    mask = {"counts": [1, 2, 6], "size": [3, 3]}
    body = {"masks": [{"mask": mask, "label_id": label}]}
    [made] = wire.post(f"/annotation/{annotation}/bulk-masks", body)["masks"]
    assert (made["area"], made["bbox"]) == (2, [0, 1, 1, 2])
    assert made["mask"] == "126"


def test_a_locked_version_keeps_its_assets_tags_and_itself(wire: Wire) -> None:
    version = f"/dataset/version/{wire.version.version_id}"
    tag = wire.post(f"{version}/tags", {"name": "a"})["id"]
    label = wire.label("leaf")
    asset = wire.assets[0]["id"]
    wire.post(f"/tag/{tag}/attach", [asset])
    wire.post(f"{version}/lock")
    refused = [
        wire.member.delete(f"/api{version}"),
        wire.member.delete(f"/api/dataset/{wire.version.dataset_id}"),
        wire.member.delete(f"/api/asset/{asset}"),
        wire.member.request("DELETE", f"/api{version}/assets", json={"ids": [asset]}),
        wire.member.delete(f"/api/tag/{tag}"),
        wire.member.patch(f"/api/tag/{tag}", json={"name": "b"}),
        wire.member.delete(f"/api/label/{label}"),
        wire.member.post(
            f"/api/label/{label}/skeleton", json={"vertices": ["a", "b"], "edges": [[1, 2]]}
        ),
    ]
    assert {answer.status_code for answer in refused} == {423}
    assert [one["tags"][0]["name"] for one in wire.assets if one["tags"]] == ["a"]
    assert wire.get(version)["size"] == 3


def test_a_deleted_asset_tag_is_off_its_assets(wire: Wire) -> None:
    version = f"/dataset/version/{wire.version.version_id}"
    tag = wire.post(f"{version}/tags", {"name": "a"})["id"]
    wire.post(f"/tag/{tag}/attach", [one["id"] for one in wire.assets])
    assert wire.member.delete(f"/api/tag/{tag}").status_code == 204
    assert [one["tags"] for one in wire.assets] == [[], [], []]
    answer = wire.member.get(f"/api/tag/{tag}")
    assert answer.status_code == 404


def test_data_that_a_version_has_are_not_deleted_and_a_list_is_all_or_none(wire: Wire) -> None:
    data = [one["data"]["id"] for one in wire.assets]
    answer = wire.member.delete(f"/api/data/{data[0]}")
    assert answer.status_code == 409
    assert "fruit/first" in answer.json()["message"]
    wire.member.delete(f"/api/asset/{wire.assets[0]['id']}").raise_for_status()
    lake = f"/api/datalake/{wire.house.datalake_id}/datas"
    answer = wire.member.request("DELETE", lake, json={"ids": data})
    assert answer.status_code == 409
    assert wire.get(f"/datalake/{wire.house.datalake_id}/datas")["count"] == 3
    other = f"/api/datalake/{uuid4()}/datas"
    assert wire.member.request("DELETE", other, json={"ids": data[:1]}).status_code == 404


@pytest.mark.parametrize("target", ["ASSET", "PREDICTED_ASSET", "nothing"])
def test_tags_of_an_organization_are_for_what_has_them(wire: Wire, target: str) -> None:
    path = f"/api/organization/{wire.house.organization_id}/tags"
    answer = wire.member.post(path, json={"name": "a", "target_type": target})
    assert answer.status_code == 400
    assert "DATASET_VERSION" in answer.json()["message"]


def test_a_tag_of_datasets_goes_on_datasets_only(wire: Wire) -> None:
    path = f"/organization/{wire.house.organization_id}/tags"
    tag = wire.post(path, {"name": "a", "target_type": "DATASET"})["id"]
    answer = wire.member.post(
        f"/api/tag/{tag}/attach", json=[str(wire.version.dataset_id), str(wire.version.version_id)]
    )
    assert answer.status_code == 404
    assert wire.get(f"/dataset/{wire.version.dataset_id}")["tags"] == []


def test_names_that_are_taken_are_refused(wire: Wire) -> None:
    sources = f"/organization/{wire.house.organization_id}/datasources"
    first, second = (wire.post(sources, {"name": name})["id"] for name in ("a", "b"))
    answer = wire.member.patch(f"/api/data/source/{second}", json={"name": "a"})
    assert answer.status_code == 409
    assert wire.get(f"/data/source/{first}")["name"] == "a"
    assert wire.get(f"/data/source/{second}")["name"] == "b"


def test_tags_become_classes_where_they_are_tags_of_what_is_said(wire: Wire) -> None:
    version = f"/dataset/version/{wire.version.version_id}"
    other = wire.post(f"/dataset/{wire.version.dataset_id}/versions", {"version": "other"})["id"]
    of_data = wire.post(f"/datalake/{wire.house.datalake_id}/tags", {"name": "a"})["id"]
    foreign = wire.post(f"/dataset/version/{other}/tags", {"name": "a"})["id"]
    for body, status, words in (
        ({"tag_ids": [], "tag_type": "DATA"}, 400, "Say which tags"),
        ({"tag_ids": [of_data], "tag_type": "ASSET"}, 400, "one of DATA, not of ASSET"),
        (
            {"tag_ids": [of_data], "tag_type": "DATA"},
            400,
            "No picture of the version has such a tag",
        ),
        ({"tag_ids": [of_data], "tag_type": "MODEL"}, 400, "body does not fit"),
        ({"tag_ids": [foreign], "tag_type": "ASSET"}, 404, "one of another version"),
        ({"tag_ids": [str(uuid4())], "tag_type": "DATA"}, 404, "no such tag"),
    ):
        answer = wire.member.post(f"/api{version}/tags/convert", json=body)
        assert answer.status_code == status
        assert words in answer.json()["message"]
    assert wire.get(f"{version}/labels")["items"] == []


def test_tags_are_counted_of_assets_or_data_only(wire: Wire) -> None:
    path = f"/api/dataset/version/{wire.version.version_id}/analytics/tags"
    assert wire.member.get(path).status_code == 400
    assert wire.member.get(path, params={"tag_type": "MODEL"}).status_code == 400
    assert wire.member.get(path, params={"tag_type": "ASSET"}).json() == {}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"a": {"required": True}}, "a: this is no declaration"),
        ({"a": {"required": True, "input_type": "DATETIME"}}, "a: input_type is one of"),
        ({"a": True}, "body does not fit"),
        ({"": {"required": True, "input_type": "FLOAT"}}, "1 to 255 characters"),
    ],
)
def test_attributes_that_are_no_declaration_are_refused(wire: Wire, said: Any, words: str) -> None:
    paths = (f"dataset/version/{wire.version.version_id}", f"label/{wire.label('leaf')}")
    for path in paths:
        answer = wire.member.post(f"/api/{path}/attributes", json={"attributes": said})
        assert answer.status_code == 400
        assert words in answer.json()["message"]
        assert wire.get(f"/{path}/attributes") == {"attributes": None}


def test_nobody_is_added_to_a_dataset_but_who_is_there_anyway(wire: Wire) -> None:
    path = f"/api/access/dataset/{wire.version.dataset_id}/users"
    viewer = str(wire.house.viewer)
    assert wire.member.post(path, json={"user_id": viewer}).status_code == 403
    with wire.site.as_(wire.house, "admin") as admin:
        assert admin.post(path, json={"user_id": viewer}).json()["id"] == viewer
        for body, status, words in (
            ({"user_id": str(uuid4())}, 404, "People join the organization"),
            ({"user_id": viewer, "role": "ADMIN"}, 400, "there is none on a dataset"),
            ({}, 400, "body does not fit"),
        ):
            answer = admin.post(path, json=body)
            assert answer.status_code == status
            assert words in answer.json()["message"]
    organization = f"/access/organization/{wire.house.organization_id}/users"
    assert len(wire.get(organization)["users"]) == 4
    assert wire.get(path.removeprefix("/api")) == wire.get(organization)


def test_assets_are_not_copied_onto_themselves(wire: Wire) -> None:
    version = wire.version.version_id
    body = {"destination_id": str(version), "asset_ids": [wire.assets[0]["id"]]}
    answer = wire.member.post(f"/api/dataset/version/{version}/assets/copy", json=body)
    assert answer.status_code == 400
    assert "source and target at once" in answer.json()["message"]


def test_an_object_that_was_not_uploaded_is_no_model_file(wire: Wire) -> None:
    answer = wire.member.post(
        f"/api/model/version/{uuid4()}/modelfiles",
        json={"name": "a", "filename": "a", "object_name": "b", "large": False},
    )
    assert answer.status_code == 404
