from __future__ import annotations

import httpx
import pytest

from safelight.actions.objects import READ_S
from tests.conftest import FakeClock
from tests.factories import add_house
from tests.picsellia.conftest import Wire, furnish
from tests.picsellia.uploading import connector, name, upload
from tests.pictures import picture


def add(wire: Wire, object_name: str, filename: str = "a.jpg") -> httpx.Response:
    return wire.member.post(
        f"/api/datalake/{wire.house.datalake_id}/datas",
        json={"type": "IMAGE", "filename": filename, "object_name": object_name},
    )


def test_data_is_added_once_however_often_the_client_repeats_itself(wire: Wire) -> None:
    object_name = name(wire)
    assert upload(wire, object_name, picture()).is_success
    first, second = add(wire, object_name), add(wire, object_name)
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["meta"] == {"width": 32, "height": 24}
    assert first.json()["upload_status"] == "DONE"


def test_a_used_object_name_is_said_by_208(wire: Wire) -> None:
    object_name = name(wire)
    assert upload(wire, object_name, picture()).is_success
    body = {"object_name": object_name, "content_type": "image/jpeg"}
    for call in ("generate_presigned_url", "init_multipart_upload"):
        answer = wire.member.post(f"/api/object-storage/{connector(wire)}/{call}", json=body)
        assert answer.status_code == 208
        assert "client_type" not in answer.json()


def test_an_expired_address_answers_403(wire: Wire, clock: FakeClock) -> None:
    object_name = name(wire)
    assert upload(wire, object_name, picture()).is_success
    url = add(wire, object_name).json()["presigned_url"]
    found = httpx.get(url)
    assert found.content == picture()
    assert found.headers["Content-Length"] == str(len(found.content))
    clock.advance(READ_S + 2 * 3600)
    assert httpx.get(url).status_code == 403


def test_object_names_of_another_organization_are_nothing(wire: Wire) -> None:
    object_name = name(wire)
    assert upload(wire, object_name, picture()).is_success
    other = furnish(wire.site, add_house(wire.site.context.db, "other"))
    assert add(other, object_name).status_code == 404
    path = f"/api/object-storage/{connector(other)}"
    for call in ("generate_presigned_url", "init_multipart_upload", "retrieve_presigned_url"):
        answer = other.member.post(f"{path}/{call}", json={"object_name": object_name})
        assert answer.status_code == 404, call
    mine = f"/api/object-storage/{connector(wire)}/retrieve_presigned_url"
    assert other.member.post(mine, json={"object_name": object_name}).status_code == 404


@pytest.mark.parametrize("content", [b"", b"a shopping list", picture()[:40]])
def test_an_upload_that_is_no_picture_becomes_no_data(wire: Wire, content: bytes) -> None:
    object_name = name(wire)
    assert upload(wire, object_name, content).is_success
    answer = add(wire, object_name)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    count = wire.get(f"/datalake/{wire.house.datalake_id}/datas")["count"]
    assert count == 3, "the placeholders"


def test_a_placeholder_waits_in_the_datalake_and_is_done_as_an_asset(wire: Wire) -> None:
    [asset, *_] = wire.assets
    assert asset["data"]["upload_status"] == "DONE"
    assert asset["data"]["meta"] == {"width": 40, "height": 30}
    assert asset["data"]["presigned_url"] is None
    data = wire.get(f"/data/{asset['data']['id']}")
    assert data["upload_status"] == "PENDING"
    answer = wire.member.get(f"/api/data/{asset['data']['id']}/presigned-url")
    assert answer.status_code == 404
    assert asset["data"]["filename"] in answer.json()["message"]


def test_an_upload_of_the_same_name_and_size_fills_a_placeholder(wire: Wire) -> None:
    [asset, *_] = wire.assets
    object_name = name(wire, asset["data"]["filename"])
    assert upload(wire, object_name, picture(40, 30)).is_success
    filled = add(wire, object_name, asset["data"]["filename"]).json()
    assert filled["id"] == asset["data"]["id"]
    assert httpx.get(wire.assets[0]["data"]["presigned_url"]).content == picture(40, 30)
