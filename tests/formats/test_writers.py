"""Every writer: what it wrote reads back as it was, and what its format cannot say is told."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from safelight.domain.annotations import Annotation, Shape, ShapeKind, draft
from safelight.domain.datasets import Label
from safelight.errors import Invalid
from safelight.formats.writers import WRITERS, writer
from safelight.formats.writing import Picture, Writing, Written
from tests.formats.trees import Result, read
from tests.pictures import picture

APPLE, PEAR = Label(12, "apple"), Label(15, "pear")
PERSON = Label(20, "person", skeleton={"vertices": ["head", "hand", "foot"], "edges": []})
LABELS = (APPLE, PEAR)
WIDTH, HEIGHT = 640, 479  # neither divides a decimal evenly


def pictured(*shapes: Shape, name: str = "a.jpg", size: Any = (WIDTH, HEIGHT)) -> Picture:
    width, height = size
    return Picture(name, width, height, Annotation(1, 0, shapes=shapes) if shapes else None)


def write(
    format: str, *pictures: Picture, labels: Sequence[Label] = LABELS, scratch: Path | None = None
) -> tuple[bytes, Written]:
    out = io.BytesIO()
    written = writer(format).write(out, Writing("fruits/v1", labels, iter(pictures), scratch))
    return out.getvalue(), written


def read_back(format: str, content: bytes) -> Result:
    name = "a" + WRITERS[format].suffix
    result = read(format.partition("-")[0], content, name=name, size_of=_sizes)
    assert result.bad == {}
    return result


def _sizes(name: str) -> tuple[int, int] | None:
    return (WIDTH, HEIGHT) if name.endswith(".jpg") else None


def members(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


# --- laws -----------------------------------------------------------------------------------------

inside_x = st.integers(0, WIDTH * 100).map(lambda value: value / 100)
inside_y = st.integers(0, HEIGHT * 100).map(lambda value: value / 100)
points = st.tuples(inside_x, inside_y).map(list)
polygon_rings = st.lists(points, min_size=3, max_size=6)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
names = texts.map(str.strip).filter(bool)
label_lists = st.lists(names, min_size=1, max_size=4, unique=True).map(
    lambda listed: tuple(Label(7 + at, name) for at, name in enumerate(listed))
)


@st.composite
def boxes(pick: st.DrawFn) -> list[float]:
    left, right = sorted((pick(inside_x), pick(inside_x)))
    top, bottom = sorted((pick(inside_y), pick(inside_y)))
    return [left, top, round(right - left, 2), round(bottom - top, 2)]


rectangles = st.tuples(st.just(ShapeKind.RECTANGLE), boxes())
polygons = st.tuples(st.just(ShapeKind.POLYGON), polygon_rings)
parted = st.tuples(st.just(ShapeKind.POLYGON), st.lists(polygon_rings, min_size=2, max_size=3))
classifications = st.tuples(st.just(ShapeKind.CLASSIFICATION), st.none())
masks = st.lists(st.integers(0, 50), min_size=1, max_size=9).map(
    lambda runs: (
        ShapeKind.MASK,
        {"counts": [WIDTH * HEIGHT - sum(runs), *runs], "size": [HEIGHT, WIDTH]},
    )
)
poses = (
    st.lists(st.tuples(inside_x, inside_y, st.integers(0, 2)), min_size=3, max_size=3)
    .filter(lambda listed: any(seen for _, _, seen in listed))  # else no box can be made up
    .map(lambda listed: (ShapeKind.KEYPOINTS, [list(point) for point in listed]))
)
SAYABLE: dict[str, list[st.SearchStrategy[Any]]] = {
    "coco": [rectangles, polygons, parted, classifications, masks, poses],
    "yolo": [rectangles],
    "yolo-segmentation": [polygons],
    "yolo-pose": [poses],
    "voc": [rectangles, polygons, parted],
}


def _plain(geometry: Any) -> Any:
    """Polygons in one form: COCO's flat rings and VOC's rings of pairs say the same."""
    if isinstance(geometry, list) and geometry and isinstance(geometry[0], list):
        return (
            [value for part in geometry for value in _plain(part)]
            if isinstance(geometry[0], list)
            else geometry
        )
    return geometry


@pytest.mark.parametrize("format", SAYABLE)
@settings(deadline=None)
@given(data=st.data())
def test_what_a_format_can_say_reads_back_as_it_was(format: str, data: st.DataObject) -> None:
    labels = data.draw(label_lists)
    forms = st.one_of(SAYABLE[format])
    said = data.draw(
        st.lists(st.lists(st.tuples(st.sampled_from(labels), forms), max_size=3), max_size=3)
    )
    made = [
        pictured(
            *(draft(kind, label.key, geometry) for label, (kind, geometry) in of), name=f"{at}.jpg"
        )
        for at, of in enumerate(said)
    ]
    content, written = write(format, *made, labels=labels)
    result = read_back(format, content)
    assert {
        name: [(label, kind, _plain(geometry)) for label, kind, geometry in of]
        for name, of in result.said.items()
    } == {
        f"{at}.jpg": [(label.name, kind, _plain(geometry)) for label, (kind, geometry) in of]
        for at, of in enumerate(said)
    }
    assert (written.pictures, written.shapes) == (len(said), sum(map(len, said)))
    assert not written.left_out
    if format != "yolo-pose":  # whose boxes are made up
        assert not written.changed
    known = [one.name for one in result.found.categories.values()]
    assert known == [one.name for one in labels] or format == "voc"


@given(
    st.dictionaries(names, texts, max_size=3),
    st.integers(0, 2),
    st.sampled_from(["Left", "", "Unspecified"]),
)
def test_attributes_that_are_texts_read_back_from_voc(
    attributes: dict[str, str], truncated: int, pose: str
) -> None:
    said: dict[str, Any] = {**attributes, "pose": pose}
    if truncated:
        said["truncated"] = truncated
    shape = draft(ShapeKind.RECTANGLE, 12, [1, 2, 3, 4], attributes=said)
    content, written = write("voc", pictured(shape))
    [(_, found)] = read_back("voc", content).shapes["a.jpg"]
    assert found.attributes == said
    assert not written.changed


def test_what_a_file_said_beside_a_polygon_reads_back_from_coco() -> None:
    shape = Shape(
        1, ShapeKind.POLYGON, 12, Raw(b"[[1,2,3,4,5,6]]"), text="x", attributes={"a": [1]},
        box=Raw(b"[1,2,3,4]"), area=Raw(b"7"), is_crowd=1,
    )  # fmt: skip
    [(_, found)] = read_back("coco", write("coco", pictured(shape))[0]).shapes["a.jpg"]
    assert (found.text, found.attributes, found.is_crowd) == ("x", {"a": [1]}, 1)
    assert (bytes(found.box), bytes(found.area)) == (b"[1,2,3,4]", b"7")


def test_a_pose_reads_back_with_its_box_and_the_names_of_its_points() -> None:
    shape = Shape(
        1, ShapeKind.KEYPOINTS, 20, Raw(b"[[1,2,2],[3,4,1],[0,0,0]]"), box=Raw(b"[0,1,5,6]")
    )
    content, written = write("yolo-pose", pictured(shape), labels=[PERSON])
    result = read_back("yolo-pose", content)
    [(_, found)] = result.shapes["a.jpg"]
    assert found.coordinates == [[1, 2, 2], [3, 4, 1], [0, 0, 0]]
    assert bytes(found.box) == b"[0,1,5,6]"
    assert result.found.categories[0].keypoints == ["head", "hand", "foot"]
    assert not written.changed


# --- what a format cannot say ---------------------------------------------------------------------

RECTANGLE = draft(ShapeKind.RECTANGLE, 12, [10, 20, 30, 40])
TRIANGLE = draft(ShapeKind.POLYGON, 12, [[10, 20], [40, 20], [40, 60]])
PARTS = draft(ShapeKind.POLYGON, 12, [[10, 20, 40, 20, 40, 60], [50, 50, 60, 50, 60, 70]])
CLASS = draft(ShapeKind.CLASSIFICATION, 12)
LINE = draft(ShapeKind.LINE, 12, [[10, 20], [40, 60]])
POINT = draft(ShapeKind.POINT, 12, [10, 20])
MASK = draft(
    ShapeKind.MASK,
    12,
    {"counts": [HEIGHT * 10 + 20, 40, HEIGHT * (WIDTH - 10) - 60], "size": [HEIGHT, WIDTH]},
)
POSE = draft(ShapeKind.KEYPOINTS, 12, [[10, 20, 2], [40, 60, 1]])
GONE = draft(ShapeKind.RECTANGLE, 99, [1, 2, 3, 4])
EVERYTHING = (RECTANGLE, TRIANGLE, PARTS, CLASS, LINE, POINT, MASK, POSE, GONE)
NO_LABEL = "shape of a label that is gone"


@pytest.mark.parametrize(
    ("format", "shapes", "left_out", "changed"),
    [
        (
            "coco",
            6,
            {"line: COCO has no word for it", "point: COCO has no word for it", NO_LABEL},
            set(),
        ),
        (
            "yolo",
            5,
            {f"{kind}: YOLO has no word for it" for kind in ("classification", "line", "point")}
            | {NO_LABEL},
            {f"{kind} written as the box around it" for kind in ("polygon", "mask", "keypoints")},
        ),
        (
            "yolo-segmentation",
            3,
            {
                f"{kind}: YOLO's segmentation has no word for it"
                for kind in ("classification", "line", "point", "mask", "keypoints")
            }
            | {NO_LABEL},
            {
                "rectangle written as a polygon",
                "polygon of several parts written as one polygon each",
            },
        ),
        (
            "yolo-pose",
            1,
            {
                f"{kind}: YOLO's pose has no word for it"
                for kind in ("rectangle", "polygon", "classification", "line", "point", "mask")
            }
            | {NO_LABEL},
            {"keypoints without a box got the one around them"},
        ),
        (
            "voc",
            3,
            {
                f"{kind}: Pascal VOC has no word for it"
                for kind in ("classification", "line", "point", "mask", "keypoints")
            }
            | {NO_LABEL},
            set(),
        ),
        ("parquet", 9, set(), set()),
    ],
)
def test_what_cannot_be_said_is_counted_with_its_reason(
    format: str, shapes: int, left_out: set[str], changed: set[str]
) -> None:
    _, written = write(format, pictured(*EVERYTHING))
    assert (written.pictures, written.shapes) == (1, shapes)
    assert (set(written.left_out), set(written.changed)) == (left_out, changed)
    assert shapes + written.left_out.total() == len(EVERYTHING)


def test_boxes_are_those_around_the_shapes() -> None:
    content, _ = write("yolo", pictured(RECTANGLE, TRIANGLE, POSE, MASK))
    assert [geometry for _, _, geometry in read_back("yolo", content).said["a.jpg"]] == [
        [10, 20, 30, 40],
        [10, 20, 30, 40],
        [10, 20, 30, 40],
        [10, 20, 1, 40],
    ]


@pytest.mark.parametrize("format", ["yolo", "yolo-segmentation", "voc"])
def test_what_stands_beside_a_shape_is_told(format: str) -> None:
    shape = Shape(
        1, ShapeKind.POLYGON, 12, TRIANGLE.geometry, text="x", attributes={"a": 1},
        area=Raw(b"7"), is_crowd=1,
    )  # fmt: skip
    _, written = write(format, pictured(shape))
    told = {"text of a shape", "area of a shape", "a crowd's mark of a shape"}
    attributes = (
        "attribute that is no text written as one" if format == "voc" else "attributes of a shape"
    )
    assert told | {attributes} <= set(written.changed)


@pytest.mark.parametrize(
    ("box", "left", "cut"),
    [
        ([-10, 20, 30, 40], [0, 20, 20, 40], "shape cut at the edge of its picture"),
        ([630, 470, 30, 40], [630, 470, 10, 9], "shape cut at the edge of its picture"),
    ],
)
def test_yolo_cuts_at_the_edge_of_the_picture(box: list[int], left: list[int], cut: str) -> None:
    content, written = write("yolo", pictured(draft(ShapeKind.RECTANGLE, 12, box)))
    assert read_back("yolo", content).said["a.jpg"][0][2] == left
    assert written.changed == {cut: 1}


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (
            pictured(draft(ShapeKind.RECTANGLE, 12, [700, 20, 30, 40])),
            "shape outside of its picture",
        ),
        (pictured(RECTANGLE, size=(None, 100)), "shape of a picture whose size is not known"),
        (
            pictured(Shape(1, ShapeKind.MASK, 12, Raw(b'{"counts":5}'))),
            "mask that cannot be read",
        ),
        (pictured(draft(ShapeKind.KEYPOINTS, 12, [[1, 2, 0]])), "keypoints without any point"),
        (pictured(draft(ShapeKind.POLYGON, 12, [])), "polygon without any point"),
    ],
)
def test_yolo_leaves_out_what_has_no_place(made: Picture, reason: str) -> None:
    assert write("yolo", made)[1].left_out == {reason: 1}


def test_poses_are_filled_up_or_left_out_where_their_points_do_not_fit() -> None:
    labels = [Label(12, "person", skeleton={"vertices": ["a", "b", "c"]})]
    long = draft(ShapeKind.KEYPOINTS, 12, [[1, 2, 2]] * 4)
    content, written = write("yolo-pose", pictured(POSE, long), labels=labels)
    assert read_back("yolo-pose", content).said["a.jpg"] == [
        ("person", "kp", [[10, 20, 2], [40, 60, 1], [0, 0, 0]])
    ]
    assert written.left_out == {"keypoints of more than 3 points": 1}
    assert written.changed["keypoints filled up with points that are not seen"] == 1


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["yolo", "voc"])
def test_names_that_lead_out_or_collide_are_changed_and_told(format: str) -> None:
    listed = ["../../a.jpg", "/a.png", "b/a.jpg", "A.jpg", "..", ".hidden"]
    content, written = write(format, *(pictured(name=name) for name in listed))
    stems = {name.rpartition(".")[0].partition("/")[2] for name in members(content)} - {"", "data"}
    assert stems == {"a", "a-2", "b/a", "A-3", "picture", "picture-2"}
    assert written.changed == {"name of a picture that is unsafe or taken": 5}


@pytest.mark.parametrize("format", ["yolo", "yolo-segmentation", "yolo-pose", "voc"])
def test_pictures_are_packed_where_that_was_asked(format: str) -> None:
    content = picture(WIDTH, HEIGHT)
    shape = POSE if format == "yolo-pose" else TRIANGLE
    one = Picture(
        "a.jpg", WIDTH, HEIGHT, Annotation(1, 0, shapes=(shape,)), lambda: io.BytesIO(content)
    )
    packed, _ = write(format, one)
    result = read_back(format, packed)
    [member] = result.found.members.values()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.read(member) == content
    assert len(result.said["a.jpg"]) == 1


def test_data_yaml_names_the_classes_whatever_they_are_called() -> None:
    listed = ["no", "1.0", 'a "b"', "\u00e9\u2028\U0001f34e", "a: b # c", "~", "{x}", "\x7f"]
    labels = [Label(at, name) for at, name in enumerate(listed, start=1)]
    result = read_back("yolo", write("yolo", pictured(), labels=labels)[0])
    assert [one.name for one in result.found.categories.values()] == listed


@pytest.mark.parametrize("format", WRITERS)
def test_a_version_without_anything_can_be_written(format: str, tmp_path: Path) -> None:
    content, written = write(format, labels=(), scratch=tmp_path)
    assert content
    assert (written.pictures, written.shapes) == (0, 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", WRITERS)
def test_the_same_content_gives_the_same_bytes(format: str) -> None:
    assert write(format, pictured(*EVERYTHING))[0] == write(format, pictured(*EVERYTHING))[0]


def test_parquet_has_a_row_for_each_shape_and_each_empty_picture() -> None:
    import pyarrow.parquet as pq

    content, _ = write("parquet", pictured(*EVERYTHING), pictured(name="b.jpg", size=(None, None)))
    table = pq.read_table(io.BytesIO(content))
    rows = table.to_pylist()
    assert [row["kind"] for row in rows] == [*(one.kind.word for one in EVERYTHING), None]
    assert rows[-1] == dict.fromkeys(table.column_names) | {"file_name": "b.jpg"}
    assert json.loads(rows[1]["geometry"]) == [[10, 20], [40, 20], [40, 60]]
    assert [[row[name] for name in ("x", "y", "width", "height")] for row in rows[:8]] == [
        [10, 20, 30, 40],
        [10, 20, 30, 40],
        [10, 20, 50, 50],
        [None] * 4,
        [10, 20, 30, 40],
        [10, 20, 0, 0],
        [10, 20, 1, 40],
        [10, 20, 30, 40],
    ]
    assert [rows[0]["label"], rows[8]["label"]] == ["apple", None]


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(
        Invalid, match="The format is one of coco, yolo, yolo-segmentation, yolo-pose, voc"
    ):
        writer("xyz")
