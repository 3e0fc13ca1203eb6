"""Makes the corpus of malformed files, and says for each what must be said of it.

    python -m tests.formats.corpus.make

What is made is committed: fuzzers begin with it, and other tests upload it. Every file is small, also those
that would unpack to much.
"""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FILES = HERE / "files"

Said = str | dict[str, str]
"""What is said: why the file is refused as a whole, or the reason of each bad record by its name."""

BOX = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}


def coco(*annotations: Any, **more: Any) -> bytes:
    content = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 9, "height": 9}],
        "categories": [{"id": 1, "name": "apple"}],
        "annotations": [BOX | one if isinstance(one, dict) else one for one in annotations],
    }
    return json.dumps(content | more).encode()


def packed(*files: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name) if isinstance(name, str) else name
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def yolo(*files: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    return packed(("data.yaml", b"names: [apple]\n"), *files)


def linked(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


def png(width: int, height: int) -> bytes:
    """The beginning of a picture that says it is so big."""
    head = b"IHDR" + struct.pack(">2L5B", width, height, 8, 2, 0, 0, 0)
    parts = struct.pack(">L", 13) + head + struct.pack(">L", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + parts + struct.pack(">L", 10) + b"IDAT"


def changed(content: bytes, magic: bytes, at: int, value: bytes) -> bytes:
    """With bytes of the first record of a zip replaced."""
    start = content.index(magic) + at
    return content[:start] + value + content[start + len(value) :]


def laughing() -> bytes:
    lines = ['<!ENTITY a0 "ha">'] + [
        f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, 10)
    ]
    return f"<!DOCTYPE annotation [{''.join(lines)}]><annotation>&a9;</annotation>".encode()


DTD = "The file has a DTD at line 1; XML is read without one."
HUGE = "9" * 400
MASK = '<mask label="a" rle="0,{0}" left="0" top="0" width="{1}" height="{1}"/>'
CVAT = '<annotations><image name="a.jpg" width="{1}" height="{1}">{0}</image></annotations>'
LABEL = "labels/a.txt"
NO_PLACE = "its picture is neither in the file nor known, and without its size the shares of YOLO are no pixels"
LABELME = '{{"shapes": [{0}], "imagePath": "a.jpg", "imageWidth": 9, "imageHeight": 9}}'

CASES: dict[str, tuple[str, bytes, Said]] = {
    # COCO
    "coco-empty.json": ("coco", b"", "The file is empty."),
    "coco-truncated.json": ("coco", coco({})[:-3], "The file is truncated: it ends at byte 194."),
    "coco-utf16.json": (
        "coco",
        coco({}).decode().encode("utf-16"),
        "The file is not JSON at byte 0: expected {.",
    ),
    "coco-list.json": ("coco", b"[1, 2]", "The file is not JSON at byte 0: expected {."),
    "coco-deep.json": (
        "coco",
        b'{"images": [], "annotations": ' + b"[" * 20_000,
        "The file is not JSON at byte 31: nested too deeply.",
    ),
    "coco-other.json": ("coco", b'{"a": 1}', "This is not a COCO file: it has no list 'images'."),
    "coco-no-lists.json": (
        "coco",
        b'{"images": {}, "annotations": {}}',
        "The value of 'images' at byte 11 is not a list.",
    ),
    "coco-twice.json": (
        "coco",
        b'{"images": [], "images": []}',
        "The key 'images' appears twice, again at byte 25.",
    ),
    "coco-huge-id.json": (
        "coco",
        coco({"id": 2**70}),
        {f"annotation {2**70}": "Expected `int` <= 9223372036854775807 - at `id`"},
    ),
    "coco-huge-number.json": (
        "coco",
        coco({"area": 10**400}),
        {"annotation 1": "area is not a number"},
    ),
    "coco-nan.json": (
        "coco",
        coco({"bbox": [1, float("nan"), 3, 4]}),
        {"annotation 1": "it holds NaN or Infinity"},
    ),
    "coco-types.json": (
        "coco",
        coco({"image_id": "1"}, 5, None, "x", {"bbox": "x", "id": 9}),
        {
            "annotation 1": "Expected `int`, got `str` - at `image_id`",
            "annotations[1]": "Expected `object`, got `int`",
            "annotations[2]": "Expected `object`, got `null`",
            "annotations[3]": "Expected `object`, got `str`",
            "annotation 9": "bbox is not a list of four numbers: Expected `array`, got `str`",
        },
    ),
    "coco-duplicates.json": (
        "coco",
        coco({}, {}, {}),
        {"annotations[1]": "its id 1 appears twice", "annotations[2]": "its id 1 appears twice"},
    ),
    "coco-missing-images.json": (
        "coco",
        coco({"image_id": 7}),
        {"annotation 1": "image_id 7 is unknown"},
    ),
    # YOLO
    "yolo-alias.zip": (
        "yolo",
        packed(("data.yaml", b"a: &a [1]\nb: *a\nnames: [x]\n")),
        "data.yaml: It has an alias (*), which is not read.",
    ),
    "yolo-deep.zip": (
        "yolo",
        packed(("data.yaml", b"names: " + b"[" * 2000)),
        "data.yaml: It is nested too deeply.",
    ),
    "yolo-no-names.zip": (
        "yolo",
        packed((LABEL, b"0 0.5 0.5 1 1\n")),
        "There is no data.yaml (or classes.txt) that names the classes.",
    ),
    "yolo-huge-numbers.zip": (
        "yolo",
        yolo(
            ("images/a.png", png(9, 9)),
            (LABEL, f"0 {HUGE} 0.5 1 1\n{HUGE} 0.5 0.5 1 1\n0 nan 0 0 0\n".encode()),
        ),
        {
            f"{LABEL}:1": "inf is not a share of the picture (0 to 1)",
            f"{LABEL}:2": f"class {HUGE[:40]} is unknown",
            f"{LABEL}:3": "nan is not a share of the picture (0 to 1)",
        },
    ),
    "yolo-binary.zip": (
        "yolo",
        yolo(("images/a.png", png(9, 9)), (LABEL, bytes(range(256)))),
        {
            f"{LABEL}:1": "it has something that is not a number",
            f"{LABEL}:2": "it has something that is not a number",
        },
    ),
    "yolo-missing-picture.zip": ("yolo", yolo((LABEL, b"0 0.5 0.5 1 1\n")), {LABEL: NO_PLACE}),
    "yolo-empty-picture.zip": (
        "yolo",
        yolo(("images/a.png", b"")),
        {"image a.png": "the file images/a.png: This file is empty"},
    ),
    "yolo-vast-picture.zip": (
        "yolo",
        yolo(("images/a.png", png(100_000, 100_000))),
        {"image a.png": "the file images/a.png: A picture of 100000 x 100000 pixels is not taken"},
    ),
    # Zips
    "zip-leads-out.zip": (
        "yolo",
        yolo(("../../etc/evil.txt", b"x")),
        {"../../etc/evil.txt": "its name leads out of the folder (..)"},
    ),
    "zip-absolute.zip": (
        "yolo",
        yolo(("/etc/evil.txt", b"x")),
        {"/etc/evil.txt": "its name is absolute"},
    ),
    "zip-drive.zip": ("yolo", yolo(("C:/evil.txt", b"x")), {"C:/evil.txt": "its name is absolute"}),
    "zip-backslash.zip": (
        "yolo",
        yolo(("a\\evil.txt", b"x")),
        {"a\\evil.txt": "its name has a backslash; folders are divided by /"},
    ),
    "zip-link.zip": (
        "yolo",
        yolo((linked("labels/a.txt"), b"/etc/passwd")),
        {LABEL: "it is a link"},
    ),
    "zip-case.zip": (
        "yolo",
        yolo(("README.txt", b""), ("readme.txt", b"")),
        {"readme.txt": "its name differs from README.txt only by case"},
    ),
    "zip-inside.zip": (
        "yolo",
        yolo(("more.zip", packed(("a.txt", b"")))),
        {"more.zip": "it is an archive inside; unpack it, or pack its files"},
    ),
    "zip-bomb.zip": (
        "yolo",
        yolo((LABEL, bytes(30_000_000))),
        {LABEL: "it would unpack to more than 250 times its size"},
    ),
    "zip-lying.zip": (
        "yolo",
        changed(
            packed((LABEL, bytes(900)), ("data.yaml", b"names: [a]"), ("images/a.png", png(9, 9))),
            b"PK\1\2",
            24,
            struct.pack("<L", 9),
        ),
        {LABEL: "the file cannot be read: its content is not what the directory says"},
    ),
    "zip-encrypted.zip": (
        "yolo",
        changed(packed((LABEL, b"x"), ("data.yaml", b"names: [a]")), b"PK\1\2", 8, b"\1"),
        {LABEL: "it is encrypted"},
    ),
    "zip-truncated.zip": (
        "yolo",
        yolo((LABEL, b""))[:-30],
        "zip-truncated.zip is not a zip file that can be read: it is truncated: its directory is missing",
    ),
    # XML
    "voc-entities.xml": ("voc", laughing(), {"voc-entities.xml": DTD[:-1]}),
    "voc-fetches.xml": (
        "voc",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><annotation>&b;</annotation>',
        {"voc-fetches.xml": DTD[:-1]},
    ),
    "voc-deep.xml": (
        "voc",
        b"<annotation>" * 100,
        {"voc-deep.xml": "Line 1 is nested too deeply"},
    ),
    "voc-truncated.xml": (
        "voc",
        b"<annotation><object>",
        {"voc-truncated.xml": "The file is not XML at line 1: no element found"},
    ),
    "cvat-entities.xml": ("cvat", laughing().replace(b"annotation", b"annotations"), DTD),
    "cvat-vast-mask.xml": (
        "cvat",
        CVAT.format(MASK.format(900_000_000 * 900_000_000, 900_000_000), 900_000_000).encode(),
        {"image a.jpg: shape 1": "its mask is larger than its picture"},
    ),
    "cvat-long-run.xml": (
        "cvat",
        CVAT.format(MASK.format(HUGE, 9), 9).encode(),
        {"image a.jpg: shape 1": f"its run '{HUGE[:40]}' does not fit its size"},
    ),
    # JSON per picture
    "labelme-deep.json": (
        "labelme",
        b'{"shapes": ' + b"[" * 20_000,
        {"labelme-deep.json": "it is nested too deeply"},
    ),
    "labelme-nan.json": (
        "labelme",
        LABELME.format('{"label": "a", "points": [[NaN, 1]]}').encode(),
        {"labelme-nan.json": "JSON is malformed: invalid character (byte 39)"},
    ),
    "labelme-types.json": (
        "labelme",
        LABELME.format(
            '{"label": 5, "points": []}, {"label": "a", "points": {}}, {"label": "a", "points": [[1e308, 1]], "shape_type": "point"}'
        ).encode(),
        {
            "labelme-types.json: shape 1": "Expected `str`, got `int` - at `label`",
            "labelme-types.json: shape 2": "Expected `array`, got `object` - at `points`",
            "labelme-types.json: shape 3": "1e+308 is not a coordinate",
        },
    ),
    "via-several.json": (
        "via",
        b'{"a": {"filename": "a.jpg", "regions": [{"shape_attributes": {"name": "point", "cx": 1, "cy": 1}, "region_attributes": {"x": "1", "y": "2"}}]}}',
        "Which attribute of the regions is the label? They have 'x', 'y'.",
    ),
    "via-deep.json": (
        "via",
        b'{"a": ' * 20_000,
        "via-deep.json: The file is not JSON at byte 6: nested too deeply.",
    ),
}


def main() -> None:
    FILES.mkdir(exist_ok=True)
    for name, (_, content, _) in CASES.items():
        (FILES / name).write_bytes(content)


if __name__ == "__main__":
    main()
