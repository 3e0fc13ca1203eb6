"""Projections over the wire: files of their own that come and go with their data."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.picsellia.conftest import Wire
from tests.picsellia.uploading import name, upload
from tests.pictures import picture

KIND = "DATA_PROJECTION"


def uploaded(wire: Wire, type: str = KIND) -> str:
    object_name = name(wire, "view.jpg", type)
    assert upload(wire, object_name, picture()).is_success
    return object_name


def add(wire: Wire, data_id: str, object_name: str, **more: Any) -> httpx.Response:
    body = {"name": "a view", "filename": "view.jpg", "object_name": object_name, **more}
    return wire.member.post(f"/api/data/{data_id}/projections", json=body)


def datas(wire: Wire) -> list[str]:
    found = wire.get(f"/datalake/{wire.house.datalake_id}/datas")["items"]
    return [str(one["id"]) for one in found]


def test_a_projection_is_added_once_however_often_the_client_repeats_itself(wire: Wire) -> None:
    data_id, object_name = datas(wire)[0], uploaded(wire)
    answers = [add(wire, data_id, object_name, width=32, height=24).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["file_size"] == len(picture())
    assert wire.get(f"/data/{data_id}/projections")["count"] == 1


def test_objects_that_are_no_projections_are_refused(wire: Wire) -> None:
    first, second, _ = datas(wire)
    object_name = uploaded(wire)
    assert add(wire, first, object_name).is_success
    for answer, status, words in (
        (add(wire, second, object_name), 409, "projection of other data"),
        (add(wire, second, name(wire, type=KIND)), 400, "Nothing was uploaded"),
        (add(wire, second, uploaded(wire, "DATA")), 400, f"ask for a name of type {KIND}"),
        (add(wire, second, "bucket/mine.jpg"), 404, "no such object"),
        (add(wire, str(uuid4()), uploaded(wire)), 404, "no such data"),
        (add(wire, second, uploaded(wire), name=" "), 400, "needs a name"),
        (add(wire, second, uploaded(wire), width=0), 400, "body does not fit"),
    ):
        assert answer.status_code == status
        assert words in answer.json()["message"]
    assert wire.get(f"/data/{second}/projections")["items"] == []


@pytest.mark.parametrize("whole", [True, False])
def test_the_file_goes_with_its_projection_and_with_its_data(wire: Wire, *, whole: bool) -> None:
    data_id = datas(wire)[0]
    made = add(wire, data_id, uploaded(wire)).json()
    assert httpx.get(made["presigned_url"]).content == picture()
    asset = next(one["id"] for one in wire.assets if one["data"]["id"] == data_id)
    wire.member.delete(f"/api/asset/{asset}").raise_for_status()
    path = f"data/{data_id}" if whole else f"data/projection/{made['id']}"
    assert wire.member.delete(f"/api/{path}").status_code == 204
    assert wire.member.get(f"/api/data/projection/{made['id']}").status_code == 404
    assert httpx.get(made["presigned_url"]).status_code == 404
    assert (data_id in datas(wire)) is not whole
