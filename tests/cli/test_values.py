"""`key=value` of the command line."""

from __future__ import annotations

import pytest

from safelight.cli.values import pairs, typed, types_of
from safelight.errors import Invalid


@pytest.mark.parametrize(
    ("text", "type", "value"),
    [
        ("30", "integer", 30),
        ("0.5", "number", 0.5),
        ("true", "boolean", True),
        ("no", "boolean", False),
        ("30", "string", "30"),
        ("true", "choice", "true"),
        ("thirty", "integer", "thirty"),  # the server says what is wrong with it
        ("30", None, 30),
        ("word", None, "word"),
        ("[1, 2]", None, [1, 2]),
    ],
)
def test_text_becomes_what_the_parameter_wants(text: str, type: str | None, value: object) -> None:
    assert typed({"a": text}, {"a": type} if type else {}) == {"a": value}


def test_a_value_may_hold_an_equals_sign_and_be_empty() -> None:
    assert pairs(["a=b=c", "d="], "--set") == {"a": "b=c", "d": ""}


@pytest.mark.parametrize("text", ["angle", "=3", ""])
def test_what_is_no_pair_is_named(text: str) -> None:
    with pytest.raises(Invalid, match="--set takes key=value"):
        pairs([text], "--set")


def test_a_parameter_that_was_text_stays_text_when_run_again() -> None:
    assert typed({"a": "7", "b": "7"}, types_of({"a": "x", "b": 1})) == {"a": "7", "b": 7}
