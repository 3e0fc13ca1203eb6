"""What is asked for is whole and consistent in itself, or refused with the field that is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from safelight.domain.operations import (
    OPERATIONS,
    DeletePictures,
    DeleteShapes,
    Into,
    Merge,
    MergeLabels,
    Operation,
    Pictures,
    RenameLabels,
    Split,
    Tag,
)
from safelight.domain.operations.declaring import declared, inputs, rules
from safelight.domain.parameters import Parameter, ParameterType
from safelight.errors import Invalid


@pytest.mark.parametrize(
    ("ask", "field", "words"),
    [
        (Split, "parts", "either parts with ratios, or tags"),
        (lambda: Split(parts={"a": 0.5, "b": 0.4}), "parts", "must add up to 1, not 0.9"),
        (lambda: Split(parts={"a": 1.5, "b": -0.5}), "parts.a", "between 0 and 1, not 1.5"),
        (lambda: Split(parts={"a": float("nan"), "b": 0.5}), "parts.a", "not nan"),
        (lambda: Split(parts={"a": 1.0}), "parts", "at least two parts"),
        (lambda: Split(parts={"a": 0.5, " a": 0.5}), "parts", "'a' is named twice"),
        (lambda: Split(parts={"a": 0.5, " ": 0.5}), "name", "A part needs a name"),
        (lambda: Split(parts={"a": 0.5, "b": 0.5}, tags=["c"]), "parts", "either"),
        (lambda: Split(parts={"a": 0.5, "b": 0.5}, rest="c"), "rest", "leave no rest"),
        (lambda: Split(tags=["a", "b"], into=Into.TAGS), "into", "its tags are there"),
        (lambda: Merge(versions=[]), "versions", "needs another version"),
        (lambda: Merge(versions=["a/b", "a/b"]), "versions", "'a/b' is named twice"),
        (Tag, "add", "to put on or to take off"),
        (lambda: Tag(add=["a"], remove=["a"]), "remove", "cannot be put on and taken off"),
        (lambda: Tag(add=[""]), "name", "A tag needs a name"),
        (DeletePictures().check_scope, "everything", "Say which pictures"),
        (DeleteShapes().check_scope, "everything", "Say which annotations"),
        (DeleteShapes(labels=["a"], everything=True).check_scope, "everything", "either"),
        (lambda: RenameLabels(names={}), "names", "Name a label"),
        (lambda: RenameLabels(names={"a": "a"}), "names.a", "has that name already"),
        (lambda: RenameLabels(names={"a": "b", "b": "a"}), "names.a", "rename in two steps"),
        (lambda: RenameLabels(names={"a": "c", "b": "c"}), "names", "'c' is named twice"),
        (lambda: RenameLabels(names={"a": " "}), "name", "A label needs a name"),
        (lambda: MergeLabels(labels=[], into="a"), "labels", "Name a label"),
        (lambda: MergeLabels(labels=["a", "b"], into="a"), "into", "into itself"),
        (lambda: MergeLabels(labels=["a", "a"], into="b"), "labels", "named twice"),
        (lambda: Pictures(asset_ids=[]), "pictures.asset_ids", "No picture is selected"),
        (lambda: Pictures(q="shapes:many"), "pictures.q", "shapes: takes a number of shapes"),
        (lambda: Pictures(q="colour:red"), "pictures.q", "no filter 'colour'"),
        (lambda: Pictures(min_shapes=3, max_shapes=2), "pictures.max_shapes", "at most 2"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field(
    ask: Callable[[], object], field: str, words: str
) -> None:
    with pytest.raises(Invalid, match=words) as refusal:
        ask()
    assert refusal.value.facts["field"] == field


@pytest.mark.parametrize("kind", OPERATIONS.values(), ids=str)
def test_every_operation_has_words_for_people(kind: type[Operation]) -> None:
    assert kind.title
    assert kind.__doc__
    assert all(each.description.endswith(".") for each in declared(kind))


def test_simple_parameters_can_be_edited_by_their_rules() -> None:
    found = rules(Split)
    assert list(found) == ["rest", "stratify", "seed", "into"]
    assert found["seed"] == Parameter(
        "seed", ParameterType.INTEGER, 0, min=0, help="Another seed gives other parts."
    )
    assert found["stratify"].choices == ("none", "label", "tag")


def test_versions_that_an_operation_names_are_its_inputs() -> None:
    assert [each.name for each in inputs(OPERATIONS["copy"])] == ["source"]
    assert inputs(OPERATIONS["split"]) == []
