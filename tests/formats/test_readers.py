"""Which format a tree holds, and what is said where that cannot be told."""

from __future__ import annotations

import io
import json

import pytest

from safelight.errors import Invalid
from safelight.formats import readers
from safelight.formats.tree import open_tree
from tests.formats.trees import Files, detected, read
from tests.pictures import picture

COCO = '{"info": {}, "images": [{"id": 1, "file_name": "x/a.jpg"}], "annotations": [], "categories": []}'
VOC = "<annotation><filename>a.jpg</filename></annotation>"
LABELME = '{"version": "5", "flags": {}, "shapes": [], "imagePath": "a.jpg"}'


@pytest.mark.parametrize(
    ("files", "format"),
    [
        ({"a.json": COCO}, "coco"),
        ({"a.json": '{"annotations": ['}, "coco"),
        ({"a.json": "\ufeff" + COCO}, "coco"),
        ({"x/data.yaml": "names: [a]"}, "yolo"),
        ({"labels/a.txt": "0 0.5 0.5 1 1\n", "README.txt": "hello"}, "yolo"),
        ({"classes.txt": "a", "labels/a.txt": "0 0.5 0.5 1 1"}, "yolo"),
        ({"Annotations/a.xml": VOC, "JPEGImages/a.jpg": b""}, "voc"),
        ({"a.xml": "<?xml version='1.0'?><!-- x --><annotations>"}, "cvat"),
        ({"a.json": LABELME, "b.json": LABELME, "notes.txt": "5 apples and 3 pears"}, "labelme"),
        ({"a.json": '{"_via_settings": {"ui": {}}, "_via_img_metadata": {}}'}, "via"),
        ({"a.json": '{"a.jpg12": {"filename": "a.jpg", "size": 12, "regions": []}}'}, "via"),
        (
            {
                "a.json": '{"project": {}, "config": {}, "attribute": {}, "file": {}, "metadata": {}}'
            },
            "via",
        ),
    ],
)
def test_each_format_is_told_by_its_files(files: Files, format: str) -> None:
    assert detected(files) == format


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"a.json": COCO, "data.yaml": "names: [a]", "b.xml": VOC},
            "There are files of several formats: COCO (a.json), Pascal VOC (b.xml), YOLO (data.yaml). Say which is meant.",
        ),
        ({}, "There are no annotations of a known format: no file is there."),
        (
            {"a.json": " " * 20_000_000, "../b.json": "{}"},
            "There are no annotations of a known format: no file is there. 2 files may not be read, such as a.json: it would unpack to more than 250 times its size.",
        ),
        (
            {"a.jpg": b"", "b.jpg": b"", "c": b"", "d.json": "{}"},
            "There are no annotations of a known format, only 2 x .jpg, 1 x no suffix, 1 x .json.",
        ),
        ({"a.json": "hello"}, "a.json: The file is not JSON at byte 0: expected {."),
        ({"a.json": "[1]"}, "a.json: The file is not JSON at byte 0: expected {."),
        ({"a.json": ""}, "a.json: The file is empty."),
        (
            {"a.xml": "<!DOCTYPE a><annotation/>"},
            "a.xml: The file has a DTD at line 1; XML is read without one.",
        ),
        ({"a.xml": "hello"}, "a.xml: The file is not XML at line 1: syntax error."),
    ],
)
def test_what_cannot_be_told_says_what_is_there(files: Files, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        detected(files)
    assert refused.value.message == message


def test_a_big_file_is_told_from_its_beginning() -> None:
    class Counting(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            content = super().read(size)
            self.taken += len(content)
            return content

    file = Counting(COCO[:-60].encode() + b" " * 50_000_000)
    with open_tree(file, "a.json") as tree:
        assert readers.detect(tree) == "coco"
    assert file.taken < 1_000_000


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(
        Invalid, match=r"The format is one of coco, yolo, voc, cvat, labelme, via, not 'xyz'\."
    ):
        read("xyz", {})


@pytest.mark.parametrize("format", ["coco", "yolo", "cvat", "via"])
def test_files_of_another_kind_are_refused(format: str) -> None:
    with pytest.raises(Invalid, match=r"\.$"):
        read(format, {"a.bin": b"\0" * 100, "b.txt": b"\xff" * 100})


@pytest.mark.parametrize("format", ["voc", "labelme"])
def test_formats_of_a_file_per_picture_find_nothing_in_other_files(format: str) -> None:
    assert read(format, {"a.bin": b"\0" * 100, "b.txt": b"\xff" * 100}).shapes == {}


def test_what_the_tree_refused_is_a_bad_record_of_any_format() -> None:
    files: Files = {"data.yaml": "names: [a]", "../evil.txt": "0 0 0 0 0", "more.zip": b""}
    assert read("yolo", files).bad == {
        "../evil.txt": "its name leads out of the folder (..)",
        "more.zip": "it is an archive inside; unpack it, or pack its files",
    }


def test_pictures_beside_a_coco_file_are_found() -> None:
    files: dict[str, bytes | str] = {
        "annotations/a.json": COCO,
        "images/x/a.jpg": picture(2, 2),
        "images/y/a.jpg": picture(2, 2),
    }
    assert read("coco", files).found.members == {0: "images/x/a.jpg"}
    del files["images/x/a.jpg"]
    files["z/a.jpg"] = b""
    assert read("coco", files).bad == {"image 1": "'x/a.jpg' may be images/y/a.jpg or z/a.jpg"}


def test_of_several_coco_files_none_is_guessed() -> None:
    with pytest.raises(
        Invalid, match=r"One JSON file is read as COCO's, not 2: a\.json, b\.json\."
    ):
        read("coco", {"a.json": COCO, "b.json": COCO})


def test_a_coco_file_alone_needs_no_suffix() -> None:
    content = json.dumps(json.loads(COCO)).encode()
    assert list(read("coco", content, name="instances").shapes) == ["x/a.jpg"]
