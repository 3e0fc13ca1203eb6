"""Every format that can be read, from the file that somebody uploads to what the version says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.formats.trees import packed
from tests.internals.importing import Workshop, coco

BOX = ("apple", "r", [10, 20, 30, 40])

VOC = """<annotation><filename>a.jpg</filename><size><width>100</width><height>80</height></size>
<object><name>apple</name><bndbox><xmin>11</xmin><ymin>21</ymin><xmax>40</xmax><ymax>60</ymax></bndbox>
</object></annotation>"""
CVAT = """<annotations><version>1.1</version><image id="0" name="a.jpg" width="100" height="80">
<box label="apple" xtl="10" ytl="20" xbr="40" ybr="60" occluded="0"/></image></annotations>"""
LABELME = {
    "imagePath": "a.jpg",
    "imageWidth": 100,
    "imageHeight": 80,
    "imageData": None,
    "shapes": [{"label": "apple", "shape_type": "rectangle", "points": [[10, 20], [40, 60]]}],
}
VIA = {
    "a.jpg123": {
        "filename": "a.jpg",
        "size": 123,
        "regions": [
            {
                "shape_attributes": {"name": "rect", "x": 10, "y": 20, "width": 30, "height": 40},
                "region_attributes": {"fruit": "apple"},
            }
        ],
        "file_attributes": {},
    }
}
YOLO = {"data.yaml": "names: [apple]\n", "labels/a.txt": "0 0.25 0.5 0.3 0.5\n"}
COCO = {
    "images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 80}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 20, 30, 40]}],
    "categories": [{"id": 1, "name": "apple"}],
}
FILES: dict[str, tuple[str, bytes]] = {
    "coco": ("a.json", json.dumps(COCO).encode()),
    "coco in a zip": ("a.zip", packed({"annotations/a.json": json.dumps(COCO)})),
    "voc": ("a.zip", packed({"Annotations/a.xml": VOC})),
    "voc of one picture": ("a.xml", VOC.encode()),
    "cvat": ("annotations.xml", CVAT.encode()),
    "labelme": ("a.json", json.dumps(LABELME).encode()),
    "via": ("via.json", json.dumps(VIA).encode()),
    "yolo": ("a.zip", packed(YOLO)),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_any_format_is_imported(shop: Workshop, name: str) -> None:
    filename, content = FILES[name]
    shop.add_sized("a.jpg", 100, 80)
    run = shop.run(shop.launch(content, filename=filename, format="auto"))
    [(found, shapes)] = shop.said().items()
    assert found == "a.jpg"
    [(label, kind, coordinates)] = shapes
    assert (label, kind) == BOX[:2]
    assert coordinates == pytest.approx(BOX[2], abs=1)
    assert run.result is not None
    assert run.result["counts"]["shapes"] == 1


def test_a_format_that_asks_for_sizes_is_told_those_of_the_datalake(shop: Workshop) -> None:
    shop.add_sized("a.jpg", 100, 80, to_version=False)
    shop.run(shop.launch(packed(YOLO), filename="a.zip", format="yolo"))
    assert shop.said()["a.jpg"][0][2] == pytest.approx(BOX[2], abs=1)


def failure(shop: Workshop, content: bytes, **options: Any) -> str:
    before = shop.snapshot()
    _, failed = shop.operate(shop.launch(content, **options))
    assert failed is not None
    assert shop.snapshot() == before
    return str(failed["message"])


def test_what_cannot_be_told_apart_or_read_says_what_it_is(sqlite_shop: Workshop) -> None:
    several = packed({"a.json": json.dumps(COCO), "a.xml": VOC})
    message = failure(sqlite_shop, several, filename="a.zip", format="auto")
    assert message.startswith("There are files of several formats: COCO (a.json), Pascal VOC")
    nothing = failure(sqlite_shop, packed({"a.pdf": b"x"}), filename="a.zip", format="auto")
    assert nothing.startswith("There are no annotations of a known format")
    broken = failure(sqlite_shop, packed(YOLO)[:-30], filename="a.zip", format="auto")
    assert broken.startswith("a.zip is not a zip file that can be read")


def test_a_coco_file_may_be_called_anything_if_it_is_said_to_be_one(sqlite_shop: Workshop) -> None:
    sqlite_shop.run(sqlite_shop.launch(coco({}), filename="instances"))
    assert len(sqlite_shop.said()["1.jpg"]) == 1


def test_a_name_that_leads_out_of_a_zip_is_a_bad_record(sqlite_shop: Workshop) -> None:
    bad = packed({**YOLO, "../labels/b.txt": "0 0.5 0.5 0.1 0.1\n"})
    sqlite_shop.add_sized("a.jpg", 100, 80)
    run = sqlite_shop.run(sqlite_shop.launch(bad, filename="a.zip", format="auto", skip_bad=True))
    assert run.rejects is not None
    assert run.rejects["total"] == 1
