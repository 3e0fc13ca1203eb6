"""What is said of data over the wire: all or nothing, and refused where it cannot be."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.picsellia.conftest import Wire
from tests.picsellia.uploading import name, upload
from tests.pictures import picture


def _datas(wire: Wire) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = wire.get(f"/datalake/{wire.house.datalake_id}/datas")["items"]
    return found


def _bulk(wire: Wire) -> str:
    return f"/api/datalake/{wire.house.datalake_id}/data/bulk"


@pytest.mark.parametrize("wrong", [{"tags": [""]}, {"data_source": " "}, {"tags": ["a\nb"]}])
def test_a_name_that_cannot_be_one_lets_nothing_be_said(wire: Wire, wrong: dict[str, Any]) -> None:
    ids = [one["id"] for one in _datas(wire)]
    objects = {ids[0]: {"metadata": {"a": 1}, "tags": ["new"]}, ids[1]: wrong}
    answer = wire.member.patch(_bulk(wire), json={"objects": objects})
    assert answer.status_code == 400
    assert "name" in answer.json()["message"]
    assert [one["metadata"] for one in _datas(wire)] == [None] * 3
    assert wire.get(f"/datalake/{wire.house.datalake_id}/tags")["items"] == []


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"objects": {"no id": {}}}, "body does not fit"),
        ({"objects": {str(uuid4()): {"metadata": [1]}}}, "body does not fit"),
        ({"objects": {str(uuid4()): {} for _ in range(501)}}, "at most 500"),
        ({}, "objects"),
    ],
)
def test_bodies_that_do_not_fit_are_refused(wire: Wire, body: Any, word: str) -> None:
    answer = wire.member.patch(_bulk(wire), json=body)
    assert answer.status_code == 400
    assert word in answer.json()["message"]


def test_data_of_another_datalake_are_not_described_in_this_one(wire: Wire) -> None:
    data_id = _datas(wire)[0]["id"]
    elsewhere = f"/api/datalake/{uuid4()}/data/bulk"
    body = {"objects": {data_id: {"metadata": {"a": 1}}}}
    assert wire.member.patch(elsewhere, json=body).status_code == 404
    assert _datas(wire)[0]["metadata"] is None


@pytest.mark.parametrize(
    "text", ["[1]", "{", "7", '{"a": null}', '{"a": {"b": 1}}', '{"a\\"b": 1}']
)
def test_filters_that_are_none_are_refused(wire: Wire, text: str) -> None:
    for path in (
        f"/api/datalake/{wire.house.datalake_id}/datas",
        f"/api/dataset/version/{wire.version.version_id}/assets",
    ):
        for method in ("GET", "XGET"):
            answer = wire.member.request(method, path, params={"custom_metadata": text})
            assert answer.status_code == 400
            assert "custom metadata" in answer.json()["message"].lower()


def test_keys_with_odd_letters_are_found(wire: Wire) -> None:
    data_id = _datas(wire)[0]["id"]
    said = {"a $.key %_' é": "x'y", "1.5": 1.5}
    wire.member.patch(_bulk(wire), json={"objects": {data_id: {"custom_metadata": said}}})
    for key, value in said.items():
        path = f"/datalake/{wire.house.datalake_id}/datas"
        found = wire.get(path, custom_metadata=json.dumps({key: value}))["items"]
        assert [one["id"] for one in found] == [data_id]


def test_a_filter_by_assignments_is_refused(wire: Wire) -> None:
    answer = wire.member.get(
        f"/api/dataset/version/{wire.version.version_id}/assets",
        params={"assignment_status": "DONE"},
    )
    assert answer.status_code == 400
    assert "no annotation campaigns" in answer.json()["message"]


def _keys(wire: Wire) -> str:
    return f"/datalake/{wire.house.datalake_id}/custom-metadata"


SIDE = {"input_type": "STRING", "required": True, "choices": ["north", "south"]}


def test_a_key_is_declared_changed_and_forgotten_whatever_letters_it_has(wire: Wire) -> None:
    for key in ("side", "a/b c%é"):
        path = f"{_keys(wire)}/keys/{quote(key, safe='')}"
        assert wire.post(path, {**SIDE, "display_name": None}) == SIDE
        assert wire.post(path, {**SIDE, "required": False})["required"] is False
        assert list(wire.get(_keys(wire))["custom_metadata_schema"]) == [key]
        assert wire.member.delete(f"/api{path}").status_code == 204
        answer = wire.member.delete(f"/api{path}")
        assert answer.status_code == 404
        assert repr(key) in answer.json()["message"]
    assert wire.get(_keys(wire))["custom_metadata_schema"] is None


def test_what_is_no_declaration_changes_nothing(wire: Wire) -> None:
    for said, words in (
        ({"required": True}, "side: this is no declaration"),
        ({**SIDE, "choices": []}, "side: there are 2 to 64 choices"),
        ([1], "body does not fit"),
    ):
        answer = wire.member.post(f"/api{_keys(wire)}/keys/side", json=said)
        assert answer.status_code == 400
        assert words in answer.json()["message"]
    answer = wire.member.patch(f"/api{_keys(wire)}", json={"allow_extra_custom_metadata": 7})
    assert answer.status_code == 400
    assert wire.get(_keys(wire)) == {
        "custom_metadata_schema": None,
        "allow_extra_custom_metadata": True,
        "keys": {},
    }
    elsewhere = f"/api/datalake/{uuid4()}/custom-metadata"
    assert wire.member.get(elsewhere).status_code == 404
    assert wire.member.post(f"{elsewhere}/keys/side", json=SIDE).status_code == 404


def test_custom_metadata_that_do_not_fit_are_refused_wherever_they_come_from(wire: Wire) -> None:
    wire.post(f"{_keys(wire)}/keys/side", SIDE)
    wire.member.patch(f"/api{_keys(wire)}", json={"allow_extra_custom_metadata": False})
    data_id = _datas(wire)[0]["id"]
    object_name = name(wire)
    assert upload(wire, object_name, picture()).is_success
    new = {"type": "IMAGE", "filename": "a.jpg", "object_name": object_name}
    datas = f"/api/datalake/{wire.house.datalake_id}/datas"
    for said, words in (
        ({"side": "east"}, ".jpg: side: 'east' is none of the choices"),
        ({"rows": 7}, "rows: there is no such key"),
        ({}, "side: a value is required"),
    ):
        body = {"custom_metadata": said}
        for answer in (
            wire.member.patch(f"/api/data/{data_id}/custom-metadata", json=body),
            wire.member.patch(_bulk(wire), json={"objects": {data_id: body}}),
            wire.member.post(datas, json={**new, **body}),
        ):
            assert answer.status_code == 400
            assert words in answer.json()["message"]
    assert len(_datas(wire)) == 3
    assert _datas(wire)[0]["custom_metadata"] is None
    assert wire.member.post(datas, json={**new, "custom_metadata": {"side": "north"}}).is_success
    assert wire.member.patch(_bulk(wire), json={"objects": {data_id: {"tags": ["a"]}}}).is_success
