"""A small good dataset of each format, with a shape of many kinds, for tests that break it."""

from __future__ import annotations

import re

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


def size_of(name: str) -> tuple[int, int] | None:
    """Their one picture is known, though it is not in them."""
    return (9, 9) if name == "a.jpg" else None


# What any word of such a file may become, to see what then is said.
NASTY = [
    b"", b"0", b"-1", b"NaN", b"1e999", b"9" * 400, b'"', b"[", b"{", b"null", b"true", b"\0", b"\xff\xfe", b"<",
    b"&a;", b"[" * 3000, b'{"a":' * 3000, b"<a>" * 200, b"../", b"\xed\xa0\x80", b"\xf0\x9f\x8d\x8e", b"\\ud800", b"]", b"}",
]  # fmt: skip
WORD = re.compile(rb"[\w.+-]+|[^\w\s]")
