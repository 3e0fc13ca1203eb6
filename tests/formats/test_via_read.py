"""VIA 2 and 3: regions of every shape, and which attribute of a region is its label."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from safelight.errors import Invalid
from tests.formats.trees import Result, read
from tests.pictures import picture


def region(shape: str, attributes: dict[str, Any] | None = None, **said: Any) -> dict[str, Any]:
    labels = {"type": "apple"} if attributes is None else attributes
    return {"shape_attributes": {"name": shape, **said}, "region_attributes": labels}


POINT = region("point", cx=1, cy=2)


def via2(*regions: Any, project: bool = True) -> dict[str, Any]:
    entries = {
        "a.jpg123": {
            "filename": "a.jpg",
            "size": 123,
            "regions": list(regions),
            "file_attributes": {},
        },
        "b.jpg-1": {"filename": "http://x/b.jpg", "size": -1, "regions": {}, "file_attributes": {}},
    }
    return (
        {"_via_settings": {}, "_via_img_metadata": entries, "_via_attributes": {}}
        if project
        else entries
    )


def read_one(content: Any, label: str | None = None, only: set[str] | None = None) -> Result:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read("via", text, name="via.json", label=label, only=only)


@pytest.mark.parametrize("project", [True, False])
@pytest.mark.parametrize(
    ("said", "kind", "geometry"),
    [
        (region("rect", x=1, y=2, width=3, height=4.5), "r", [1, 2, 3, 4.5]),
        (
            region("polygon", all_points_x=[1, 2, 3], all_points_y=[0, 1, 0]),
            "p",
            [[1, 0], [2, 1], [3, 0]],
        ),
        (region("polyline", all_points_x=[1, 2], all_points_y=[0, 1]), "l", [[1, 0], [2, 1]]),
        (POINT, "pt", [1, 2]),
    ],
)
def test_each_shape_of_version_2_becomes_its_kind(
    said: Any, kind: str, geometry: Any, project: bool
) -> None:
    result = read_one(via2(said, project=project))
    assert result.bad == {}
    assert result.said == {"a.jpg": [("apple", kind, geometry)], "b.jpg": []}


@pytest.mark.parametrize(
    ("said", "radii"),
    [
        (region("circle", cx=5, cy=6, r=2), (2, 2)),
        (region("ellipse", cx=5, cy=6, rx=3, ry=1, theta=math.pi / 2), (1, 3)),
        (region("ellipse", cx=5, cy=6, rx=3, ry=1), (3, 1)),
    ],
)
def test_round_shapes_become_points_on_them(said: Any, radii: tuple[int, int]) -> None:
    [(_, shape)] = read_one(via2(said)).shapes["a.jpg"]
    assert shape.attributes == {"shape": said["shape_attributes"]["name"]}
    for x, y in shape.coordinates:
        assert ((x - 5) / radii[0]) ** 2 + ((y - 6) / radii[1]) ** 2 == pytest.approx(1, abs=1e-5)


def test_regions_of_old_exports_are_numbered() -> None:
    content = via2(project=False)
    content["a.jpg123"]["regions"] = {"0": POINT, "1": POINT}
    assert len(read_one(content).said["a.jpg"]) == 2


def test_the_label_is_the_chosen_attribute_and_the_others_stay() -> None:
    content = via2(region("point", {"type": "apple", "colour": "red"}, cx=1, cy=2))
    result = read_one(content, label="colour")
    [(label, shape)] = result.shapes["a.jpg"]
    assert (label, shape.attributes) == ("red", {"type": "apple"})


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (None, "Which attribute of the regions is the label? They have 'type', 'colour'."),
        ("size", "No region has the attribute 'size', only 'type', 'colour'."),
    ],
)
def test_which_attribute_is_meant_must_be_clear(label: str | None, message: str) -> None:
    content = via2(POINT, region("point", {"colour": "red"}, cx=1, cy=2))
    with pytest.raises(Invalid) as refused:
        read_one(content, label)
    assert refused.value.message == message


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"type": {"apple": True, "pear": False}}, "apple"),
        ({"type": 5}, "5"),
    ],
)
def test_a_label_is_a_text_or_the_ticked_box(attributes: dict[str, Any], expected: str) -> None:
    assert read_one(via2(region("point", attributes, cx=1, cy=2))).said["a.jpg"][0][0] == expected


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (region("cube"), "the shape 'cube' is not read"),
        (region("rect", x=1, y=2, width=3), "its height is 'None'"),
        (region("rect", x=1, y=2, width=3, height=-1), "its box has a negative size"),
        (region("rect", x=1, y=2, width="3", height=1), "its width is '3'"),
        (region("rect", x=1, y=2, width=1e300, height=1), "1e+300 is not a coordinate"),
        (region("circle", cx=1, cy=2, r=-1), "it has a negative radius"),
        (
            region("polygon", all_points_x=[1, 2, 3], all_points_y=[0, 1]),
            "all_points_x and all_points_y are not two lists of the same length",
        ),
        (
            region("polygon", all_points_x=[1, 2], all_points_y=[0, 1]),
            "it has 2 points; it needs at least 3",
        ),
        (region("polyline", all_points_x=[1, None], all_points_y=[0, 1]), "its x is 'None'"),
        (region("point", {}, cx=1, cy=2), "it has no attribute 'type'"),
        (region("point", {"type": ""}, cx=1, cy=2), "it has no attribute 'type'"),
        (
            region("point", {"type": {"a": True, "b": True}}, cx=1, cy=2),
            "its attribute 'type' names 2 labels, not one",
        ),
        (region("point", {"type": [1]}, cx=1, cy=2), "its attribute 'type' is no text"),
        ({}, "it misses the required field `shape_attributes`"),
        (5, "Expected `object`, got `int`"),
    ],
)
def test_a_bad_region_is_named_by_picture_number_and_byte(said: Any, reason: str) -> None:
    content = via2(POINT, said, POINT)
    result = read_one(content)
    [problem] = result.problems
    assert (problem.where, problem.reason) == ("image a.jpg: region 2", reason)
    assert problem.record == json.dumps(said)
    assert problem.offset is not None
    assert json.dumps(content)[problem.offset :].startswith(json.dumps(said))
    assert len(result.shapes["a.jpg"]) == 2


def test_bad_pictures_are_named_by_their_key() -> None:
    content = via2(POINT)
    content["_via_img_metadata"] |= {"c": {"filename": ""}, "d": 5, "e": {"filename": "a.jpg"}}
    assert read_one(content).bad == {
        "image c": "file_name is empty",
        "image d": "Expected `object`, got `int`",
        "image e": "file_name 'a.jpg' appears twice",
    }


def via3(*metadata: dict[str, Any]) -> dict[str, Any]:
    return {
        "project": {"pid": "x"},
        "config": {},
        "attribute": {
            "1": {"aname": "type", "type": 3, "options": {"0": "apple", "1": "pear"}},
            "2": {"aname": "note", "type": 1, "options": {}},
        },
        "file": {"7": {"fid": "7", "fname": "dir/a.jpg", "type": 2}},
        "metadata": {f"v_{at}": one for at, one in enumerate(metadata)},
        "view": {"9": {"fid_list": ["7"]}},
    }


def said3(xy: list[Any], av: dict[str, Any] | None = None, vid: str = "9") -> dict[str, Any]:
    return {"vid": vid, "flg": 0, "z": [], "xy": xy, "av": {"1": "1"} if av is None else av}


@pytest.mark.parametrize(
    ("xy", "kind", "geometry"),
    [
        ([1, 5, 6], "pt", [5, 6]),
        ([2, 1, 2, 3, 4.5], "r", [1, 2, 3, 4.5]),
        ([5, 1, 2, 3, 4], "l", [[1, 2], [3, 4]]),
        ([6, 1, 2, 3, 4, 5, 6], "l", [[1, 2], [3, 4], [5, 6]]),
        ([7, 1, 2, 3, 4, 5, 6], "p", [[1, 2], [3, 4], [5, 6]]),
        ([], "c", None),
    ],
)
def test_each_shape_of_version_3_becomes_its_kind(xy: list[Any], kind: str, geometry: Any) -> None:
    result = read_one(via3(said3(xy)))
    assert result.bad == {}
    assert result.said == {"a.jpg": [("pear", kind, geometry)]}


def test_round_shapes_and_other_attributes_of_version_3() -> None:
    content = via3(said3([3, 5, 6, 2], {"1": "0", "2": "far"}), said3([4, 5, 6, 3, 1], {"1": "0"}))
    [(label, circle), (_, ellipse)] = read_one(content, label="type").shapes["a.jpg"]
    assert (label, circle.attributes) == ("apple", {"note": "far", "shape": "circle"})
    assert all(
        math.dist(point, (5, 6)) == pytest.approx(2, abs=1e-5) for point in circle.coordinates
    )
    assert max(x for x, _ in ellipse.coordinates) == 8


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (said3([9, 1, 2]), "the shape 9 is not read"),
        (said3([1.5, 1, 2]), "the shape 1.5 is not read"),
        (said3([2, 1, 2]), "it has 2 coordinates"),
        (said3([7, 1, 2, 3, 4, 5]), "it has 5 coordinates"),
        (said3([1, 1, 2], vid="8"), "its view '8' is unknown"),
        (said3([1, 1, 2], {"5": "x"}), "its attribute '5' is unknown"),
        (said3([]) | {"z": [1, 2]}, "stretches of time are not read"),
        ({"vid": "9"}, "it misses the required field `xy`"),
    ],
)
def test_a_bad_region_of_version_3_is_named_by_its_key(said: Any, reason: str) -> None:
    result = read_one(via3(said3([1, 5, 6]), said, said3([1, 5, 6])))
    assert result.bad == {"metadata v_1": reason}
    assert len(result.said["a.jpg"]) == 2


def test_pictures_of_the_tree_give_their_sizes() -> None:
    result = read("via", {"p.json": json.dumps(via2(POINT)), "x/a.jpg": picture(30, 20)})
    assert result.sizes == {"a.jpg": (30, 20), "b.jpg": (None, None)}


def test_only_what_was_rejected_is_taken_from_a_mended_file() -> None:
    only = set(read_one(via2(POINT, {}, POINT)).bad)
    mended = via2(POINT, region("point", cx=7, cy=7), POINT)
    assert read_one(mended, only=only).said == {"a.jpg": [("apple", "pt", [7, 7])]}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{" * 100_000, b'{"_via_img_metadata": 5}'])
def test_a_file_that_is_not_vias_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid, match=r"^via.json: "):
        read_one(content)


def test_nan_and_keys_that_come_twice_are_bad_records() -> None:
    entry = b'{"filename": "a.jpg", "regions": []}'
    result = read_one(b'{"a": {"filename": "a.jpg", "regions": []}, "a": %b, "b": NaN}' % entry)
    assert {where: reason.partition(" (")[0] for where, reason in result.bad.items()} == {
        "image a": "file_name 'a.jpg' appears twice",
        "image b": "JSON is malformed: invalid character",
    }
