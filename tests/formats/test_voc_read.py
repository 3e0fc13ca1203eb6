"""Pascal VOC: each XML file becomes a picture with its shapes, and nothing in it is trusted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.formats.trees import Files, Result, read
from tests.pictures import picture

BOX = "<bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox>"
GOOD = f"<object><name>apple</name>{BOX.format(1, 1, 200, 100)}</object>"
SIZE = "<size><width>200</width><height>100</height><depth>3</depth></size>"


def voc(*objects: str, name: str = "a.jpg", size: str = SIZE) -> str:
    return f"<annotation><filename>{name}</filename>{size}\n{chr(10).join(objects)}</annotation>"


def read_one(*objects: str) -> Result:
    return read("voc", {"Annotations/a.xml": voc(*objects)})


def test_a_box_counts_pixels_from_one_and_has_its_last_pixel_inside() -> None:
    result = read_one(GOOD)
    assert result.said == {"a.jpg": [("apple", "r", [0, 0, 200, 100])]}
    assert result.sizes == {"a.jpg": (200, 100)}


def test_fractions_of_pixels_are_taken() -> None:
    result = read_one(f"<object><name>a</name>{BOX.format('1.5', '2.25', '10.5', 11)}</object>")
    assert result.said == {"a.jpg": [("a", "r", [0.5, 1.25, 10, 9.75])]}


def test_what_is_said_beside_the_box_becomes_attributes() -> None:
    result = read_one(
        "<object><name>a</name><pose>Left</pose><truncated>1</truncated><difficult>0</difficult>"
        f"<occluded>2</occluded>{BOX.format(1, 1, 2, 2)}<attributes><attribute><name>colour</name>"
        "<value>red</value></attribute></attributes></object>",
        f"<object><name>a</name><pose>Unspecified</pose>{BOX.format(1, 1, 2, 2)}</object>",
    )
    assert [shape.attributes for _, shape in result.shapes["a.jpg"]] == [
        {"pose": "Left", "truncated": 1, "occluded": 2, "colour": "red"},
        {},
    ]


def test_a_polygon_keeps_its_box() -> None:
    points = "".join(
        f"<x{at}>{x}</x{at}><y{at}>{y}</y{at}>"
        for at, x, y in [(1, 1, 1), (2, 11, 1), (3, 11, 6.5)]
    )
    result = read_one(
        f"<object><name>a</name>{BOX.format(1, 1, 11, 7)}<polygon>{points}</polygon></object>"
    )
    [(_, shape)] = result.shapes["a.jpg"]
    assert (shape.kind, shape.coordinates) == ("p", [[0, 0], [10, 0], [10, 5.5]])
    assert bytes(shape.box) == b"[0,0,11,7]"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (f"<name>a</name>{BOX.format(10, 1, 1, 5)}", "its box [10, 1, 1, 5] has a negative size"),
        (f"<name>a</name>{BOX.format('x', 1, 1, 5)}", "'x' is not a coordinate"),
        (f"<name>a</name>{BOX.format('nan', 1, 1, 5)}", "'nan' is not a coordinate"),
        (f"<name>a</name>{BOX.format('1e999', 1, 1, 5)}", "'1e999' is not a coordinate"),
        (f"<name>a</name>{BOX.format('', 1, 1, 5)}", "its box has no <xmin>"),
        ("<name>a</name>", "it has no <bndbox>"),
        (BOX.format(1, 1, 2, 2), "name '': A label needs a name"),
        (
            f"<name>{'a' * 300}</name>",
            f"name {'a' * 80!r}: The name of a label has at most 255 characters",
        ),
        (
            "<name>a</name><polygon><x1>1</x1><y1>1</y1></polygon>",
            "its polygon has 1 points; it needs at least 3",
        ),
        ("<name>a</name><polygon><x1>1</x1><z1>1</z1></polygon>", "its polygon has no <y1>"),
    ],
)
def test_a_bad_object_is_named_by_file_and_line(said: str, reason: str) -> None:
    text = f"<object>{said}</object>"
    result = read_one(GOOD, text, GOOD)
    [problem] = result.problems
    assert (problem.where, problem.reason) == ("Annotations/a.xml: object 2", reason)
    assert (problem.file, problem.line, problem.record) == ("Annotations/a.xml", 3, text)
    assert problem.offset == voc(GOOD, text, GOOD).index(text)
    assert len(result.shapes["a.jpg"]) == 2


ENTITY = "<!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d '&b;&b;'>]><annotation>&d;</annotation>"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "The file is not XML at line 1: no element found"),
        ("<annotation>", "The file is not XML at line 1: no element found"),
        ("<a></b>", "The file is not XML at line 1: mismatched tag"),
        ("<a/>", "it has no <annotation>"),
        (ENTITY, "The file has a DTD at line 1; XML is read without one"),
        (
            "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><annotation/>",
            "The file has a DTD at line 1; XML is read without one",
        ),
        ("<annotation>&x;</annotation>", "The file is not XML at line 1: undefined entity"),
        ("<annotation>" + "<a>" * 100, "Line 1 is nested too deeply"),
        ("<annotation/>", "it has no <filename>"),
        (voc(name="\u00e9" * 600), "file_name has more than 1,024 bytes"),
        (voc(size="<size><width>-1</width></size>"), "its width is '-1'"),
        (voc(size="<size><width>wide</width></size>"), "its width is 'wide'"),
        (voc(size=f"<size><width>{'9' * 5000}</width></size>"), f"its width is '{'9' * 40}'"),
        (
            '<?xml version="1.0" encoding="nonsense"?><annotation/>',
            "The file is not XML: unknown encoding: nonsense",
        ),
        (
            b"<annotation>\xff</annotation>",
            "The file is not XML at line 1: not well-formed (invalid token)",
        ),
    ],
)
def test_a_bad_file_is_named_with_its_reason(content: Any, reason: str) -> None:
    result = read("voc", {"a.xml": content, "b.xml": voc(GOOD, name="b.jpg")})
    assert result.bad == {"a.xml": reason}
    assert len(result.said["b.jpg"]) == 1


def test_pictures_of_the_tree_are_found_and_masks_said_not_to_be_read() -> None:
    files: Files = {
        "Annotations/a.xml": voc(GOOD),
        "Annotations/b.xml": voc(GOOD, name="b", size=""),
        "JPEGImages/a.jpg": picture(200, 100),
        "JPEGImages/b.png": picture(20, 10, format="PNG"),
        "JPEGImages/c.jpg": picture(30, 10),
        "SegmentationClass/a.png": picture(200, 100, format="PNG"),
    }
    result = read("voc", files)
    assert result.sizes == {"a.jpg": (200, 100), "b.png": (20, 10), "c.jpg": (30, 10)}
    assert sorted(result.found.members.values()) == [
        "JPEGImages/a.jpg",
        "JPEGImages/b.png",
        "JPEGImages/c.jpg",
    ]
    assert result.bad == {"SegmentationClass/a.png": "segmentation masks are not read"}


def test_two_files_of_one_picture_are_not_both_taken() -> None:
    result = read("voc", {"a.xml": voc(GOOD), "b.xml": voc(GOOD, GOOD)})
    assert result.bad == {"b.xml": "file_name 'a.jpg' appears twice"}
    assert len(result.said["a.jpg"]) == 1


def test_only_what_was_rejected_is_taken_from_mended_files() -> None:
    broken = {"a.xml": voc(GOOD, "<object/>", GOOD), "b.xml": "<", "c.xml": voc(GOOD, name="c.jpg")}
    only = set(read("voc", broken).bad)
    pear = GOOD.replace("apple", "pear")
    mended = {**broken, "a.xml": voc(GOOD, pear, GOOD), "b.xml": voc(GOOD, name="b.jpg")}
    assert read("voc", mended, only=only).said == {
        "a.jpg": [("pear", "r", [0, 0, 200, 100])],
        "b.jpg": [("apple", "r", [0, 0, 200, 100])],
    }
