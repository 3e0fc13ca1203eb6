from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.domain.annotations import Shape
from safelight.errors import Invalid
from safelight.formats import coco_read, repeats
from safelight.formats.found import Found
from safelight.formats.reading import Reading
from safelight.formats.rejects import Problem, Rejects
from safelight.formats.spill import Spill

BOX = {"bbox": [1, 2, 3, 4]}
RING = [1.5, 2, 30.25, 4, 5, 60]


def coco(*annotations: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A file of two images and two categories; `more` replaces lists."""
    return {
        "info": {},
        "images": [
            {"id": 7, "file_name": "a.jpg", "width": 640, "height": 480},
            {"id": 8, "file_name": "b.jpg", "width": 640, "height": 480},
        ],
        "annotations": [
            {"id": number, "image_id": 7, "category_id": 3, **BOX, **annotation}
            for number, annotation in enumerate(annotations, start=1)
        ],
        "categories": [{"id": 3, "name": "apple"}, {"id": 5, "name": "pear"}],
        **more,
    }


Read = tuple[Found, dict[str, list[Shape]]]
_shapes = msgspec.json.Decoder(Shape)


def read(
    content: dict[str, Any] | bytes,
    chunk_bytes: int = 1024,
    *,
    only: set[str] | None = None,
    sink: Callable[[bytes], object] = bytes,
) -> Read:
    """What was read, and the shapes by file name; the label key is the category's position."""
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    with Spill() as spill:
        reading = Reading(spill, Rejects(sink), only)
        file = coco_read.read(io.BytesIO(text), reading, chunk_bytes=chunk_bytes)
        shapes = {
            image.file_name: [
                _shapes.decode(b'{"n":%d,"l":%d,%b' % (number, spill.categories[at], text))
                for number, (at, text) in enumerate(
                    zip(
                        spill.of_image(position), spill.texts(spill.of_image(position)), strict=True
                    ),
                    start=1,
                )
            ]
            for position, image in file.images.items()
        }
    return file, shapes


def problems(content: dict[str, Any] | bytes) -> list[str]:
    return [str(problem) for problem in read(content)[0].rejects.first]


def reasons(file: Found) -> list[str]:
    """The bad records without their bytes."""
    return [f"{one.where}: {one.reason}" for one in file.rejects.first]


def one(annotation: dict[str, Any]) -> Shape:
    file, shapes = read(coco(annotation))
    assert not file.rejects.first
    return shapes["a.jpg"][0]


def test_a_box_becomes_a_rectangle_with_its_area() -> None:
    shape = one({"bbox": [1.0, 2, 3.50, 4e1], "area": 140.0, "segmentation": []})
    assert (shape.kind, bytes(shape.geometry), bytes(shape.area)) == (
        "r",
        b"[1.0,2,3.5,40.0]",
        b"140.0",
    )


def test_numbers_keep_their_digits() -> None:
    text = json.dumps(coco({"segmentation": ["RING"], "bbox": "BOX", "area": "AREA"}))
    ring, box = "[1.50,2E1,-0.0,3.141592653589793238,5,0.10]", "[1.10,2,3.00,4]"
    text = (
        text.replace('["RING"]', f"[{ring}]")
        .replace('"BOX"', box)
        .replace('"AREA"', "702.10574999999998")
    )
    _, shapes = read(text.encode())
    shape = shapes["a.jpg"][0]
    assert bytes(shape.geometry).decode() == f"[{ring}]"
    assert bytes(shape.box).decode() == box
    assert bytes(shape.area) == b"702.10574999999998"


@pytest.mark.parametrize(
    ("said", "kind", "geometry"),
    [
        ({"segmentation": [RING]}, "p", [RING]),
        ({"segmentation": [RING, RING]}, "p", [RING, RING]),
        ({"segmentation": []}, "r", [1, 2, 3, 4]),
        ({"segmentation": [[]]}, "r", [1, 2, 3, 4]),
        ({"segmentation": None}, "r", [1, 2, 3, 4]),
        ({}, "r", [1, 2, 3, 4]),
        ({"bbox": [], "segmentation": []}, "c", None),
        (
            {"segmentation": {"counts": [3, 4], "size": [1, 7]}},
            "m",
            {"counts": [3, 4], "size": [1, 7]},
        ),
        ({"segmentation": {"counts": "36", "size": [1, 7]}}, "m", {"counts": "36", "size": [1, 7]}),
        ({"keypoints": [1, 2, 2, 3.5, 4, 0]}, "kp", [[1, 2, 2], [3.5, 4, 0]]),
        ({"keypoints": []}, "r", [1, 2, 3, 4]),
    ],
)
def test_each_form_of_annotation_becomes_its_kind_of_shape(
    said: dict[str, Any], kind: str, geometry: object
) -> None:
    shape = one(said)
    assert (shape.kind, shape.coordinates) == (kind, geometry)


def test_what_stands_beside_the_geometry_is_kept() -> None:
    shape = one(
        {
            "segmentation": [RING],
            "area": 7,
            "iscrowd": 1,
            "utf8_string": "é",
            "attributes": {"hard": True},
        }
    )
    assert (bytes(shape.box), bytes(shape.area), shape.is_crowd) == (b"[1,2,3,4]", b"7", 1)
    assert (shape.text, shape.attributes) == ("é", {"hard": True})


def test_an_outline_beside_keypoints_is_kept() -> None:
    shape = one({"keypoints": [1, 2, 2], "segmentation": [RING]})
    assert shape.extra == {"segmentation": [RING]}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"bbox": [1, 2, -3, 4]}, "bbox [1, 2, -3, 4] has a negative size"),
        ({"bbox": [1, 2, 3]}, "bbox has 3 numbers, not 4"),
        ({"bbox": None}, "bbox is not a list of four numbers: Expected `array`, got `null`"),
        (
            {"bbox": [1, 2, "3", 4]},
            "bbox is not a list of four numbers: Expected `float`, got `str` - at `$[2]`",
        ),
        (
            {"bbox": [1, 2, 10**400, 4]},
            "bbox is not a list of four numbers: Number out of range - at `$[2]`",
        ),
        ({"segmentation": [RING[:5]]}, "a polygon has an odd number of coordinates: 5"),
        ({"segmentation": [RING, [*RING, 1]]}, "a polygon has an odd number of coordinates: 7"),
        ({"segmentation": [RING[:4]]}, "a polygon has 2 points; it needs at least 3"),
        ({"segmentation": [RING, []]}, "a polygon has 0 points; it needs at least 3"),
        (
            {"segmentation": [[1, 2, 3, 4, 5, "6"]]},
            "segmentation is not a list of lists of numbers: Expected `float`, got `str` - at `$[0][5]`",
        ),
        (
            {"segmentation": [[1, 2, 3, 4, 5, None]]},
            "segmentation is not a list of lists of numbers: Expected `float`, got `null` - at `$[0][5]`",
        ),
        (
            {"segmentation": [[[1, 2], [3, 4], [5, 6]]]},
            "segmentation is not a list of lists of numbers: Expected `float`, got `array` - at `$[0][0]`",
        ),
        (
            {"segmentation": [[1, 2, 3, 4, 5, 6], 7, 8]},
            "segmentation is not a list of lists of numbers: Expected `array`, got `int` - at `$[1]`",
        ),
        (
            {"segmentation": RING},
            "segmentation is not a list of lists of numbers: Expected `array`, got `float` - at `$[0]`",
        ),
        ({"segmentation": "RLE"}, "segmentation is neither a list of polygons nor run lengths"),
        (
            {"segmentation": {"counts": [1]}},
            "segmentation is not a run-length object: Object missing required field `size`",
        ),
        ({"area": "big"}, "area is not a number"),
        ({"attributes": [1]}, "attributes is not an object: Expected `object`, got `array`"),
        ({"keypoints": [1, 2]}, "keypoints has 2 numbers, not three for each point"),
        ({"image_id": 99}, "image_id 99 is unknown"),
        ({"category_id": 99}, "category_id 99 is unknown"),
    ],
)
@pytest.mark.parametrize("area", [{}, {"area": 5}])
def test_a_bad_annotation_is_named_by_its_id_with_the_reason(
    said: dict[str, Any], reason: str, area: dict[str, Any]
) -> None:
    good = {"segmentation": [RING], "area": 5}
    file, shapes = read(coco(good, {**area, **said}, good))
    assert reasons(file) == [f"annotation 2: {reason}"]
    assert [shape.kind for shape in shapes["a.jpg"]] == ["p", "p"]


def test_a_reason_is_one_line_however_the_file_is_laid_out() -> None:
    content = json.dumps(coco({"bbox": [1, 2, -3, 4]}), indent=2).encode()
    assert reasons(read(content)[0]) == ["annotation 1: bbox [1, 2, -3, 4] has a negative size"]


def test_nan_and_infinity_are_bad_records_not_bad_json() -> None:
    content = json.dumps(
        coco({}, {"bbox": [1, float("nan"), 3, 4]}, {"area": float("inf")})
    ).encode()
    at = content.index(b'{"id": 2, "image_id"'), content.index(b'{"id": 3, "image_id"')
    assert problems(content) == [
        f"annotation 2 at byte {at[0]}: it holds NaN or Infinity",
        f"annotation 3 at byte {at[1]}: it holds NaN or Infinity",
    ]


@pytest.mark.parametrize(
    ("key", "record", "reason"),
    [
        (
            "annotations",
            {"id": 1, "image_id": 7, "category_id": 3},
            "it misses the required field `bbox`",
        ),
        (
            "annotations",
            {"id": 1, "image_id": "7", "category_id": 3, **BOX},
            "Expected `int`, got `str` - at `image_id`",
        ),
        (
            "annotations",
            {"image_id": 7, "category_id": 3, **BOX},
            "it misses the required field `id`",
        ),
        ("annotations", 5, "Expected `object`, got `int`"),
        ("images", {"id": 9}, "it misses the required field `file_name`"),
        (
            "images",
            {"id": 9, "file_name": "c.jpg", "width": -1},
            "Expected `int` >= 0 - at `width`",
        ),
        ("categories", {"id": 9, "name": None}, "Expected `str`, got `null` - at `name`"),
    ],
)
def test_a_record_with_missing_keys_or_wrong_types_is_named_by_its_byte(
    key: str, record: Any, reason: str
) -> None:
    content = coco()
    content[key] = [*content[key], record]
    text = json.dumps(content).encode()
    at = text.index(json.dumps(record).encode(), text.index(key.encode()))
    assert problems(text)[0].endswith(f"at byte {at}: {reason}")


@pytest.mark.parametrize(
    ("key", "record", "problem"),
    [
        ("images", {"id": 7, "file_name": "c.jpg"}, "images[2]: its id 7 appears twice"),
        ("images", {"id": 9, "file_name": "a.jpg"}, "image 9: file_name 'a.jpg' appears twice"),
        ("images", {"id": 9, "file_name": " "}, "image 9: file_name is empty"),
        ("categories", {"id": 3, "name": "plum"}, "categories[2]: its id 3 appears twice"),
        ("categories", {"id": 9, "name": ""}, "category 9: name '': A label needs a name"),
        (
            "images",
            {"id": 9, "file_name": "a\0.jpg"},
            r"image 9: file_name 'a\x00.jpg' has control characters",
        ),
        (
            "images",
            {"id": 9, "file_name": "é" * 513},
            "image 9: file_name has more than 1,024 bytes",
        ),
    ],
)
def test_images_and_categories_are_checked(key: str, record: Any, problem: str) -> None:
    content = coco()
    content[key] = [*content[key], record]
    assert reasons(read(content)[0]) == [problem]


def test_the_longest_file_name_is_taken() -> None:
    content = coco()
    content["images"] = [{"id": 9, "file_name": "é" * 512}]
    assert problems(content) == []


@pytest.mark.parametrize("byte", [b"\xe9", b"\xff", b"\xc3"])  # Latin-1, nothing, a cut character
@pytest.mark.parametrize("chunk_bytes", [40, 8_000_000])
def test_text_that_is_not_utf_8_is_a_bad_record_or_bad_json(byte: bytes, chunk_bytes: int) -> None:
    beside = {
        "attributes": {"key": "value"},
        "segmentation": {"size": [4, 4], "counts": "abc"},
        "utf8_string": "text",
    }
    text = json.dumps(coco({}, beside)).encode()
    at = text.index(b"value")
    file, shapes = read(text[:at] + byte + text[at + 1 :], chunk_bytes)
    assert reasons(file) == ["annotation 2: it is not UTF-8"]
    assert len(shapes["a.jpg"]) == 1
    for at in range(len(text)):
        with suppress(Invalid):
            read(text[:at] + byte + text[at + 1 :], chunk_bytes)


@pytest.mark.parametrize(
    "far",
    [
        {"bbox": [1e300, 1, 2, 3]},
        {"segmentation": [[1, 2, 3, 4, 5, -1e300]]},
        {"segmentation": [], "keypoints": [1, 1e300, 2]},
    ],
)
def test_what_lies_infinitely_far_out_is_refused_and_its_neighbours_are_not(
    far: dict[str, Any],
) -> None:
    near: dict[str, Any] = {"segmentation": [RING]}
    file, shapes = read(coco(near, near | far, near))
    assert len(shapes["a.jpg"]) == 2
    assert [reason.partition(": ")[2] for reason in reasons(file)] == [
        f"{'-' if far.get('segmentation') else ''}1e+300 is not a coordinate"
    ]


def test_of_two_annotations_with_one_id_the_first_is_kept() -> None:
    file, shapes = read(coco({"bbox": [1, 1, 1, 1]}, {"id": 1, "bbox": [2, 2, 2, 2]}, {"id": 1}))
    assert reasons(file) == [
        "annotations[1]: its id 1 appears twice",
        "annotations[2]: its id 1 appears twice",
    ]
    assert [shape.coordinates for shape in shapes["a.jpg"]] == [[1, 1, 1, 1]]


def test_repeated_ids_are_found_whatever_share_of_them_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(repeats, "_AT_ONCE", 2)
    file, _ = read(coco(*({} for _ in range(7)), {"id": 4}, {"id": -4}))
    assert reasons(file) == ["annotations[7]: its id 4 appears twice"]


def test_all_bad_records_are_counted_and_the_first_thousand_kept() -> None:
    file, _ = read(coco(*({"bbox": [1]} for _ in range(1500))))
    assert (file.rejects.total, len(file.rejects.first)) == (1500, 1000)


@pytest.mark.parametrize("missing", ["images", "annotations"])
def test_a_file_without_its_lists_is_not_a_coco_file(missing: str) -> None:
    content = coco()
    del content[missing]
    with pytest.raises(Invalid, match=f"not a COCO file: it has no list '{missing}'"):
        read(content)


def test_an_empty_coco_file_reads_as_nothing() -> None:
    file, shapes = read({"images": [], "annotations": []})
    assert (len(file.images), file.rejects.total, shapes) == (0, 0, {})


records_of_annotations: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "image_id": st.sampled_from([7, 8, 9]),
        "category_id": st.sampled_from([3, 5, 6]),
        "bbox": st.lists(st.integers(-1, 9), min_size=4, max_size=4),
        "segmentation": st.sampled_from(
            [[], [RING], [RING, RING], [RING[:5]], {"counts": "36", "size": [1, 7]}]
        ),
    },
    optional={"area": st.floats(0, 9), "id": st.integers(1, 12), "iscrowd": st.integers(0, 1)},
)


def comparable(found: Read) -> tuple[object, ...]:
    file, shapes = found
    said = {
        name: [(one.kind, one.number, one.coordinates, bytes(one.area)) for one in of_image]
        for name, of_image in shapes.items()
    }
    names = [(one.id, one.name) for one in file.categories.values()]
    return said, names, sorted(reasons(file))


@given(
    records=st.lists(records_of_annotations, max_size=12),
    order=st.permutations(["images", "annotations", "categories", "info"]),
    chunk_bytes=st.integers(1, 400),
)
def test_chunk_size_and_order_of_keys_change_nothing(
    records: list[dict[str, Any]], order: list[str], chunk_bytes: int
) -> None:
    content = coco(*records)
    moved = {key: content[key] for key in order}
    assert comparable(read(moved, chunk_bytes)) == comparable(read(content, 1 << 20))


@pytest.mark.parametrize("chunk_bytes", [1, 7, 50, 90, 120, 1000])
def test_a_comma_before_the_end_of_a_list_is_refused_wherever_a_chunk_ends(
    chunk_bytes: int,
) -> None:
    text = b'{"images": [{"id": 7, "file_name": "a.jpg"}], "annotations": [{"id": 1}, ]}'
    with pytest.raises(Invalid, match="expected an element of the list"):
        read(text, chunk_bytes)


def test_the_scratch_file_has_no_name(tmp_path: Path) -> None:
    with Spill(tmp_path):
        assert list(tmp_path.iterdir()) == []


BAD: list[dict[str, Any]] = [
    {"bbox": [1]},
    {"area": float("nan")},
    {"image_id": 99},
    {"category_id": 98, "image_id": 99},
    {"id": 1, "bbox": [9, 9, 9, 9]},
    {"image_id": "7"},
    {"attributes": 5},
]
REASONS = {
    "annotation 2": "bbox has 1 numbers, not 4",
    "annotation 3": "it holds NaN or Infinity",
    "annotation 4": "image_id 99 is unknown",
    "annotation 5": "image_id 99 is unknown, category_id 98 is unknown",
    "annotations[5]": "its id 1 appears twice",
    "annotation 7": "Expected `int`, got `str` - at `image_id`",
    "annotation 8": "attributes is not an object: Expected `object`, got `int`",
}


@pytest.mark.parametrize("chunk_bytes", [1, 100, 300, 1000, 8_000_000])
@pytest.mark.parametrize("bad", [*([one] for one in BAD), BAD], ids=str)
@pytest.mark.parametrize("at_end", [False, True])
def test_every_bad_record_is_told_with_its_byte_and_its_text(
    bad: list[dict[str, Any]], chunk_bytes: int, at_end: bool
) -> None:
    content = coco({}, *bad, {"id": 100})
    text = json.dumps(dict(reversed(content.items())) if at_end else content).encode()
    file, shapes = read(text, chunk_bytes)
    assert len(shapes["a.jpg"]) == 2
    assert len(file.rejects.first) == len(bad)
    texts = [json.dumps(one).encode() for one in content["annotations"][1:-1]]
    told = {one.offset: one.record.encode() for one in file.rejects.first}
    assert told == {text.index(one): one for one in texts}
    if bad == BAD:
        assert {one.where: one.reason for one in file.rejects.first} == REASONS


def test_bad_images_and_categories_are_told_with_their_bytes() -> None:
    content = coco(
        images=[
            {"id": 7, "file_name": ""},
            {"id": 8, "file_name": "b.jpg"},
            {"id": 8, "file_name": "c"},
        ],
        categories=[{"id": 3, "name": "a\nb"}, {"id": 5}],
    )
    text = json.dumps(content).encode()
    found = {one.where: one for one in read(text)[0].rejects.first}
    wrong = {
        "image 7": content["images"][0],
        "images[2]": content["images"][2],
        "category 3": content["categories"][0],
        "category 5": content["categories"][1],
    }
    assert {where: (one.offset, one.record) for where, one in found.items()} == {
        where: (text.index(json.dumps(record).encode()), json.dumps(record))
        for where, record in wrong.items()
    }


def test_all_bad_records_go_to_the_sink_line_by_line_cut_where_they_are_long() -> None:
    lines: list[bytes] = []
    long = {"attributes": ["é" * 9000]}
    file, _ = read(coco(*({"bbox": [1]} for _ in range(1200)), long), sink=lines.append)
    told = [msgspec.json.decode(line, type=Problem) for line in lines]
    assert told[:1000] == file.rejects.first
    assert len(told) == 1201
    assert all(line.endswith(b"}\n") and line.count(b"\n") == 1 for line in lines)
    assert told[-1].where == "annotation 1201"
    assert len(told[-1].record.encode()) <= 4096


def test_a_bad_record_is_told_once_also_when_its_whole_piece_is_bad() -> None:
    content = coco({"attributes": 5}, {"segmentation": [["1", 2, 3, 4, 5, 6]], "area": 5})
    assert [one.partition(" at ")[0] for one in problems(content)] == [
        "annotation 1",
        "annotation 2",
    ]


def mended() -> dict[str, Any]:
    """The file of BAD after somebody set right what was wrong, each record in its place."""
    content = coco({}, *BAD, {"id": 100}, {"bbox": [-1]})
    for number, annotation in enumerate(content["annotations"][1:9], start=2):
        annotation |= {"id": number, "image_id": 8, "category_id": 5, "bbox": [number, 0, 1, 1]}
        annotation.pop("area", None)
        annotation.pop("attributes", None)
    return content


@pytest.mark.parametrize("chunk_bytes", [1, 300, 8_000_000])
def test_only_the_rejected_records_are_taken_from_the_mended_file(chunk_bytes: int) -> None:
    first, _ = read(coco({}, *BAD, {"id": 100}))
    only = {one.where for one in first.rejects.first}
    file, shapes = read(mended(), chunk_bytes, only=only)
    assert file.rejects.first == []
    assert {name: [one.coordinates[0] for one in of] for name, of in shapes.items()} == {
        "b.jpg": [2, 3, 4, 5, 6, 7, 8]
    }


def test_records_that_are_still_bad_are_told_again_and_others_not() -> None:
    file, shapes = read(coco({}, *BAD, {"id": 100}), only={"annotation 2", "annotations[5]"})
    assert reasons(file) == [
        "annotation 2: bbox has 1 numbers, not 4",
        "annotations[5]: its id 1 appears twice",
    ]
    assert shapes == {}


@pytest.mark.parametrize("chunk_bytes", [1, 8_000_000])
def test_a_picture_or_category_that_was_rejected_brings_its_shapes(chunk_bytes: int) -> None:
    content = coco({}, {"image_id": 8}, {"category_id": 5}, {"image_id": 8, "bbox": []})
    _, of_image = read(content, chunk_bytes, only={"image 8"})
    _, of_category = read(content, chunk_bytes, only={"category 5"})
    assert {name: len(found) for name, found in of_image.items()} == {"b.jpg": 2}
    assert {name: len(found) for name, found in of_category.items()} == {"a.jpg": 1}


def test_a_picture_without_shapes_is_taken_when_it_is_named_itself() -> None:
    assert read(coco({}), only={"image 8"})[1] == {"b.jpg": []}


def test_too_many_bad_records_are_a_wrong_file() -> None:
    lines: list[bytes] = []
    content = io.BytesIO(json.dumps(coco(*({"bbox": [1]} for _ in range(20)))).encode())
    with Spill() as spill, pytest.raises(Invalid, match="There are more than 9 bad records"):
        coco_read.read(content, Reading(spill, Rejects(lines.append, most=9)))
    assert len(lines) == 9
