"""What may be given to a processing: read from text, kept in bounds, refused in a clear sentence."""

from __future__ import annotations

from typing import Any

import pytest

from safelight.domain.parameters import (
    Input,
    InputType,
    Parameter,
    read_input,
    read_rule,
    settle_inputs,
    settle_parameters,
)
from safelight.errors import Invalid


def rule(**declared: Any) -> Parameter:
    return read_rule("angle", declared)


@pytest.mark.parametrize(
    ("declared", "given", "meant"),
    [
        ({"type": "integer"}, "30", 30),
        ({"type": "integer"}, 30.0, 30),
        ({"type": "number"}, "0.5", 0.5),
        ({"type": "number"}, "3", 3),
        ({"type": "boolean"}, "yes", True),
        ({"type": "boolean"}, False, False),
        ({"type": "string"}, "text", "text"),
        ({"type": "choice", "choices": [1, 2]}, "2", 2),
        ({"type": "choice", "choices": ["a", "b"]}, "b", "b"),
    ],
)
def test_text_is_read_as_people_write_it(declared: Any, given: Any, meant: Any) -> None:
    values = settle_parameters({"angle": rule(**declared)}, {}, {"angle": given}, closed=True)
    assert values.plain == {"angle": meant}
    assert type(values.plain["angle"]) is type(meant)


@pytest.mark.parametrize(
    ("declared", "given", "sentence"),
    [
        (
            {"type": "integer", "min": 0, "max": 360},
            400,
            "must be an integer from 0 to 360, not 400",
        ),
        ({"type": "integer"}, "3.5", "must be an integer, not '3.5'"),
        ({"type": "integer"}, True, "must be an integer, not True"),
        ({"type": "number", "min": 0}, -1, "must be a number of at least 0, not -1"),
        ({"type": "number"}, float("nan"), "must be a number, not nan"),
        ({"type": "number"}, "nan", "must be a number, not 'nan'"),
        ({"type": "boolean"}, 1, "must be true or false, not 1"),
        ({"type": "string"}, 5, "must be a text, not 5"),
        ({"type": "choice", "choices": ["a", "b"]}, "c", "must be one of a, b, not 'c'"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(
    declared: Any, given: Any, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence) as refused:
        settle_parameters({"angle": rule(**declared)}, {}, {"angle": given}, closed=True)
    assert refused.value.facts["field"] == "parameters.angle"


def test_given_values_override_defaults_key_by_key_and_null_means_not_given() -> None:
    rules = {"angle": rule(type="integer", default=45), "size": read_rule("size", {"default": 3})}
    values = settle_parameters(rules, {"size": 4}, {"angle": 90, "size": None}, closed=True)
    assert values.plain == {"angle": 90, "size": 4}


def test_a_name_nobody_declared_is_a_mistake_for_a_closed_list_only() -> None:
    with pytest.raises(Invalid, match="is not a parameter; there is angle"):
        settle_parameters({"angle": rule(type="integer")}, {}, {"angel": 1}, closed=True)
    values = settle_parameters({}, {"epochs": 3}, {"epochs": "5", "x": [1]}, closed=False)
    assert values.plain == {"epochs": 5, "x": [1]}


def test_a_required_parameter_must_be_given() -> None:
    rules = {"angle": rule(type="integer", required=True)}
    with pytest.raises(Invalid, match=r"parameters\.angle is required: an integer"):
        settle_parameters(rules, {}, {}, closed=True)


def test_a_secret_is_kept_apart_and_never_repeated_in_an_error() -> None:
    rules = {"key": read_rule("key", {"type": "secret", "required": True})}
    values = settle_parameters(rules, {}, {"key": "hush"}, closed=True)
    assert (values.plain, values.secret) == ({}, {"key": "hush"})
    assert "hush" not in repr(values)
    with pytest.raises(Invalid) as refused:
        settle_parameters(rules, {}, {"key": 90210}, closed=True)
    assert "90210" not in str(refused.value) + str(refused.value.facts)


@pytest.mark.parametrize(
    ("declared", "place"),
    [
        ({"type": "colour"}, "parameters.angle.type"),
        ({}, "parameters.angle.type"),
        ({"type": "choice"}, "parameters.angle.choices"),
        ({"type": "integer", "min": "low"}, "parameters.angle.min"),
        ({"type": "integer", "default": "x"}, "parameters.angle.default"),
        ({"type": "integer", "defualt": 1}, "parameters.angle.defualt"),
        (3, "parameters.angle"),
    ],
)
def test_a_wrong_declaration_names_its_field(declared: Any, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_rule("angle", declared)
    assert refused.value.facts["field"] == place
    assert refused.value.message.startswith(place)


def test_a_rule_survives_being_stored() -> None:
    first = rule(type="integer", default=45, min=0, max=360, help="degrees", required=True)
    assert read_rule("angle", first.to_json()) == first


def test_inputs_are_required_typed_and_closed() -> None:
    declared = [read_input("name", {"type": "TEXT"}), Input("weight", InputType.NUMBER, False)]
    assert settle_inputs(declared, {"name": "a", "weight": "2"}, closed=True) == {
        "name": "a",
        "weight": 2,
    }
    for given, sentence in (
        ({}, "inputs.name is required: a text"),
        ({"name": 3}, "inputs.name must be a text"),
        ({"name": "a", "weight": "much"}, "inputs.weight must be a number"),
        ({"name": "a", "other": 1}, "inputs.other is not an input; there is name, weight"),
    ):
        with pytest.raises(Invalid, match=sentence):
            settle_inputs(declared, given, closed=True)
