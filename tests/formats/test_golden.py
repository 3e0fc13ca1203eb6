"""Files that the formats' own tools wrote (see golden/make.py) say to us what they say to those tools."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.json import decode

from safelight.domain import rle
from safelight.domain.annotations import ABSENT, Shape, ShapeKind
from safelight.domain.geometry import polygon_bounds
from safelight.formats import readers
from safelight.formats.tree import open_tree
from tests.formats.trees import read

GOLDEN = Path(__file__).parent / "golden"


def xyxy(shape: Shape) -> list[float]:
    box: Any = decode(shape.box) if shape.box is not ABSENT else None
    if shape.kind is ShapeKind.RECTANGLE:
        box = shape.coordinates
    x, y, width, height = box or polygon_bounds(shape.coordinates) or []
    return [x, y, x + width, y + height]


@pytest.mark.parametrize("kind", ["boxes", "polygons"])
@pytest.mark.parametrize("format", ["coco", "yolo", "voc", "labelme"])
def test_what_supervision_wrote_reads_as_supervision_reads_it(format: str, kind: str) -> None:
    content = (GOLDEN / f"{format}-{kind}.zip").read_bytes()
    with open_tree(io.BytesIO(content), "a.zip") as tree:
        assert readers.detect(tree) == format
    result = read(format, content)
    assert result.bad == {}
    expected = json.loads((GOLDEN / f"{format}-{kind}.json").read_text())
    found = {
        name: [[label, pytest.approx(xyxy(shape), abs=1e-3)] for label, shape in of]
        for name, of in result.shapes.items()
    }
    assert found == expected
    kinds = {shape.kind for of in result.shapes.values() for _, shape in of}
    assert kinds == {ShapeKind.RECTANGLE if kind == "boxes" else ShapeKind.POLYGON}
    assert sorted(result.found.members) == sorted(
        position for position, _ in result.found.images.items()
    )
    assert set(result.sizes.values()) == {(64, 48)}


def test_masks_of_pycocotools_have_the_areas_and_boxes_that_it_counts() -> None:
    content = json.loads((GOLDEN / "masks.json").read_text())
    result = read("coco", (GOLDEN / "masks.json").read_bytes(), name="masks.json")
    for (_, shape), said in zip(result.shapes["a.png"], content["annotations"], strict=True):
        runs = rle.runs(shape.coordinates["counts"])
        assert (rle.area(runs), rle.bounds(runs, 48)) == (said["area"], said["bbox"])
        assert rle.compress(runs) == said["segmentation"]["counts"]
