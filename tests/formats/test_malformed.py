"""Malformed files of every format: a reason for each, no other error than Invalid, no hang, no flood of memory."""

from __future__ import annotations

import io
import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.errors import Invalid
from safelight.formats import readers
from safelight.formats.tree import open_tree
from tests.formats.trees import packed, read

GOLDEN = Path(__file__).parent / "golden"
SAMPLES: dict[str, dict[str, bytes]] = {
    "coco": {
        "a.json": b'{"images": [{"id": 1, "file_name": "a.jpg", "width": 9, "height": 9}], "categories": '
        b'[{"id": 1, "name": "apple"}], "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": '
        b'[1, 2, 3, 4], "segmentation": [[1, 2, 3, 4, 5, 6.5]]}, {"id": 2, "image_id": 1, "category_id": 1, '
        b'"bbox": [1, 2, 3, 4], "area": 3e1, "keypoints": [1, 2, 2], "attributes": {"a": null}}]}'
    },
    "yolo": {
        "data.yaml": b"path: x\nnames:\n  0: apple\n  1: 'pear'\nkpt_shape: [1, 3]\n",
        "labels/a.txt": b"0 0.5 0.5 0.25 0.5 0.5 0.5 2\n1 .5 .5 1e-1 1 0 0 0\n",
    },
    "voc": {
        "a.xml": b'<?xml version="1.0" encoding="utf-8"?><annotation><filename>a.jpg</filename><size><width>9'
        b"</width><height>9</height></size><object><name>apple</name><bndbox><xmin>1</xmin><ymin>2</ymin>"
        b"<xmax>3.5</xmax><ymax>4</ymax></bndbox><polygon><x1>1</x1><y1>1</y1><x2>3</x2><y2>1</y2><x3>2</x3>"
        b"<y3>3</y3></polygon><difficult>1</difficult></object></annotation>"
    },
    "cvat": {
        "a.xml": b"<annotations><meta><task><labels><label><name>apple</name></label></labels></task></meta>"
        b'<image id="0" name="a.jpg" width="9" height="9"><box label="apple" xtl="1" ytl="1" xbr="3" ybr="4" '
        b'rotation="3"/><mask label="apple" rle="1, 2, 3" left="1" top="1" width="3" height="2"/><polygon '
        b'label="apple" points="1,2;3,4;5,1"><attribute name="a">b</attribute></polygon></image></annotations>'
    },
    "labelme": {
        "a.json": b'{"version": "5", "flags": {}, "shapes": [{"label": "apple", "points": [[1, 2], [3, 4]], '
        b'"shape_type": "circle", "flags": {"a": true}, "group_id": null}, {"label": "apple", "points": [[1, 2],'
        b' [3, 3]], "shape_type": "mask", "mask": "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACAQAAAAC1D1u3AAAADElEQVR4nGNIYHIAAAFoAKP+1gLsAAAAAElFTkSuQmCC"}], "imagePath": "a.jpg", "imageHeight": 9, "imageWidth": 9}'
    },
    "via": {
        "a.json": b'{"a.jpg1": {"filename": "a.jpg", "size": 1, "regions": [{"shape_attributes": {"name": "rect", '
        b'"x": 1, "y": 2, "width": 3, "height": 4}, "region_attributes": {"type": "apple"}}, {"shape_attributes": '
        b'{"name": "ellipse", "cx": 1, "cy": 2, "rx": 3, "ry": 4, "theta": 1}, "region_attributes": {"type": {"a": '
        b'true}}}], "file_attributes": {}}}'
    },
    "via 3": {
        "a.json": b'{"project": {}, "config": {}, "attribute": {"1": {"aname": "type", "options": {"0": "apple"}}}, '
        b'"file": {"1": {"fname": "a.jpg"}}, "metadata": {"m": {"vid": "1", "z": [], "xy": [2, 1, 2, 3, 4], "av": '
        b'{"1": "0"}}}, "view": {"1": {"fid_list": ["1"]}}}'
    },
}
NASTY = [
    b"", b"0", b"-1", b"NaN", b"1e999", b"9" * 400, b'"', b"[", b"{", b"null", b"true", b"\0", b"\xff\xfe", b"<",
    b"&a;", b"[" * 3000, b'{"a":' * 3000, b"<a>" * 200, b"../", b"\xed\xa0\x80", b"\xf0\x9f\x8d\x8e", b"\\ud800", b"]", b"}",
]  # fmt: skip
_WORD = re.compile(rb"[\w.+-]+|[^\w\s]")


def _size(_name: str) -> tuple[int, int]:
    return 9, 9


def _look(format: str, files: dict[str, bytes] | bytes) -> None:
    """Read and detect: everything that may be wrong is either told as Invalid or is a bad record."""
    content = files if isinstance(files, bytes) else packed(files)
    with suppress(Invalid):
        result = read(format.partition(" ")[0], content, size_of=_size)
        for problem in result.problems:
            assert problem.where
            assert problem.reason
            assert "Traceback" not in problem.reason
    with suppress(Invalid), open_tree(io.BytesIO(content), "a.zip") as tree:
        readers.detect(tree)


@pytest.mark.parametrize("format", SAMPLES)
def test_the_samples_are_good(format: str) -> None:
    result = read(
        format.partition(" ")[0],
        SAMPLES[format],
        size_of=lambda name: (9, 9) if name == "a.jpg" else None,
    )
    assert result.bad == {}
    assert sum(map(len, result.shapes.values())) >= 1


@pytest.mark.parametrize("format", SAMPLES)
def test_a_file_that_is_cut_anywhere_is_told(format: str) -> None:
    for name, content in SAMPLES[format].items():
        for length in range(0, len(content), 3):
            _look(format, {**SAMPLES[format], name: content[:length]})


@pytest.mark.parametrize("format", SAMPLES)
def test_any_word_that_becomes_nasty_is_told(format: str) -> None:
    for name, content in SAMPLES[format].items():
        for at, word in enumerate(_WORD.finditer(content)):
            for nasty in NASTY[at % 4 :: 4]:
                broken = content[: word.start()] + nasty + content[word.end() :]
                _look(format, {**SAMPLES[format], name: broken})


@pytest.mark.parametrize("format", SAMPLES)
@given(data=st.data())
def test_bytes_changed_at_random_are_told(format: str, data: st.DataObject) -> None:
    files = dict(SAMPLES[format])
    name = data.draw(st.sampled_from(sorted(files)))
    content = bytearray(files[name])
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=6))
    _look(format, {**files, name: bytes(content)})


@pytest.mark.parametrize("name", sorted(one.name for one in GOLDEN.glob("*.zip")))
@settings(max_examples=60)
@given(data=st.data())
def test_a_zip_that_is_broken_anywhere_is_told(name: str, data: st.DataObject) -> None:
    content = bytearray((GOLDEN / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    _look(name.partition("-")[0], bytes(content[: data.draw(st.integers(0, len(content)))]))
    _look(name.partition("-")[0], bytes(content))
