"""YOLO datasets: lines become shapes in pixels, and each line that cannot be one says why."""

from __future__ import annotations

from typing import Any

import pytest

from safelight.errors import Invalid
from tests.formats.trees import Files, read
from tests.pictures import picture

NAMES = "names: [apple, pear]\n"
A = picture(200, 100)


def labels(text: str, names: str = NAMES, **files: bytes) -> Files:
    return {"data.yaml": names, "images/a.jpg": A, "labels/a.txt": text, **files}


def one(line: str, names: str = NAMES) -> Any:
    result = read("yolo", labels(line, names))
    assert result.bad == {}
    [shape] = result.said["a.jpg"]
    return shape


def test_a_box_becomes_pixels() -> None:
    assert one("1 0.5 0.5 0.25 0.5") == ("pear", "r", [75, 25, 50, 50])
    assert one("0 .1 1e-1 0.1 0.1\r\n\r\n") == ("apple", "r", [10, 5, 20, 10])


def test_a_polygon_becomes_pixels() -> None:
    assert one("0 0 0 1 0 0.5 0.25") == ("apple", "p", [[0, 0], [200, 0], [100, 25]])


def test_a_turned_box_is_a_polygon_of_four_points() -> None:
    assert one("0 0 0 1 0 1 1 0 1")[2] == [[0, 0], [200, 0], [200, 100], [0, 100]]


def test_a_confidence_behind_a_box_is_an_attribute() -> None:
    [(_, shape)] = read("yolo", labels("0 0.5 0.5 1 1 0.75")).shapes["a.jpg"]
    assert (shape.kind, shape.attributes) == ("r", {"confidence": 0.75})


@pytest.mark.parametrize(
    ("shape", "line", "points"),
    [
        ("[2, 3]", "0 0.5 0.5 1 1 0.5 0.5 2 0.25 0.5 1", [[100, 50, 2], [50, 50, 1]]),
        ("[2, 2]", "0 0.5 0.5 1 1 0.5 0.5 0 0", [[100, 50, 2], [0, 0, 0]]),
    ],
)
def test_a_pose_becomes_keypoints_with_their_box(shape: str, line: str, points: Any) -> None:
    names = f"names: [person]\nkpt_shape: {shape}\nkpt_names:\n  0: [head, foot]\n"
    result = read("yolo", labels(line, names))
    [(label, shape_)] = result.shapes["a.jpg"]
    assert (label, shape_.kind, shape_.coordinates) == ("person", "kp", points)
    assert bytes(shape_.box) == b"[0,0,200,100]"
    assert result.found.categories[0].keypoints == ["head", "foot"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("names: [apple, pear]", ["apple", "pear"]),
        (
            "names:\n  0: apple\n  7: pear\nnc: 2\npath: ../x\ntrain: images/train\nval: [a, b]",
            ["apple", "pear"],
        ),
        ("names: {1: no, 0: 3}", ["3", "no"]),
        ("'names': ['on', 'off']", ["on", "off"]),
    ],
)
def test_names_are_text_in_a_list_or_by_number(names: str, expected: list[str]) -> None:
    found = read("yolo", labels("", names)).found
    assert [one.name for one in found.categories.values()] == expected


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.txt": "0 1 1 1 1"}, "There is no data.yaml (or classes.txt) that names the classes."),
        (labels("", "names: [a, *b]"), "data.yaml: It has an alias (*), which is not read."),
        (labels("", "names: {0: a, 0: b}"), "data.yaml: It has the key '0' twice."),
        (labels("", "names: [a]\nnc: 2"), "data.yaml: nc is 2, but there are 1 names."),
        (labels("", "names: a"), "data.yaml: names is neither a list nor a mapping from numbers."),
        (labels("", "names: {a: b}"), "data.yaml: names has a key that is not a number."),
        (labels("", "names: [[a]]"), "data.yaml: A class name is not text."),
        (
            labels("", "names: [a]\nkpt_shape: [17]"),
            "data.yaml: kpt_shape is not [number of points, 2 or 3].",
        ),
        (
            labels("", "names: [a]\nkpt_shape: [17, 4]"),
            "data.yaml: kpt_shape is [17, 4], not [number of points, 2 or 3].",
        ),
        (labels("", "names: " + "[" * 5000), "data.yaml: It is nested too deeply."),
        ({**labels(""), "b.yml": NAMES}, "Several files name the classes: b.yml, data.yaml."),
    ],
)
def test_a_dataset_that_does_not_name_its_classes_is_refused(files: Files, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        read("yolo", files)
    assert refused.value.message == message


def test_yaml_that_is_none_is_refused_with_its_place() -> None:
    with pytest.raises(Invalid, match=r"^data.yaml: It is not YAML: .*line 1, column"):
        read("yolo", labels("", "names: [a"))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            "0 0.5 0.5 0.5",
            "it has 4 numbers: a class and a box are 5, a class and a polygon 7, 9, 11 and so on",
        ),
        (
            "0 0 0 1 0 1 1 0",
            "it has 8 numbers: a class and a box are 5, a class and a polygon 7, 9, 11 and so on",
        ),
        ("0 0.5 0.5 0.5 x", "it has something that is not a number"),
        ("0 0.5 0.5 0.5 nan", "nan is not a share of the picture (0 to 1)"),
        ("0 0.5 0.5 inf 0.5", "inf is not a share of the picture (0 to 1)"),
        ("0 0.5 0.5 1e999 0.5", "inf is not a share of the picture (0 to 1)"),
        ("0 320 0.5 0.5 0.5", "320 is not a share of the picture (0 to 1)"),
        ("0 0.5 0.5 -0.001 0.5", "its box has a negative size"),
        ("7 0.5 0.5 0.5 0.5", "class 7 is unknown"),
        ("-1 0.5 0.5 0.5 0.5", "class -1 is unknown"),
        ("0.5 0.5 0.5 0.5 0.5", "class 0.5 is unknown"),
        ("nan 0.5 0.5 0.5 0.5", "class nan is unknown"),
        ("1e400 0.5 0.5 0.5 0.5", "class 1e400 is unknown"),
    ],
)
def test_a_bad_line_is_named_by_file_and_line(line: str, reason: str) -> None:
    good = "0 0.5 0.5 0.5 0.5"
    result = read("yolo", labels(f"{good}\n{line}\n{good}"))
    [problem] = result.problems
    assert (problem.where, problem.reason) == ("labels/a.txt:2", reason)
    assert (problem.file, problem.line, problem.record) == ("labels/a.txt", 2, line)
    assert len(result.shapes["a.jpg"]) == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("0 0.5 0.5 0.5 0.5", "it has 5 numbers; with kpt_shape [1, 3] they are 8"),
        ("0 0.5 0.5 0.5 0.5 0 0 7", "7 does not say whether a point is seen (0, 1 or 2)"),
    ],
)
def test_a_bad_pose_says_why(line: str, reason: str) -> None:
    names = f"{NAMES}kpt_shape: [1, 3]"
    assert read("yolo", labels(line, names)).bad == {"labels/a.txt:1": reason}


def test_pictures_and_labels_find_each_other_wherever_they_lie() -> None:
    box = "0 0.5 0.5 1 1"
    result = read(
        "yolo",
        {
            "set/data.yaml": NAMES,
            "set/images/train/a.jpg": A,
            "set/labels/train/a.txt": box,
            "set/val/images/b.PNG": picture(10, 10, format="PNG"),
            "set/val/labels/b.txt": box,
            "set/flat/c.jpg": A,
            "set/flat/c.txt": box,
            "set/images/train/empty.jpg": A,
            "README.txt": "0 read me",
        },
    )
    assert result.bad == {}
    assert {name: len(of) for name, of in result.said.items()} == {
        "a.jpg": 1,
        "b.PNG": 1,
        "c.jpg": 1,
        "empty.jpg": 0,
    }
    assert sorted(result.found.members.values()) == [
        "set/flat/c.jpg",
        "set/images/train/a.jpg",
        "set/images/train/empty.jpg",
        "set/val/images/b.PNG",
    ]
    assert result.sizes["a.jpg"] == (200, 100)


def test_a_list_of_pictures_is_no_label_file() -> None:
    names = f"{NAMES}train: ../train.txt\nval: [val.txt]"
    files: Files = {**labels("", names), "train.txt": "./images/a.jpg", "val.txt": "./images/a.jpg"}
    assert read("yolo", files).bad == {}


def test_sizes_of_pictures_that_are_known_elsewhere_are_asked_for() -> None:
    files = {
        "data.yaml": NAMES,
        "labels/a.txt": "0 0.5 0.5 1 1",
        "labels/b.txt": "",
        "labels/c.txt": "",
    }
    known = {"a.png": (20, 10), "c.jpg": (1, 1), "c.png": (1, 1)}
    result = read("yolo", files, size_of=known.get)
    assert result.said == {"a.png": [("apple", "r", [0, 0, 20, 10])]}
    assert result.bad == {
        "labels/b.txt": "its picture is neither in the file nor known, and without its size the shares of "
        "YOLO are no pixels",
        "labels/c.txt": "its picture may be c.jpg or c.png",
    }


def test_pictures_that_are_none_or_named_alike_are_bad_records() -> None:
    files: Files = {
        **labels("0 0.5 0.5 1 1"),
        "images/val/a.jpg": A,
        "images/b.jpg": b"",
        "images/c.jpg": b"no picture",
    }
    result = read("yolo", files)
    assert list(result.shapes) == ["a.jpg"]
    assert [str(one) for one in result.problems] == [
        "image a.jpg: file_name 'a.jpg' appears twice",
        "image b.jpg: the file images/b.jpg: This file is empty",
        "image c.jpg: the file images/c.jpg: This is not a picture",
    ]


def test_only_what_was_rejected_is_taken_from_mended_files() -> None:
    box = "0 0.5 0.5 1 1"
    broken: Files = {
        **labels(f"{box}\n0 2 2 2 2\n{box}"),
        "images/b.jpg": b"",
        "labels/b.txt": box,
        "images/c.jpg": A,
        "labels/c.txt": box,
    }
    only = set(read("yolo", broken).bad)
    mended: Files = {**broken, "images/b.jpg": A, "labels/a.txt": f"{box}\n1 0.5 0.5 1 1\nbad"}
    assert read("yolo", mended, only=only).said == {
        "a.jpg": [("pear", "r", [0, 0, 200, 100])],
        "b.jpg": [("apple", "r", [0, 0, 200, 100])],
    }


def test_names_may_stand_in_a_list_of_names() -> None:
    files: Files = {"classes.txt": "apple\npear\n", "a.jpg": A, "a.txt": "1 0.5 0.5 1 1"}
    assert read("yolo", files).said == {"a.jpg": [("pear", "r", [0, 0, 200, 100])]}
