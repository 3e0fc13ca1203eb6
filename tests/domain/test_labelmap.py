"""Labels go by name, are made where they are missing, and keep their keys where they can."""

from __future__ import annotations

from safelight.domain.datasets import Label, LabelGroup, LabelList
from safelight.domain.labelmap import map_labels

HERE = LabelList(
    (Label(1, "apple", "red", group=8), Label(2, "pear"), Label(3, "plum")),
    (LabelGroup(7, "food"), LabelGroup(8, "fruit", parent=7)),
)


def test_labels_of_the_same_name_are_the_same() -> None:
    there = LabelList((Label(11, "pear"), Label(12, "apple")))
    found = map_labels(HERE, there, {1, 2}, {}, iter(()))
    assert (found.keys, found.after, found.changes_nothing) == ({1: 12, 2: 11}, there, False)


def test_a_missing_label_is_made_with_its_key_colour_and_groups() -> None:
    found = map_labels(HERE, LabelList(), {1}, {}, iter(()))
    assert found.keys == {1: 1}
    assert found.changes_nothing
    assert found.after == LabelList((HERE.labels[0],), HERE.groups)


def test_a_key_that_another_label_has_there_is_not_taken_again() -> None:
    there = LabelList((Label(1, "renamed"),))
    found = map_labels(HERE, there, {1}, {}, iter([99]))
    assert (found.keys, found.after.keys) == ({1: 99}, {"renamed": 1, "apple": 99})


def test_labels_go_where_somebody_says_and_several_may_become_one() -> None:
    found = map_labels(HERE, LabelList(), {1, 2, 3}, {"apple": "fruit", "plum": "fruit"}, iter(()))
    assert found.keys == {1: 1, 2: 2, 3: 1}
    assert found.after.keys == {"fruit": 1, "pear": 2}


def test_labels_that_nothing_has_are_left_out() -> None:
    assert map_labels(HERE, LabelList(), {2}, {}, iter(())).after.keys == {"pear": 2}


def test_where_none_may_be_made_the_missing_are_named() -> None:
    there = LabelList((Label(2, "pear"),))
    found = map_labels(HERE, there, {1, 2, 3}, {"plum": "prune"}, iter(()), create=False)
    assert (found.keys, found.missing, found.after) == ({2: 2}, ["apple", "prune"], there)
    assert not found.changes_nothing
