"""Lists give the part that is asked for, in the order that is asked for, and say how many there are."""

from __future__ import annotations

from typing import Any

import pytest

from tests.picsellia.conftest import Wire


def _tags(wire: Wire) -> str:
    path = f"/datalake/{wire.house.datalake_id}/tags"
    for name in ("pear", "apple", "fig"):
        wire.post(path, {"name": name})
    return path


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["pear", "apple", "fig"]),
        ({"order_by": ["name"]}, ["apple", "fig", "pear"]),
        ({"order_by": ["-name"], "limit": 1}, ["pear"]),
        ({"order_by": ["created_at"], "offset": 1}, ["apple", "fig"]),
        ({"order_by": ["-created_at"], "limit": 2}, ["fig", "apple"]),
        ({"order_by": ["target_type", "-name"]}, ["pear", "fig", "apple"]),
        ({"offset": 9}, []),
    ],
)
def test_a_short_list_gives_the_part_that_is_asked_for(
    wire: Wire, asked: dict[str, Any], names: list[str]
) -> None:
    found = wire.get(_tags(wire), **asked)
    assert [one["name"] for one in found["items"]] == names
    assert found["count"] == 3


@pytest.mark.parametrize("asked", [{"limit": 0}, {"offset": -1}, {"order_by": ["colour"]}])
def test_a_part_that_is_none_is_refused(wire: Wire, asked: dict[str, Any]) -> None:
    answer = wire.member.get(f"/api{_tags(wire)}", params=asked)
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_named_data_come_in_pages_too(wire: Wire) -> None:
    path = f"/api/datalake/{wire.house.datalake_id}/datas"
    ids = [one["id"] for one in wire.get(path.removeprefix("/api"))["items"]]
    pages = []
    for offset in (0, 2):
        asked = {"limit": 2, "offset": offset}
        answer = wire.member.request("XGET", path, params=asked, json={"ids": ids})
        pages.append(answer.raise_for_status().json())
    assert [page["count"] for page in pages] == [3, 3]
    assert [one["id"] for page in pages for one in page["items"]] == ids
    for method_path in (path, f"/api/dataset/version/{wire.version.version_id}/assets"):
        named = {"filenames": ["0.jpg", "1.jpg", "2.jpg"]}
        asked_order = {"order_by": "created_at"}
        answer = wire.member.request("XGET", method_path, params=asked_order, json=named)
        shown = answer.raise_for_status().json()["items"]
        assert [one.get("data", one)["filename"] for one in shown] == named["filenames"]
