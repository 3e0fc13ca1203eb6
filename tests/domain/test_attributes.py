"""Declarations are what the clients say they are, and values are held against them."""

from __future__ import annotations

from typing import Any

import pytest

from safelight.domain.attributes import OF_ATTRIBUTES, OF_METADATA, check, check_all, check_values
from safelight.errors import Invalid

SIDE = {"input_type": "STRING", "required": True, "choices": ["front", "rear"]}
SCORE = {"input_type": "FLOAT", "required": False, "min": 0.0, "max": 1.0}
TAKEN = {"input_type": "DATETIME", "required": False, "min": "2026-01-01T00:00:00+00:00"}


def test_what_is_null_in_a_declaration_is_left_out() -> None:
    said = {**SIDE, "display_name": None, "archived": False, "allow_multiple": True, "min": None}
    assert check("side", said, OF_ATTRIBUTES) == {**SIDE, "archived": False, "allow_multiple": True}
    assert check_all({"side": SIDE, "taken": TAKEN}, OF_METADATA) == {"side": SIDE, "taken": TAKEN}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ([True, False], "no declaration"),
        ({}, "no declaration"),
        ({"input_type": "STRING"}, "required"),
        ({"input_type": "TEXT", "required": True}, "no declaration"),
        ({**SIDE, "colour": "red"}, "colour"),
        (TAKEN, "one of BOOLEAN, FLOAT, INTEGER, STRING|one of STRING, INTEGER, FLOAT, BOOLEAN"),
        ({**SIDE, "display_name": ""}, "display_name"),
        ({**SIDE, "archived": True}, "not required"),
        ({**SIDE, "choices": ["one"]}, "2 to 64"),
        ({**SIDE, "choices": ["a", 7]}, "7 is not a text"),
        ({**SIDE, "min": 1}, "not both"),
        ({"input_type": "STRING", "required": True, "max": 3}, "only numbers and times"),
        ({"input_type": "BOOLEAN", "required": True, "choices": [True]}, "no choices"),
        ({"input_type": "INTEGER", "required": True, "allow_multiple": True}, "needs choices"),
        ({"input_type": "INTEGER", "required": True, "choices": []}, "1 to 64"),
        ({"input_type": "INTEGER", "required": True, "choices": list(range(65))}, "1 to 64"),
        ({"input_type": "INTEGER", "required": True, "min": 1.5}, "1.5 is not a whole number"),
        ({"input_type": "INTEGER", "required": True, "min": True}, "True is not a whole number"),
        ({**SCORE, "max": 0}, "min is less than max"),
    ],
)
def test_what_is_no_declaration_is_refused_by_name(said: Any, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refusal:
        check("side", said, OF_ATTRIBUTES)
    assert refusal.value.facts["field"] == "side"
    assert refusal.value.message.startswith("side: ")


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_is_neither_empty_nor_endless(key: str) -> None:
    with pytest.raises(Invalid, match="1 to 255"):
        check(key, SIDE, OF_METADATA)


def test_a_time_without_its_zone_is_none() -> None:
    with pytest.raises(Invalid, match="time with its zone"):
        check("taken", {**TAKEN, "min": "2026-01-01T00:00:00"}, OF_METADATA)


DECLARED: dict[str, dict[str, Any]] = {
    "side": SIDE,
    "score": SCORE,
    "taken": TAKEN,
    "rows": {"input_type": "INTEGER", "required": False, "choices": [1, 2], "allow_multiple": True},
    "wet": {"input_type": "BOOLEAN", "required": False},
}


@pytest.mark.parametrize(
    "said",
    [
        {"side": "front"},
        {"side": "rear", "score": 1, "taken": "2026-01-01T00:00:00Z", "rows": [1, 2], "wet": False},
        {"side": "rear", "rows": 2, "score": None},
    ],
)
def test_values_that_fit_pass(said: dict[str, Any]) -> None:
    check_values(said, DECLARED, allow_others=False)
    check_values({**said, "other": [1]}, DECLARED, allow_others=True)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "side: a value is required"),
        ({"side": None}, "side: a value is required"),
        ({"side": "top"}, "none of the choices"),
        ({"side": ["front"]}, "not a text"),
        ({"side": "rear", "other": 1}, "other: there is no such key; those that there are: side, "),
        ({"side": "rear", "score": 1.5}, "1.5 is more than 1.0"),
        ({"side": "rear", "score": True}, "not a number"),
        ({"side": "rear", "rows": [1, 3]}, "3 is none of"),
        ({"side": "rear", "wet": 1}, "not true or false"),
        ({"side": "rear", "taken": "2025-12-31T23:59:59Z"}, "less than 2026"),
        ({"side": "rear", "taken": "yesterday"}, "not a time"),
    ],
)
def test_values_that_do_not_fit_are_refused_by_name(said: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        check_values(said, DECLARED, allow_others=False)
