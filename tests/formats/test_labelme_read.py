"""LabelMe: a JSON file per picture, shapes of every type."""

from __future__ import annotations

import base64
import io
import json
import math
from typing import Any

import pytest
from PIL import Image

from safelight.domain import rle
from tests.formats.trees import Files, Result, read
from tests.pictures import picture


def labelme(*shapes: Any, **more: Any) -> str:
    content = {
        "version": "5.5.0",
        "flags": {},
        "shapes": list(shapes),
        "imagePath": "..\\pictures\\a.jpg",
        "imageData": "x" * 100,
        "imageHeight": 4,
        "imageWidth": 8,
        **more,
    }
    return json.dumps({key: value for key, value in content.items() if value is not ...})


def shape(type: str | None, *points: Any, **more: Any) -> dict[str, Any]:
    return {"label": "apple", "points": list(points), "shape_type": type, **more}


def read_one(*shapes: Any, **more: Any) -> Result:
    return read("labelme", {"a.json": labelme(*shapes, **more)})


def png(rows: list[list[int]], mode: str = "1") -> str:
    image = Image.new(mode, (len(rows[0]), len(rows)))
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            image.putpixel((x, y), value)
    out = io.BytesIO()
    image.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


@pytest.mark.parametrize(
    ("said", "kind", "geometry"),
    [
        (shape("polygon", (0, 0), (1.5, 0), (1, 1)), "p", [[0, 0], [1.5, 0], [1, 1]]),
        (shape(None, (0, 0), (1.5, 0), (1, 1)), "p", [[0, 0], [1.5, 0], [1, 1]]),
        (shape("rectangle", (3, 4), (1, 1)), "r", [1, 1, 2, 3]),
        (shape("rectangle", (1, 1), (3, 1), (3, 4), (1, 4)), "r", [1, 1, 2, 3]),
        (shape("line", (0, 0), (1, 1)), "l", [[0, 0], [1, 1]]),
        (shape("linestrip", (0, 0), (1, 1), (2, 0)), "l", [[0, 0], [1, 1], [2, 0]]),
        (shape("point", (1, 2)), "pt", [1, 2]),
        (shape("points", (1, 2), (3, 4)), "kp", [[1, 2, 2], [3, 4, 2]]),
        (
            shape("oriented_rectangle", (0, 1), (1, 0), (2, 1), (1, 2)),
            "p",
            [[0, 1], [1, 0], [2, 1], [1, 2]],
        ),
    ],
)
def test_each_type_becomes_its_kind_of_shape(said: Any, kind: str, geometry: Any) -> None:
    result = read_one(said)
    assert result.bad == {}
    assert result.said == {"a.jpg": [("apple", kind, geometry)]}
    assert result.sizes == {"a.jpg": (8, 4)}


def test_a_circle_becomes_points_on_it() -> None:
    [(_, found)] = read_one(shape("circle", (4, 2), (4, 4))).shapes["a.jpg"]
    assert found.attributes == {"shape_type": "circle"}
    assert len(found.coordinates) == 72
    assert all(
        math.dist(point, (4, 2)) == pytest.approx(2, abs=1e-5) for point in found.coordinates
    )


@pytest.mark.parametrize("mode", ["1", "L"])
def test_a_mask_is_put_where_it_belongs(mode: str) -> None:
    said = shape("mask", (2, 1), (4, 2), mask=png([[0, 1, 1], [1, 0, 1]], mode))
    [(_, _, mask)] = read_one(said).said["a.jpg"]
    assert mask["size"] == [4, 8]
    assert rle.runs(mask["counts"]) == [10, 1, 2, 1, 3, 2, 13]


def test_flags_group_and_description_become_attributes() -> None:
    said = shape("point", (1, 2), flags={"blurred": True}, group_id=3, description="far")
    [(_, found)] = read_one(said).shapes["a.jpg"]
    assert found.attributes == {"blurred": True, "group_id": 3, "description": "far"}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (shape("polygon", (0, 0), (1, 1)), "it has 2 points, not 3 or more"),
        (shape("rectangle", (0, 0)), "it has 1 points, not 2"),
        (shape("cube", (0, 0)), "the shape_type 'cube' is not read"),
        (shape("point", (0, 1e300)), "1e+300 is not a coordinate"),
        (shape("point", (0, "1")), "Expected `float`, got `str` - at `points[0][1]`"),
        (shape("point", (0, 1, 2)), "Expected `array` of length 2 - at `points[0]`"),
        ({"label": "apple"}, "it misses the required field `points`"),
        (5, "Expected `object`, got `int`"),
        ({}, "it misses the required field `label`"),
        (shape("point", (0, 1)) | {"label": " "}, "name ' ': A label needs a name"),
        (
            shape("mask", (0, 0), (1, 1), mask="???"),
            "its mask is no PNG: Only base64 data is allowed",
        ),
        (
            shape("mask", (7, 0), (9, 1), mask=png([[1, 1, 1]])),
            "its mask lies outside of its picture",
        ),
    ],
)
def test_a_bad_shape_is_named_by_its_number_and_byte(said: Any, reason: str) -> None:
    good = shape("point", (1, 1))
    result = read_one(good, said, good)
    [problem] = result.problems
    assert (problem.where, problem.reason) == ("a.json: shape 2", reason)
    assert (problem.record, problem.file) == (json.dumps(said), "a.json")
    text = labelme(good, said, good)
    assert problem.offset == text.index(json.dumps(said), text.index(json.dumps(good)) + 60)
    assert len(result.shapes["a.jpg"]) == 2


def test_a_mask_that_is_no_picture_is_told() -> None:
    cut = base64.b64encode(base64.b64decode(png([[1] * 50] * 50, "L"))[:60]).decode()
    for mask in (cut, base64.b64encode(b"GIF89a").decode(), ""):
        [reason] = read_one(shape("mask", (0, 0), (1, 1), mask=mask)).bad.values()
        assert reason.startswith("its mask is no PNG")
        assert "object at" not in reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "Input data was truncated"),
        (labelme(shape("point", (1, 2)))[:-5], "Input data was truncated"),
        ("[]", "Expected `object`, got `array`"),
        (labelme(imagePath=...), "it misses the required field `imagePath`"),
        (labelme(imagePath=""), "file_name is empty"),
        (labelme(imageWidth=-1), "Expected `int` >= 0 - at `imageWidth`"),
        (labelme(shapes={}), "shapes is not a list"),
        (b'{"shapes": [], "imagePath": "\xff"}', "it is not UTF-8"),
        ("[" * 100_000, "Expected `object`, got `array`"),
        ('{"shapes": [' + "[" * 100_000, "it is nested too deeply"),
    ],
)
def test_a_bad_file_is_named_with_its_reason(content: Any, reason: str) -> None:
    result = read("labelme", {"a.json": content, "b.json": labelme(imagePath="b.jpg")})
    assert {where: why.partition(" (")[0] for where, why in result.bad.items()} == {
        "a.json": reason
    }
    assert list(result.said) == ["b.jpg"]


def test_the_size_comes_from_the_picture_where_the_file_does_not_say_it() -> None:
    files: Files = {
        "x/a.json": labelme(imageWidth=..., imageHeight=None),
        "x/a.jpg": picture(30, 20),
    }
    result = read("labelme", files)
    assert (result.sizes, result.found.members) == ({"a.jpg": (30, 20)}, {0: "x/a.jpg"})


def test_only_what_was_rejected_is_taken_from_mended_files() -> None:
    good = shape("point", (1, 1))
    broken = {"a.json": labelme(good, 5, good), "b.json": "{"}
    only = set(read("labelme", broken).bad)
    mended = {
        "a.json": labelme(good, shape("point", (2, 2)), good),
        "b.json": labelme(good, imagePath="b.jpg"),
    }
    assert read("labelme", mended, only=only).said == {
        "a.jpg": [("apple", "pt", [2, 2])],
        "b.jpg": [("apple", "pt", [1, 1])],
    }
