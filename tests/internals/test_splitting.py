"""Splits into versions and tags, by ratios and by tags."""

from __future__ import annotations

import pytest

from safelight.domain.operations import Into, Operation, Pictures, Split, Stratify
from safelight.errors import Invalid, Locked, NameTaken
from safelight.store import schema
from tests.internals.importing import Workshop
from tests.internals.operating import (
    BOX,
    do,
    launch,
    lock,
    made,
    put_tags,
    refused,
    tags_of,
    version,
)

APPLE, PEAR = ("apple", "rectangle", BOX), ("pear", "rectangle", BOX)
HALVES = {"train": 0.5, "val": 0.5}


@pytest.fixture
def ten(shop: Workshop) -> Workshop:
    """fruits/v1 with ten pictures; the first two have a pear, too."""
    said = {f"{at}.jpg": [APPLE, PEAR] if at < 2 else [APPLE] for at in range(10)}
    version(shop, "v1", said)
    put_tags(shop, {f"{at}.jpg": ["hard" if at < 4 else "easy"] for at in range(8)})
    return shop


def test_the_parts_are_versions_that_hold_every_picture_once(ten: Workshop) -> None:
    documents, whole = ten.count(schema.document), ten.said()
    result = do(ten, Split(parts={"train": 0.7, "val": 0.2, "test": 0.1}))
    parts = [ten.said(made(result, name)) for name in ("train", "val", "test")]
    assert [len(part) for part in parts] == [7, 2, 1]
    assert {name: said for part in parts for name, said in part.items()} == whole
    assert ten.said() == whole
    assert ten.count(schema.document) == documents
    assert result["summary"] == "train 7 · val 2 · test 1"
    for name, count in (("train", 7), ("val", 2), ("test", 1)):
        part = ten.version_of(made(result, name))
        assert (part.asset_count, part.forked_from) == (count, ten.version_id)
        assert ten.labels(part.version_id) == ten.labels()


def test_tags_of_pictures_go_into_the_parts(ten: Workshop) -> None:
    result = do(ten, Split(parts=HALVES))
    tagged = [tags_of(ten, made(result, name)) for name in HALVES]
    assert tagged[0] | tagged[1] == tags_of(ten)


def test_labels_are_as_frequent_in_every_part(ten: Workshop) -> None:
    result = do(ten, Split(parts=HALVES, stratify=Stratify.LABEL))
    for name in HALVES:
        said = ten.said(made(result, name)).values()
        assert sum(("pear", "r", BOX) in shapes for shapes in said) == 1


def test_tags_are_as_frequent_in_every_part(ten: Workshop) -> None:
    result = do(ten, Split(parts=HALVES, stratify=Stratify.TAG))
    for name in HALVES:
        tagged = tags_of(ten, made(result, name)).values()
        assert sum(tags == ["hard"] for tags in tagged) == 2
        assert sum(tags == ["easy"] for tags in tagged) == 2


def test_the_same_seed_gives_the_same_parts(ten: Workshop) -> None:
    first = do(ten, Split(parts={"a": 0.5, "b": 0.5}, seed=3))
    again = do(ten, Split(parts={"c": 0.5, "d": 0.5}, seed=3))
    other = do(ten, Split(parts={"e": 0.5, "f": 0.5}, seed=4))
    assert list(ten.said(made(first, "a"))) == list(ten.said(made(again, "c")))
    assert list(ten.said(made(first, "a"))) != list(ten.said(made(other, "e")))


def test_parts_can_be_tags_and_a_new_split_takes_the_place_of_an_old_one(ten: Workshop) -> None:
    for seed in (1, 2):
        do(ten, Split(parts=HALVES, into=Into.TAGS, seed=seed))
        tagged = tags_of(ten)
        parts = [set(tags) & set(HALVES) for tags in tagged.values()]
        assert [len(part) for part in parts] == [1] * 10
        assert sum(part == {"train"} for part in parts) == 5
        assert {"hard", "easy"} < {tag for tags in tagged.values() for tag in tags}


def test_only_chosen_pictures_are_split(ten: Workshop) -> None:
    result = do(ten, Split(parts=HALVES, pictures=Pictures(labels=["pear"])))
    names = [name for part in HALVES for name in ten.said(made(result, part))]
    assert sorted(names) == ["0.jpg", "1.jpg"]


def test_a_split_by_tags_makes_a_part_of_each(ten: Workshop) -> None:
    result = do(ten, Split(tags=["hard", "easy"], rest="other"))
    found = [list(ten.said(made(result, name))) for name in ("hard", "easy", "other")]
    assert found == [[f"{at}.jpg" for at in some] for some in (range(4), range(4, 8), range(8, 10))]


def test_pictures_with_none_or_several_of_the_tags_are_refused(ten: Workshop) -> None:
    assert refused(ten, Split(tags=["hard", "easy"])) == (
        "2 pictures have none of these tags: name a part for the rest. Nothing was changed."
    )
    put_tags(ten, {"0.jpg": ["easy"]})
    assert refused(ten, Split(tags=["hard", "easy"], rest="other")) == (
        "1 picture with the tag 'easy' also has one of hard. Nothing was changed."
    )
    assert ten.count(schema.dataset_version) == 1


def test_a_part_that_would_be_empty_is_refused(ten: Workshop) -> None:
    message = refused(ten, Split(parts={"train": 0.99, "val": 0.01}))
    assert message == "Part val would have no picture. Nothing was changed."
    assert ten.count(schema.dataset_version) == 1


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        (Split(parts={"v1": 0.5, "val": 0.5}), NameTaken, "v1-2 is free"),
        (Split(tags=["hard", "none"]), Invalid, "no tag 'none'"),
        (Split(parts=HALVES, pictures=Pictures(labels=["fig"])), Invalid, "no label 'fig'"),
    ],
)
def test_what_does_not_fit_is_refused(
    ten: Workshop, asked: Operation, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        launch(ten, asked)


def test_a_locked_version_can_be_split_into_versions_and_not_tagged(ten: Workshop) -> None:
    lock(ten)
    do(ten, Split(parts=HALVES))
    with pytest.raises(Locked):
        launch(ten, Split(parts={"a": 0.5, "b": 0.5}, into=Into.TAGS))
