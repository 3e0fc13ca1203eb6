from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from msgspec import Raw
from msgspec.structs import replace

from safelight.actions import shapes as actions
from safelight.domain.annotations import Annotation, Shape, ShapeKind, add_annotation, draft
from safelight.domain.datasets import InferenceType
from safelight.ids import Kind
from safelight.store import packed, statistics
from tests.picsellia.conftest import Wire


def send(wire: Wire, path: str, text: str) -> Any:
    """A body as text, so that its numbers are written as the test writes them."""
    answer = wire.member.post(
        f"/api{path}", content=text, headers={"Content-Type": "application/json"}
    )
    assert answer.is_success, answer.text
    return answer


def test_the_numbers_of_a_polygon_come_back_as_they_were_written(wire: Wire) -> None:
    annotation, label = wire.annotation(), wire.label("leaf")
    ring = "[[1.50,2],[3e1,4.000],[5,0.1]]"
    body = f'{{"polygons":[{{"polygon":{ring},"label_id":"{label}"}}]}}'
    made = send(wire, f"/annotation/{annotation}/bulk-polygons", body)
    assert f'"polygon":{ring}' in made.text
    assert f'"polygon":{ring}' in wire.member.get(f"/api/annotation/{annotation}/polygons").text


def test_a_rectangle_keeps_its_fraction_and_shows_whole_numbers(wire: Wire) -> None:
    annotation, label = wire.annotation(), wire.label("leaf")
    body = {"rectangles": [{"x": 1.6, "y": 2, "w": 3.4, "h": 4, "label_id": label}]}
    [made] = wire.post(f"/annotation/{annotation}/bulk-rectangles", body)["rectangles"]
    assert [made[side] for side in "xywh"] == [2, 2, 3, 4]
    wire.member.patch(f"/api/rectangle/{made['id']}", json={"y": 9}).raise_for_status()
    with wire.site.context.db.read() as read:
        address = packed.packed(read).read(UUID(annotation), Kind.ANNOTATION)
        said = actions.said(read, wire.house.organization_id, address.key)
    assert bytes(said.document.annotations[0].shapes[0].geometry) == b"[1.6,9,3.4,4]"


def test_shapes_of_one_kind_keep_the_order_in_which_they_came(wire: Wire) -> None:
    annotation, label = wire.annotation(), wire.label("leaf")
    for start in (0, 10, 20):
        boxes = [{"x": start + at, "y": 0, "w": 1, "h": 1, "label_id": label} for at in range(10)]
        wire.post(f"/annotation/{annotation}/bulk-rectangles", {"rectangles": boxes})
    found = wire.get(f"/annotation/{annotation}/rectangles")
    assert [one["x"] for one in found["items"]] == list(range(30))
    assert found["count"] == 30


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("rectangles", {"x": 1, "y": 2, "w": 3}),
        ("polygons", {}),
        ("polygons", {"polygon": "round"}),
        ("polygons", {"polygon": [[1, 2], [3]]}),
    ],
)
def test_a_shape_without_its_geometry_is_refused_and_nothing_is_kept(
    wire: Wire, name: str, shape: dict[str, Any]
) -> None:
    annotation, label = wire.annotation(), wire.label("leaf")
    good = {"x": 1, "y": 2, "w": 3, "h": 4, "polygon": [[0, 0], [1, 0], [1, 1]]}
    body = {name: [{**good, "label_id": label}, {**shape, "label_id": label}]}
    answer = wire.member.post(f"/api/annotation/{annotation}/bulk-{name}", json=body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert wire.get(f"/annotation/{annotation}/{name}")["items"] == []


def test_a_label_of_another_version_is_refused(wire: Wire) -> None:
    annotation = wire.annotation()
    other = wire.post(f"/dataset/{wire.version.dataset_id}/versions", {"version": "other"})
    foreign = wire.post(f"/dataset/version/{other['id']}/labels", {"name": "leaf"})
    body = {"classifications": [{"label_id": foreign["id"]}]}
    answer = wire.member.post(f"/api/annotation/{annotation}/bulk-classifications", json=body)
    assert answer.status_code == 404
    assert foreign["id"] in answer.json()["message"]


def say(wire: Wire, *shapes: Shape) -> str:
    """An annotation of the first asset as an import writes it; the asset's id."""
    asset = wire.assets[0]
    with wire.site.context.db.read() as read:
        key = packed.packed(read).read(UUID(asset["id"]), Kind.ASSET).key

    def add(said: actions.Said, now: int) -> Any:
        return add_annotation(said.document, Annotation(0, now, shapes=shapes), said.asset.numbers)

    actions.edit(wire.site.context.db, wire.actor, key, add)
    return str(asset["id"])


def label_key(wire: Wire, name: str) -> int:
    label = wire.label(name)
    with wire.site.context.db.read() as read:
        return packed.packed(read).read(UUID(label), Kind.LABEL).number


def test_a_polygon_of_several_rings_is_shown_ring_by_ring(wire: Wire) -> None:
    flat = [[0, 0, 9, 0, 9, 9], [20, 20, 25.5, 20, 25, 25]]
    asset = say(wire, draft(ShapeKind.POLYGON, label_key(wire, "leaf"), flat))
    annotation = wire.get(f"/asset/{asset}/annotations/find")["id"]
    shown = wire.get(f"/annotation/{annotation}/polygons")["items"]
    assert [one["polygon"] for one in shown] == [
        [[0, 0], [9, 0], [9, 9]],
        [[20, 20], [25.5, 20], [25, 25]],
    ]
    assert len({one["id"] for one in shown}) == 1


def test_a_polygon_with_a_box_is_a_rectangle_where_detections_are_meant(wire: Wire) -> None:
    shape = draft(ShapeKind.POLYGON, label_key(wire, "leaf"), [[0, 0, 9, 0, 9, 9]])
    asset = say(wire, replace(shape, box=Raw(b"[0,0,9.4,9]")))
    annotation = wire.get(f"/asset/{asset}/annotations/find")["id"]
    assert wire.get(f"/annotation/{annotation}/rectangles")["items"] == []
    change = {"type": InferenceType.OBJECT_DETECTION}
    path = f"/api/dataset/version/{wire.version.version_id}"
    wire.member.patch(path, json=change).raise_for_status()
    [box] = wire.get(f"/annotation/{annotation}/rectangles")["items"]
    assert [box[side] for side in "xywh"] == [0, 0, 9, 9]
    assert wire.get(f"/annotation/{annotation}/polygons")["items"] == []


def test_a_bulk_call_is_all_or_nothing(wire: Wire) -> None:
    label, (first, second, _) = wire.label("leaf"), wire.assets
    missing = "00000000-0000-7000-8000-000000000000"

    def annotation(asset_id: str, label_id: str) -> dict[str, Any]:
        return {"asset_id": asset_id, "classifications": [{"label_id": label_id}]}

    path = f"/api/dataset/version/{wire.version.version_id}/bulk-annotations"
    good = annotation(first["id"], label)
    for bad in (annotation(second["id"], missing), annotation(missing, label)):
        assert wire.member.post(path, json={"annotations": [good, bad]}).status_code == 404
        assert wire.get(f"/asset/{first['id']}/annotations")["items"] == []
    both = {"annotations": [good, good], "import_type": "CONCATENATE"}
    made = wire.member.post(path, json=both).json()
    assert list(made.values()) == [2], "two items of one asset fall into one annotation"


def test_unknown_bodies_are_refused_with_a_sentence(wire: Wire) -> None:
    path = f"/api/dataset/version/{wire.version.version_id}/bulk-annotations"
    for body in (b"{", b"[]", json.dumps({"annotations": [{"asset_id": 3}]}).encode()):
        answer = wire.member.post(path, content=body)
        assert answer.status_code == 400
        assert "does not fit" in answer.json()["message"]


def test_annotations_are_listed_page_by_page_the_newest_first(wire: Wire) -> None:
    made = [wire.annotation(asset) for asset in (2, 2, 0, 1)]  # the newest asset is the first
    newest_first = [made[2], made[3], made[1], made[0]]
    path = f"/dataset/version/{wire.version.version_id}/annotations"
    wire.member.patch(f"/api/annotation/{made[3]}", json={"status": "ACCEPTED"}).raise_for_status()
    assert wire.get(f"{path}/ids") == newest_first
    asset = wire.assets[2]["id"]
    assert wire.get(f"{path}/ids", asset_ids=[asset]) == newest_first[2:]
    assert wire.get(f"{path}/ids", status="ACCEPTED") == [made[3]]
    page = wire.get(path, limit=2, offset=1)
    assert [one["id"] for one in page["items"]] == newest_first[1:3]
    assert (page["count"], page["items"][0]["status"]) == (4, "ACCEPTED")
    assert wire.get(path, status="ACCEPTED")["count"] == 1
    assert wire.get(path, offset=9)["items"] == []
    oldest = wire.get(path, order_by=["created_at"], limit=1)["items"]
    assert [one["id"] for one in oldest] == made[:1]
    assert wire.get(f"/dataset/version/{wire.version.version_id}/stats")["nb_annotations"] == 4


@pytest.mark.parametrize("at_sight", [statistics.AT_SIGHT, 0])
def test_the_numbers_of_a_version_are_right_whether_or_not_they_are_kept(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, at_sight: int
) -> None:
    monkeypatch.setattr(statistics, "AT_SIGHT", at_sight)
    wire.label("twig")
    box = {"x": 1, "y": 2, "w": 3, "h": 4, "label_id": wire.label("leaf")}
    for asset in (0, 0, 2):
        wire.post(f"/annotation/{wire.annotation(asset)}/bulk-rectangles", {"rectangles": [box]})
    assert wire.get(f"/dataset/version/{wire.version.version_id}/stats") == {
        "label_repartition": {"leaf": 3, "twig": 0},
        "nb_objects": 3,
        "nb_annotations": 3,
    }
