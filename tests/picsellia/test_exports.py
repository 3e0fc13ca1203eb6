"""Exports as the official clients ask for them, and unpack them."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from tests.picsellia.conftest import Wire


def export(wire: Wire, **body: Any) -> bytes:
    path = f"/dataset/version/{wire.version.version_id}/annotations/export"
    made = wire.post(path, body)
    assert made["object_name"] in made["presigned_url"]
    return wire.member.get(made["presigned_url"]).raise_for_status().content


def boxed(wire: Wire) -> None:
    label = wire.label("leaf")
    boxes = [{"x": 4, "y": 3, "w": 8, "h": 6, "label_id": label}]
    wire.post(f"/annotation/{wire.annotation()}/bulk-rectangles", {"rectangles": boxes})


def test_yolo_comes_as_flat_files_with_five_numbers_a_line(wire: Wire) -> None:
    boxed(wire)
    asset = wire.assets[0]["id"]
    with zipfile.ZipFile(io.BytesIO(export(wire, type="YOLO", export_key="ASSET_ID"))) as archive:
        names = set(archive.namelist())
        assert names == {f"{one['id']}.txt" for one in wire.assets} | {"data.yaml"}
        assert archive.read(f"{asset}.txt").split() == [b"0", b"0.2", b"0.2", b"0.2", b"0.2"]


def test_pascal_voc_comes_as_flat_files(wire: Wire) -> None:
    boxed(wire)
    with zipfile.ZipFile(io.BytesIO(export(wire, type="PASCAL_VOC"))) as archive:
        assert set(archive.namelist()) == {f"{number}.xml" for number in range(3)}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"type": "CSV"}, "COCO, YOLO, PASCAL_VOC, not as CSV"),
        ({"type": "COCO", "export_key": "SIZE"}, "The export key is one of FILENAME"),
    ],
)
def test_what_cannot_be_exported_is_refused(wire: Wire, body: dict[str, Any], says: str) -> None:
    path = f"/api/dataset/version/{wire.version.version_id}/annotations/export"
    answer = wire.member.post(path, json=body)
    assert answer.status_code == 400
    assert says in answer.text
