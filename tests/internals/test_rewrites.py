"""Conversions, deleted shapes, labels that are renamed, merged and deleted, tags and classes."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from safelight.actions import labels as label_actions
from safelight.domain.datasets import InferenceType
from safelight.domain.operations import (
    ClassesToTags,
    Convert,
    DeleteLabels,
    DeletePictures,
    DeleteShapes,
    Kind,
    MergeLabels,
    Operation,
    Others,
    Pictures,
    RenameLabels,
    Result,
    Tag,
    TagsToClasses,
)
from safelight.errors import Invalid, Locked, NameTaken
from safelight.store import data, schema, tags
from tests.internals.importing import Workshop
from tests.internals.operating import (
    BOX,
    Said,
    asset_ids,
    do,
    interfere,
    launch,
    lock,
    put_tags,
    refused,
    say,
    tags_of,
    version,
)

APPLE = ("apple", "rectangle", BOX)
PEAR = ("pear", "polygon", [[0, 0], [4, 0], [4, 3]])
PLUM = ("plum", "classification", None)
DOT = ("dot", "point", [1, 1])


@pytest.fixture
def filled(shop: Workshop) -> Workshop:
    said: Said = {"1.jpg": [APPLE, PEAR], "2.jpg": [PEAR, PLUM], "3.jpg": [DOT], "4.jpg": []}
    version(shop, "v1", said)
    return shop


def kinds(shop: Workshop) -> dict[str, list[tuple[str, str]]]:
    """(label, kind) of each shape of each picture."""
    return {
        name: [(label, kind) for label, kind, _ in shapes] for name, shapes in shop.said().items()
    }


def snapshot(shop: Workshop) -> tuple[Any, ...]:
    return (*shop.snapshot(), tags_of(shop))


# --- conversion -------------------------------------------------------------------------------------------


def test_shapes_are_converted_where_they_can_be(filled: Workshop) -> None:
    numbers = [shape.number for shape in filled.documents()["1.jpg"].annotations[0].shapes]
    result = do(filled, Convert(to=Result.RECTANGLE, others=Others.KEEP))
    assert filled.said() == {
        "1.jpg": [("apple", "r", BOX), ("pear", "r", [0, 0, 4, 3])],
        "2.jpg": [("pear", "r", [0, 0, 4, 3]), ("plum", "c", None)],
        "3.jpg": [("dot", "pt", [1, 1])],
        "4.jpg": [],
    }
    assert result["summary"] == "2 shapes converted · 2 left"
    assert result["counts"] == {"converted": 2, "not_converted": 2, "changed": 2}
    assert filled.version.type is InferenceType.OBJECT_DETECTION
    after = [shape.number for shape in filled.documents()["1.jpg"].annotations[0].shapes]
    assert after == numbers


def test_what_cannot_be_converted_is_listed_and_changes_nothing(
    filled: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    before = snapshot(filled)
    message = refused(filled, Convert(to=Result.RECTANGLE))
    assert message.startswith("2 shapes cannot be converted, such as 1 ")
    log = capsys.readouterr().out
    assert "1 classification not converted: a classification has no box" in log
    assert "1 point not converted: a point has no box" in log
    assert snapshot(filled) == before


def test_what_cannot_be_converted_can_be_removed(filled: Workshop) -> None:
    do(filled, Convert(to=Result.RECTANGLE, others=Others.REMOVE, set_type=False))
    assert kinds(filled) == {
        "1.jpg": [("apple", "r"), ("pear", "r")],
        "2.jpg": [("pear", "r")],
        "3.jpg": [],
        "4.jpg": [],
    }
    assert filled.version.type is InferenceType.NOT_CONFIGURED


def test_only_shapes_that_are_meant_are_converted(filled: Workshop) -> None:
    do(filled, Convert(to=Result.CLASSIFICATION, labels=["pear"], pictures=Pictures(search="1")))
    assert kinds(filled)["1.jpg"] == [("apple", "r"), ("pear", "c")]
    assert kinds(filled)["2.jpg"] == [("pear", "p"), ("plum", "c")]
    do(filled, Convert(to=Result.POLYGON, kinds=[Kind.RECTANGLE]))
    assert kinds(filled)["1.jpg"] == [("apple", "p"), ("pear", "c")]


def test_converting_again_changes_nothing(filled: Workshop) -> None:
    asked = Convert(to=Result.CLASSIFICATION)
    do(filled, asked)
    before = filled.documents()
    assert do(filled, asked)["counts"] == {"converted": 0, "not_converted": 0, "changed": 0}
    assert filled.documents() == before


def test_what_is_drawn_meanwhile_is_converted_too(
    filled: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    interfere(monkeypatch, lambda: say(filled, {"1.jpg": [PEAR, PEAR]}))
    result = do(filled, Convert(to=Result.RECTANGLE, kinds=[Kind.POLYGON]))
    assert kinds(filled)["1.jpg"] == [("pear", "r"), ("pear", "r")]
    assert result["counts"]["converted"] == 3


# --- deleting ---------------------------------------------------------------------------------------------


def test_shapes_are_deleted_by_label_kind_and_picture(filled: Workshop) -> None:
    result = do(filled, DeleteShapes(labels=["pear"], pictures=Pictures(search="2")))
    assert kinds(filled)["2.jpg"] == [("plum", "c")]
    assert kinds(filled)["1.jpg"] == [("apple", "r"), ("pear", "p")]
    assert result["counts"] == {"deleted": 1, "changed": 1}
    do(filled, DeleteShapes(kinds=[Kind.RECTANGLE, Kind.POINT]))
    assert kinds(filled)["1.jpg"] == [("pear", "p")]
    assert kinds(filled)["3.jpg"] == []


def test_all_annotations_of_pictures_are_deleted(
    filled: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    interfere(monkeypatch, lambda: say(filled, {"4.jpg": [APPLE]}))
    result = do(filled, DeleteShapes(everything=True))
    assert kinds(filled) == {"1.jpg": [], "2.jpg": [], "3.jpg": [], "4.jpg": []}
    assert result["counts"] == {"deleted": 6, "changed": 4}
    assert list(filled.labels()) == ["apple", "pear", "plum", "dot"]


def test_pictures_are_deleted_and_their_data_stays(filled: Workshop) -> None:
    result = do(filled, DeletePictures(pictures=Pictures(labels=["plum", "dot"])))
    assert list(filled.said()) == ["1.jpg", "4.jpg"]
    assert filled.version.asset_count == 2
    assert result["counts"] == {"deleted": 2}
    assert filled.count(schema.data) == 4
    do(filled, DeletePictures(pictures=Pictures(asset_ids=asset_ids(filled, "4.jpg"))))
    do(filled, DeletePictures(everything=True))
    assert filled.said() == {}


def test_what_was_deleted_is_recorded(filled: Workshop) -> None:
    run = filled.run(launch(filled, DeletePictures(pictures=Pictures(search="1"))))
    change, sets = schema.asset_change, schema.change_set
    with filled.db.read() as read:
        [row] = read.all(
            select(change.c.existed_before, change.c.exists_after, change.c.document_before)
            .join(sets, sets.c.change_set_key == change.c.change_set_key)
            .where(sets.c.run_id == run.run_id)
        )
    assert (row.existed_before, row.exists_after) == (True, False)
    assert row.document_before is not None


# --- labels -----------------------------------------------------------------------------------------------


def test_labels_are_renamed_in_their_place(filled: Workshop) -> None:
    keys = filled.labels()
    documents = filled.documents()
    do(filled, RenameLabels(names={"pear": " quince ", "dot": "point"}))
    assert filled.labels() == {
        "apple": keys["apple"],
        "quince": keys["pear"],
        "plum": keys["plum"],
        "point": keys["dot"],
    }
    assert filled.documents() == documents


def test_labels_are_merged_with_their_shapes(filled: Workshop) -> None:
    result = do(filled, MergeLabels(labels=["pear", "dot"], into="apple"))
    assert kinds(filled) == {
        "1.jpg": [("apple", "r"), ("apple", "p")],
        "2.jpg": [("apple", "p"), ("plum", "c")],
        "3.jpg": [("apple", "pt")],
        "4.jpg": [],
    }
    assert list(filled.labels()) == ["apple", "plum"]
    assert result["counts"] == {"labels": 2, "shapes": 3, "changed": 3}


def test_labels_are_deleted_with_their_shapes(filled: Workshop) -> None:
    do(filled, DeleteLabels(labels=["pear", "dot"]))
    assert kinds(filled) == {
        "1.jpg": [("apple", "r")],
        "2.jpg": [("plum", "c")],
        "3.jpg": [],
        "4.jpg": [],
    }
    assert list(filled.labels()) == ["apple", "plum"]


def test_no_shape_of_a_label_that_goes_survives_what_others_do_meanwhile(
    filled: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw() -> None:
        say(filled, {"4.jpg": [PEAR], "1.jpg": [PEAR, PEAR]})
        version(filled, "v1", {"5.jpg": [PEAR, APPLE]})

    interfere(monkeypatch, draw)
    result = do(filled, MergeLabels(labels=["pear"], into="apple"))
    assert kinds(filled) == {
        "1.jpg": [("apple", "p"), ("apple", "p")],
        "2.jpg": [("apple", "p"), ("plum", "c")],
        "3.jpg": [("dot", "pt")],
        "4.jpg": [("apple", "p")],
        "5.jpg": [("apple", "p"), ("apple", "r")],
    }
    assert result["counts"]["shapes"] == 5


def test_labels_that_change_meanwhile_are_read_again(
    filled: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = filled.labels()["apple"]
    interfere(
        monkeypatch,
        lambda: label_actions.change(
            filled.db, filled.actor, filled.version.version_key, key, name="malus"
        ),
    )
    do(filled, DeleteLabels(labels=["pear"]))
    assert list(filled.labels()) == ["malus", "plum", "dot"]


def test_a_label_that_vanished_meanwhile_is_named(
    filled: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = filled.labels()["apple"]
    interfere(
        monkeypatch,
        lambda: label_actions.remove(filled.db, filled.actor, filled.version.version_key, key),
    )
    asked = MergeLabels(labels=["pear"], into="apple")
    assert refused(filled, asked) == "The version has no label 'apple'."
    assert "pear" in filled.labels()


# --- tags and classes ---------------------------------------------------------------------------------------


def test_tags_become_classes(filled: Workshop) -> None:
    put_tags(filled, {"1.jpg": ["ripe", "plum"], "2.jpg": ["plum"], "4.jpg": ["ripe"]})
    result = do(filled, TagsToClasses())
    assert kinds(filled) == {
        "1.jpg": [("apple", "r"), ("pear", "p"), ("ripe", "c"), ("plum", "c")],
        "2.jpg": [("pear", "p"), ("plum", "c")],  # it had that class
        "3.jpg": [("dot", "pt")],
        "4.jpg": [("ripe", "c")],
    }
    assert result["counts"] == {"classes": 3, "changed": 2, "new_labels": 1}
    assert tags_of(filled)["1.jpg"] == ["plum", "ripe"]
    before = filled.documents()
    do(filled, TagsToClasses(tags=["ripe"], remove_tags=True))
    assert filled.documents() == before
    assert tags_of(filled) == {"1.jpg": ["plum"], "2.jpg": ["plum"]}


def test_tags_of_the_datalake_become_classes(filled: Workshop) -> None:
    tag_data(filled, {"1.jpg": ["ripe", "plum"], "2.jpg": ["plum"]})
    put_tags(filled, {"3.jpg": ["ripe"]})
    result = do(filled, TagsToClasses(of_data=True))
    assert kinds(filled) == {
        "1.jpg": [("apple", "r"), ("pear", "p"), ("ripe", "c"), ("plum", "c")],
        "2.jpg": [("pear", "p"), ("plum", "c")],  # it had that class
        "3.jpg": [("dot", "pt")],
        "4.jpg": [],
    }
    assert result["counts"] == {"classes": 2, "changed": 1, "new_labels": 1}
    with pytest.raises(Invalid, match="stay on"):
        TagsToClasses(of_data=True, remove_tags=True)


def tag_data(shop: Workshop, tagged: dict[str, list[str]]) -> None:
    """Tag data in their datalake, by file name."""
    lake = shop.house.datalake_id
    with shop.db.transaction() as tx:
        for filename, names in tagged.items():
            found = data.find(tx, lake, filename=filename)
            assert found is not None
            for name in names:
                tag = tags.ensure(tx, shop.house.organization_id, lake, tags.DATA, name)
                tags.attach(tx, [tag], [found.data_key])


def test_classes_become_tags(filled: Workshop) -> None:
    result = do(filled, ClassesToTags())
    assert tags_of(filled) == {"2.jpg": ["plum"]}
    assert result["counts"] == {"tags_added": 1, "changed": 0}
    do(filled, ClassesToTags(labels=["pear", "apple"], any_shape=True))
    assert tags_of(filled) == {"1.jpg": ["apple", "pear"], "2.jpg": ["pear", "plum"]}
    do(filled, ClassesToTags(remove_classes=True))
    assert kinds(filled)["2.jpg"] == [("pear", "p")]


def test_tags_are_put_on_and_taken_off(filled: Workshop) -> None:
    put_tags(filled, {"1.jpg": ["old"], "2.jpg": ["old", "new"]})
    result = do(filled, Tag(add=["new"], remove=["old"], pictures=Pictures(labels=["pear"])))
    assert tags_of(filled) == {"1.jpg": ["new"], "2.jpg": ["new"]}
    assert result["counts"] == {"pictures": 2, "tags_added": 1, "tags_removed": 2}
    assert do(filled, Tag(add=["new"]))["counts"]["tags_added"] == 2


# --- who is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        (Convert(to=Result.POINT, labels=["fig"]), Invalid, "no label 'fig'"),
        (DeleteShapes(labels=["fig"]), Invalid, "no label 'fig'"),
        (DeleteLabels(labels=["fig"]), Invalid, "no label 'fig'"),
        (MergeLabels(labels=["fig"], into="apple"), Invalid, "no label 'fig'"),
        (MergeLabels(labels=["apple"], into="fig"), Invalid, "no label 'fig'"),
        (RenameLabels(names={"fig": "date"}), Invalid, "no label 'fig'"),
        (RenameLabels(names={"apple": "pear"}), NameTaken, "merge 'apple' into it instead"),
        (ClassesToTags(labels=["fig"]), Invalid, "no label 'fig'"),
        (TagsToClasses(), Invalid, "has no tags"),
        (TagsToClasses(tags=["fig"]), Invalid, "no tag 'fig'"),
        (TagsToClasses(of_data=True), Invalid, "No picture of the version has such a tag"),
        (TagsToClasses(tags=["fig"], of_data=True), Invalid, "no tag 'fig' of data"),
        (Tag(remove=["fig"]), Invalid, "no tag 'fig'"),
        (Tag(add=["x"], pictures=Pictures(tags=["fig"])), Invalid, "no tag 'fig'"),
    ],
)
def test_what_does_not_fit_is_refused_before_there_is_a_job(
    filled: Workshop, asked: Operation, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        launch(filled, asked)
    assert filled.count(schema.job) == 0


EVERYTHING = [
    Convert(to=Result.CLASSIFICATION),
    DeleteShapes(everything=True),
    DeletePictures(everything=True),
    DeleteLabels(labels=["pear"]),
    MergeLabels(labels=["pear"], into="apple"),
    RenameLabels(names={"pear": "fig"}),
    ClassesToTags(any_shape=True),
    TagsToClasses(),
    Tag(add=["x"]),
]


@pytest.mark.parametrize("asked", EVERYTHING, ids=lambda asked: asked.operation)
def test_a_locked_version_stays_as_it_is(filled: Workshop, asked: Operation) -> None:
    put_tags(filled, {"1.jpg": ["ripe"]})
    run = launch(filled, asked)
    lock(filled)
    with pytest.raises(Locked):
        launch(filled, asked)
    before = snapshot(filled)
    code, failure = filled.operate(run)
    assert code == 1
    assert failure is not None
    assert "was locked by" in failure["message"]
    assert snapshot(filled) == before


@pytest.mark.parametrize(
    "asked",
    [
        Convert(to=Result.POINT, pictures=Pictures(search="nothing")),
        Tag(add=["x"], pictures=Pictures(min_shapes=9)),
        DeletePictures(pictures=Pictures(search="nothing")),
    ],
    ids=lambda asked: asked.operation,
)
def test_a_choice_of_no_picture_is_said(filled: Workshop, asked: Operation) -> None:
    assert refused(filled, asked) == (
        "No picture of fruits/v1 is what was asked for. Nothing was changed."
    )
