from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

from safelight.domain.annotations import Annotation, Shape, ShapeKind, draft
from safelight.domain.datasets import Label
from safelight.formats.coco_write import flat_rings, write
from safelight.formats.writing import Picture, Writing, Written

APPLE, PEAR = Label(12, "apple"), Label(15, "pear")


def written(*shapes: Shape, labels: tuple[Label, ...] = (APPLE, PEAR)) -> dict[str, Any]:
    """The file of one picture with these shapes."""
    annotation = Annotation(1, 0, shapes=shapes) if shapes else None
    return read_back([Picture("a.jpg", 640, 480, annotation)], labels)[0]


def read_back(
    pictures: list[Picture], labels: tuple[Label, ...] = (APPLE, PEAR)
) -> tuple[dict[str, Any], Written]:
    out = io.BytesIO()
    counts = write(out, Writing("fruits/v1", labels, pictures))
    return json.loads(out.getvalue()), counts


def test_every_picture_is_listed_also_without_annotations() -> None:
    content, counts = read_back(
        [Picture("a.jpg", 640, 480, None), Picture("b.jpg", None, None, None)]
    )
    assert content["images"] == [
        {"id": 1, "file_name": "a.jpg", "width": 640, "height": 480},
        {"id": 2, "file_name": "b.jpg", "width": 0, "height": 0},
    ]
    assert content["annotations"] == []
    assert (counts.pictures, counts.shapes) == (2, 0)


def test_categories_stand_in_the_order_of_the_labels_without_supercategory() -> None:
    assert written()["categories"] == [
        {"id": 1, "name": "apple", "supercategory": ""},
        {"id": 2, "name": "pear", "supercategory": ""},
    ]


@pytest.mark.parametrize(
    ("kind", "geometry", "record"),
    [
        ("r", [1, 2.5, 3, 4], {"bbox": [1, 2.5, 3, 4], "segmentation": [], "area": 12}),
        ("c", None, {"bbox": [], "segmentation": [], "area": 0}),
        (
            "p",
            [[0, 0], [4, 0], [4, 3]],
            {"bbox": [0, 0, 4, 3], "segmentation": [[0, 0, 4, 0, 4, 3]], "area": 6.0},
        ),
        (
            "m",
            {"counts": [2, 3, 5], "size": [5, 2]},
            {
                "bbox": [0, 2, 1, 3],
                "segmentation": {"counts": [2, 3, 5], "size": [5, 2]},
                "area": 3,
            },
        ),
        (
            "m",
            "04",
            {"bbox": [0, 0, 1, 4], "segmentation": {"counts": "04", "size": [480, 640]}, "area": 4},
        ),
        (
            "kp",
            [[1, 2, 2], [5, 6, 1], [0, 0, 0]],
            {
                "bbox": [1, 2, 4, 4],
                "segmentation": [],
                "area": 16,
                "keypoints": [1, 2, 2, 5, 6, 1, 0, 0, 0],
                "num_keypoints": 2,
            },
        ),
    ],
)
def test_each_kind_of_shape_has_its_record(
    kind: str, geometry: Any, record: dict[str, Any]
) -> None:
    content = written(draft(ShapeKind(kind), PEAR.key, geometry))
    ids = {"id": 1, "image_id": 1, "category_id": 2, "iscrowd": 0}
    assert content["annotations"] == [{**ids, **record}]


def test_what_a_file_said_beside_the_geometry_goes_back_as_it_came() -> None:
    shape = Shape(
        1,
        ShapeKind.POLYGON,
        APPLE.key,
        Raw(b"[[1.50,2,3,4,5,6]]"),
        text="é",
        attributes={"hard": True},
        box=Raw(b"[1.10,2,3,4]"),
        area=Raw(b"7.500"),
        is_crowd=1,
    )
    out = io.BytesIO()
    write(out, Writing("", [APPLE], [Picture("a.jpg", 1, 1, Annotation(1, 0, shapes=(shape,)))]))
    assert (
        b'"bbox":[1.10,2,3,4],"segmentation":[[1.50,2,3,4,5,6]],"area":7.500,"iscrowd":1,'
        b'"utf8_string":"\xc3\xa9","attributes":{"hard":true}}'
    ) in out.getvalue()


def test_lines_points_and_unknown_labels_are_left_out_and_counted() -> None:
    shapes = (
        draft(ShapeKind.LINE, 12, [[1, 2], [3, 4]]),
        draft(ShapeKind.POINT, 12, [1, 2]),
        draft(ShapeKind.RECTANGLE, 99, [1, 2, 3, 4]),
        draft(ShapeKind.RECTANGLE, 12, [1, 2, 3, 4]),
    )
    content, counts = read_back([Picture("a.jpg", 1, 1, Annotation(1, 0, shapes=shapes))])
    assert [one["id"] for one in content["annotations"]] == [1]
    assert counts.shapes == 1
    assert counts.left_out == {
        "line: COCO has no word for it": 1,
        "point: COCO has no word for it": 1,
        "shape of a label that is gone": 1,
    }


def test_a_skeleton_goes_into_its_category() -> None:
    label = Label(1, "person", skeleton={"vertices": ["head", "foot"], "edges": [[1, 2]]})
    [category] = written(labels=(label,))["categories"]
    assert (category["keypoints"], category["skeleton"]) == (["head", "foot"], [[1, 2]])


@pytest.mark.parametrize(
    ("polygon", "flat"),
    [
        (b"[[1.0,2],[3,4e0],[5,6]]", b"[[1.0,2,3,4e0,5,6]]"),
        (b"[ [1, 2], [3, 4], [5, 6] ]", b"[[1,2,3,4,5,6]]"),
        (b"[[[1,2],[3,4],[5,6]],[[7,8],[9,0],[1,1]]]", b"[[1,2,3,4,5,6],[7,8,9,0,1,1]]"),
        (b"[[1,2,3,4,5,6],[7,8,9,0,1,1]]", b"[[1,2,3,4,5,6],[7,8,9,0,1,1]]"),
        (b"[]", b"[]"),
    ],
)
def test_polygons_of_all_forms_are_flattened_digit_for_digit(polygon: bytes, flat: bytes) -> None:
    assert flat_rings(polygon) == flat


def test_nothing_is_left_in_the_scratch_folder(tmp_path: Path) -> None:
    write(io.BytesIO(), Writing("", [], [Picture("a.jpg", 1, 1, None)], tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_mask_that_cannot_be_read_is_left_out_and_told_with_its_picture() -> None:
    mask = Shape(1, ShapeKind.MASK, APPLE.key, Raw(b'{"counts":[1,"x"],"size":[3,4]}'))
    content, counts = read_back([Picture("a.jpg", 4, 3, Annotation(1, 0, shapes=(mask,)))])
    assert content["annotations"] == []
    assert counts.left_out == {"mask that cannot be read": 1}
    assert counts.left_out.first("mask that cannot be read") == ["a.jpg"]


def test_of_many_pictures_the_first_are_named() -> None:
    line = draft(ShapeKind.LINE, APPLE.key, [[0, 0], [1, 1]])
    said = Annotation(1, 0, shapes=(line, line))
    counts = read_back([Picture(f"{at}.jpg", 4, 3, said) for at in range(5)])[1]
    [reason] = counts.left_out
    assert counts.left_out[reason] == 10
    assert counts.left_out.first(reason) == ["0.jpg", "1.jpg", "2.jpg", "..."]
