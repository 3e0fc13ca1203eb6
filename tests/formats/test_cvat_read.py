"""CVAT for images 1.1: shapes of every kind from one XML file, each bad one by picture and number."""

from __future__ import annotations

from typing import Any

import pytest

from safelight.errors import Invalid
from tests.formats.trees import Result, read
from tests.pictures import picture

META = (
    "<meta><task><labels><label><name>apple</name><attributes/></label>"
    "<label><name>person</name><type>skeleton</type></label>"
    "<label><name>head</name><type>points</type><parent>person</parent></label>"
    "<label><name>foot</name><type>points</type><parent>person</parent></label></labels></task></meta>"
)


def cvat(*shapes: str, size: str = 'width="8" height="4"', name: str = "dir/a.jpg") -> str:
    inside = "\n".join(shapes)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version>{META}\n'
        f'<image id="0" name="{name}" {size}>\n{inside}\n</image>\n</annotations>'
    )


def read_one(*shapes: str, **more: Any) -> Result:
    return read("cvat", cvat(*shapes, **more).encode(), name="annotations.xml")


BOX = '<box label="apple" xtl="1" ytl="1.5" xbr="3" ybr="4"/>'


@pytest.mark.parametrize(
    ("shape", "kind", "geometry"),
    [
        (BOX, "r", [1, 1.5, 2, 2.5]),
        ('<polygon label="apple" points="0,0;4,0.5;4,4"/>', "p", [[0, 0], [4, 0.5], [4, 4]]),
        ('<polyline label="apple" points="0,0;4,0.5"/>', "l", [[0, 0], [4, 0.5]]),
        ('<points label="apple" points="1,2.5"/>', "pt", [1, 2.5]),
        ('<points label="apple" points="1,2;3,4"/>', "kp", [[1, 2, 2], [3, 4, 2]]),
        ('<tag label="apple"/>', "c", None),
        (
            '<mask label="apple" rle="1, 2, 3" left="1" top="1" width="3" height="2"/>',
            "m",
            {"counts": "9130?", "size": [4, 8]},
        ),
    ],
)
def test_each_element_becomes_its_kind_of_shape(shape: str, kind: str, geometry: Any) -> None:
    result = read_one(shape)
    assert result.bad == {}
    assert result.said == {"a.jpg": [("apple", kind, geometry)]}
    assert result.sizes == {"a.jpg": (8, 4)}


def test_labels_stand_in_their_order_also_without_shapes() -> None:
    found = read_one().found
    assert [(one.name, one.keypoints) for one in found.categories.values()] == [
        ("apple", []),
        ("person", ["head", "foot"]),
    ]


def test_a_skeleton_becomes_keypoints_in_the_order_of_its_label() -> None:
    result = read_one(
        '<skeleton label="person" z_order="0"><points label="foot" outside="0" occluded="1" points="1,2"/>'
        '<points label="head" outside="0" occluded="0" points="3,4"/></skeleton>',
        '<skeleton label="person"><points label="foot" outside="1" points="1,2"/></skeleton>',
    )
    assert result.said["a.jpg"] == [
        ("person", "kp", [[3, 4, 2], [1, 2, 1]]),
        ("person", "kp", [[0, 0, 0], [0, 0, 0]]),
    ]


def test_a_turned_box_becomes_its_corners_and_says_so() -> None:
    [(_, shape)] = read_one(
        '<box label="apple" xtl="0" ytl="0" xbr="4" ybr="2" rotation="90.0"/>'
    ).shapes["a.jpg"]
    assert (shape.kind, shape.coordinates) == ("p", [[3, -1], [3, 3], [1, 3], [1, -1]])
    assert shape.attributes == {"rotation": "90.0"}


def test_an_ellipse_becomes_points_on_it() -> None:
    [(_, shape)] = read_one('<ellipse label="apple" cx="4" cy="2" rx="3" ry="1"/>').shapes["a.jpg"]
    assert len(shape.coordinates) == 72
    for x, y in shape.coordinates:
        assert ((x - 4) / 3) ** 2 + (y - 2) ** 2 == pytest.approx(1, abs=1e-5)


def test_attributes_and_what_else_is_said_are_kept() -> None:
    box = BOX.replace(
        "/>", ' occluded="1" z_order="0"><attribute name="colour">red</attribute></box>'
    )
    [(_, shape)] = read_one(box).shapes["a.jpg"]
    assert shape.attributes == {"occluded": "1", "colour": "red"}


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ('<cuboid label="apple"/>', "a <cuboid> is not read"),
        (BOX.replace("apple", ""), "name '': A label needs a name"),
        ('<box label="apple" xtl="1"/>', "it has no ytl"),
        (BOX.replace('"3"', '"0"'), "its box has a negative size"),
        (BOX.replace('"3"', '"nan"'), "'nan' is not a coordinate"),
        ('<polygon label="apple" points="0,0;1,1"/>', "it has 2 points; it needs at least 3"),
        ('<polygon label="apple" points="0,0;1;2,2"/>', "a point has not two numbers"),
        ('<points label="apple"/>', "it has 0 points; it needs at least 1"),
        ('<ellipse label="apple" cx="4" cy="2" rx="-3" ry="1"/>', "it has a negative radius"),
        (
            '<mask label="apple" rle="1" left="6" top="1" width="3" height="2"/>',
            "its mask is larger than its picture",
        ),
        (
            '<mask label="apple" rle="1, 9" left="1" top="1" width="3" height="2"/>',
            "its run '9' does not fit its size",
        ),
        (
            '<mask label="apple" rle="1,x" left="1" top="1" width="3" height="2"/>',
            "its run 'x' does not fit its size",
        ),
        (
            '<mask label="apple" rle="1, 2" left="1" top="1" width="3" height="2"/>',
            "its runs are 3 pixels, not 3 x 2",
        ),
        (
            '<skeleton label="person"><points label="nose" points="1,2"/></skeleton>',
            "its point 'nose' is not one of its label",
        ),
    ],
)
def test_a_bad_shape_is_named_by_picture_number_and_line(shape: str, reason: str) -> None:
    result = read_one(BOX, shape, BOX)
    [problem] = result.problems
    assert (problem.where, problem.reason) == ("image a.jpg: shape 2", reason)
    assert (problem.file, problem.line, problem.record) == ("annotations.xml", 5, shape)
    assert len(result.said["a.jpg"]) == 2


@pytest.mark.parametrize(
    "size", ['width="x" height="1"', 'height="1"', 'width="99999999999" height="1"']
)
def test_a_picture_without_a_size_is_a_bad_record(size: str) -> None:
    [problem] = read_one(BOX, size=size).problems
    assert problem.where == "image a.jpg"
    assert problem.reason.startswith("its width is")


def test_tracks_of_videos_are_said_not_to_be_read() -> None:
    text = cvat().replace("</annotations>", '<track id="3" label="apple"/></annotations>')
    assert read("cvat", text.encode(), name="a.xml").bad == {
        "track 3": "tracks of videos are not read"
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<!DOCTYPE a><annotations/>", "The file has a DTD at line 1"),
        (cvat(BOX)[:-30], "The file is not XML at line 4: unclosed token"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(text: str, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        read("cvat", text.encode(), name="a.xml")


def test_records_are_read_whatever_chunk_they_lie_in(monkeypatch: pytest.MonkeyPatch) -> None:
    from safelight.formats import xml_stream

    bad = '<box label="apple" xtl="a"/>'
    whole = read_one(BOX, bad, BOX)
    for chunk in (1, 7, 64, 333):
        monkeypatch.setattr(xml_stream, "CHUNK_BYTES", chunk)
        cut = read_one(BOX, bad, BOX)
        assert (cut.said, cut.problems) == (whole.said, whole.problems)


def test_a_record_without_end_is_refused_before_memory_is_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from safelight.formats import xml_stream

    monkeypatch.setattr(xml_stream, "RECORD_LIMIT", 1000)
    monkeypatch.setattr(xml_stream, "CHUNK_BYTES", 100)
    with pytest.raises(Invalid, match="The record at line 3 is too large to be read"):
        read_one(*[BOX] * 100)


def test_pictures_of_the_tree_are_found() -> None:
    files: dict[str, bytes | str] = {
        "annotations.xml": cvat(BOX),
        "images/dir/a.jpg": picture(8, 4),
        "images/b/a.jpg": picture(8, 4),
    }
    assert read("cvat", files).found.members == {0: "images/dir/a.jpg"}
    files["annotations.xml"] = cvat(BOX, name="a.jpg")
    assert read("cvat", files).bad == {
        "image a.jpg": "'a.jpg' may be images/dir/a.jpg or images/b/a.jpg"
    }


def test_only_what_was_rejected_is_taken_from_a_mended_file() -> None:
    only = set(read_one(BOX, "<cuboid/>", BOX).bad)
    assert read(
        "cvat", cvat(BOX, '<tag label="apple"/>', BOX).encode(), only=only, name="a.xml"
    ).said == {"a.jpg": [("apple", "c", None)]}
