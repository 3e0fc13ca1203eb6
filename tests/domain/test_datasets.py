"""Label lists: order is kept, names are unique, groups have no circles."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from safelight.domain.datasets import (
    NO_LABELS,
    Label,
    LabelChanges,
    LabelGroup,
    LabelList,
    build_labels,
    change_group,
    change_label,
    check_name,
    compare_labels,
    missing,
    parse_labels,
    take_back_labels,
    with_group,
    with_label,
    without_group,
    without_label,
)
from safelight.errors import Invalid, NameTaken, NotFound

FRUIT = with_label(with_label(NO_LABELS, Label(1, "pear")), Label(2, "apple"))


def test_labels_keep_the_order_of_their_making() -> None:
    assert [label.name for label in FRUIT.labels] == ["pear", "apple"]
    assert parse_labels(build_labels(FRUIT)) == FRUIT
    assert parse_labels(None) == NO_LABELS
    assert missing(FRUIT, ["fig", "apple", "fig", "nut"]) == ["fig", "nut"]


def test_names_are_unique() -> None:
    with pytest.raises(NameTaken):
        with_label(FRUIT, Label(3, "pear"))
    with pytest.raises(NameTaken):
        change_label(FRUIT, 1, name="apple")
    assert change_label(FRUIT, 1, name="pear") == FRUIT
    assert change_label(FRUIT, 1, name="fig").label(1).name == "fig"


def test_a_label_belongs_to_a_group_that_exists() -> None:
    with pytest.raises(NotFound):
        change_label(FRUIT, 1, group=7)
    grouped = change_label(with_group(FRUIT, LabelGroup(7, "green")), 1, group=7)
    assert grouped.label(1).group == 7
    assert without_group(grouped, 7) == FRUIT
    assert without_label(FRUIT, 1).keys == {"apple": 2}


def test_groups_have_no_circles() -> None:
    groups = with_group(with_group(NO_LABELS, LabelGroup(1, "a")), LabelGroup(2, "b", parent=1))
    with pytest.raises(Invalid):
        change_group(groups, 1, parent=2)
    with pytest.raises(NameTaken):
        with_group(groups, LabelGroup(3, "a"))
    assert without_group(groups, 1).groups == (LabelGroup(2, "b"),)
    assert replace(groups) == groups


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 256])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        check_name(name, "label")


def _list(*named: tuple[int, str], groups: tuple[LabelGroup, ...] = ()) -> LabelList:
    return LabelList(tuple(Label(key, name) for key, name in named), groups)


A, B, C, D = (1, "a"), (2, "b"), (3, "c"), (4, "d")


DRY = {"dry": {"input_type": "BOOLEAN", "required": False}}


def _with(attributes: dict[str, Any], *more: tuple[int, str]) -> LabelList:
    return replace(_list(A, *more), attributes=attributes)


@pytest.mark.parametrize(
    ("before", "after", "now", "expected"),
    [
        (_list(A), _list(A, B), _list(A, B), _list(A)),
        (_list(A), _list(A, B), _list(A, B, C), _list(A, C)),
        (_list(A), _list(A, B), _list(A, C), _list(A, C)),  # it went by itself
        (_list(A), _list(A, B), _list(A, (2, "z")), None),  # renamed since
        (_list(A, B, C), _list(A, C), _list(A, C, D), _list(A, B, C, D)),
        (_list(A, B), _list(A), _list(A, (9, "b")), None),  # its name is another's
        (_list(A, B), _list(A, (2, "z")), _list(A, (2, "z"), C), _list(A, B, C)),
        (_list(A, B), _list(A, (2, "z")), _list(A, B, C), _list(A, B, C)),  # renamed back
        (_list(A, B), _list(A, (2, "z")), _list(A), _list(A)),  # removed since: nothing to rename
        (
            _list(A),
            _list(A, groups=(LabelGroup(7, "g"),)),
            LabelList((Label(1, "a", group=7),), (LabelGroup(7, "g"),)),
            None,
        ),
        (_list(A), _with(DRY), _with(DRY, B), _list(A, B)),
        (_list(A), _with(DRY), _list(A, B), _list(A, B)),  # taken back already
        (_with(DRY), _with(DRY, B), _with({}, B), _list(A)),  # declared anew: none of its business
        (_list(A), _with(DRY), _with({"wet": {}}), None),
    ],
)
def test_a_step_of_labels_is_taken_back_and_what_came_since_stays(
    before: LabelList, after: LabelList, now: LabelList, expected: LabelList | None
) -> None:
    assert take_back_labels(before, after, now) == expected


def test_what_is_different_between_two_lists_is_told_by_names() -> None:
    before = LabelList((Label(1, "a"), Label(2, "b"), Label(3, "c")))
    after = LabelList((Label(1, "z"), Label(3, "c", color="#fff"), Label(4, "d")))
    assert compare_labels(before, after) == LabelChanges(("d",), ("b",), (("a", "z"),), ("c",))
