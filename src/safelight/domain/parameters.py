"""Typed parameters and inputs of processings and trainings: what may be given, and what was meant."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from safelight.errors import Invalid


class ParameterType(StrEnum):
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    STRING = "string"
    CHOICE = "choice"
    SECRET = "secret"  # noqa: S105  the name of a kind


class InputType(StrEnum):
    TEXT = "TEXT"
    NUMBER = "NUMBER"
    DATASET_VERSION = "DATASET_VERSION"
    MODEL_VERSION = "MODEL_VERSION"
    MODEL = "MODEL"
    DATALAKE = "DATALAKE"
    DATASET = "DATASET"


REFERENCES = frozenset(InputType) - {InputType.TEXT, InputType.NUMBER}

_WORDS = {"true": True, "yes": True, "on": True, "1": True}
_WORDS |= {"false": False, "no": False, "off": False, "0": False}


@dataclass(frozen=True, slots=True)
class Parameter:
    """The rule of one parameter. `min` and `max` hold for numbers, `choices` for choice."""

    name: str
    type: ParameterType
    default: Any = None
    min: float | None = None
    max: float | None = None
    choices: tuple[Any, ...] = ()
    help: str = ""
    required: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "type": self.type.value,
            "default": self.default,
            "min": self.min,
            "max": self.max,
            "choices": list(self.choices) or None,
            "help": self.help,
            "required": self.required,
        }


@dataclass(frozen=True, slots=True)
class Input:
    """The declaration of one input: a text, a number, or an object of the organization."""

    name: str
    type: InputType
    required: bool = True
    inference_type_constraint: str | None = None
    framework_constraint: str | None = None


@dataclass(frozen=True, slots=True)
class Values:
    """Parameters as a run gets them; secret ones apart, for they are sealed before they are kept."""

    plain: dict[str, Any] = field(default_factory=dict)
    secret: dict[str, str] = field(default_factory=dict, repr=False)


# --- declarations -------------------------------------------------------------------------------

_FIELDS = frozenset({"type", "default", "min", "max", "choices", "help", "required"})


def read_rule(name: str, declared: Any, where: str = "parameters") -> Parameter:
    """A rule as it stands in a manifest or in the database. Raises Invalid naming the field."""
    place = f"{where}.{name}"
    if not isinstance(declared, Mapping):
        raise _invalid(place, "must be a table with a type", declared)
    unknown = set(declared) - _FIELDS
    if unknown:
        one = min(unknown)
        raise _invalid(f"{place}.{one}", f"is not one of {_listed(sorted(_FIELDS))}", declared[one])
    kind = _type_of(place, declared)
    choices = declared.get("choices") or ()
    if kind is ParameterType.CHOICE and not (isinstance(choices, list | tuple) and choices):
        raise _invalid(f"{place}.choices", "must list the values of a choice", choices)
    rule = Parameter(
        name=name,
        type=kind,
        min=_bound(place, "min", declared),
        max=_bound(place, "max", declared),
        choices=tuple(choices),
        help=str(declared.get("help", "")),
        required=bool(declared.get("required", False)),
    )
    if declared.get("default") is None:
        return rule
    default = coerce(rule, declared["default"], f"{place}.default")
    return _with_default(rule, default)


def read_rules(declared: Mapping[str, Any]) -> dict[str, Parameter]:
    return {name: read_rule(name, each) for name, each in declared.items()}


def rule_like(name: str, default: Any) -> Parameter | None:
    """The rule that a bare default value suggests; None for one that suggests nothing."""
    kinds = {
        bool: ParameterType.BOOLEAN,
        int: ParameterType.INTEGER,
        float: ParameterType.NUMBER,
        str: ParameterType.STRING,
    }
    kind = kinds.get(type(default))
    return None if kind is None else Parameter(name, kind, default=default)


def read_input(name: str, declared: Any) -> Input:
    """An input as it stands in a manifest. Raises Invalid naming the field."""
    place = f"inputs.{name}"
    if not isinstance(declared, Mapping):
        raise _invalid(place, "must be a table with a type", declared)
    kind = str(declared.get("type", "")).upper()
    if kind not in InputType.__members__:
        raise _invalid(
            f"{place}.type", f"must be one of {_listed(InputType)}", declared.get("type")
        )
    return Input(
        name,
        InputType(kind),
        bool(declared.get("required", True)),
        declared.get("inference_type_constraint"),
        declared.get("framework_constraint"),
    )


def _type_of(place: str, declared: Mapping[str, Any]) -> ParameterType:
    kind = declared.get("type")
    if kind is None and "default" in declared:
        like = rule_like("", declared["default"])
        if like is not None:
            return like.type
    if not isinstance(kind, str) or kind not in set(ParameterType):
        raise _invalid(f"{place}.type", f"must be one of {_listed(ParameterType)}", kind)
    return ParameterType(kind)


def _bound(place: str, name: str, declared: Mapping[str, Any]) -> float | None:
    bound = declared.get(name)
    if bound is not None and not _is_number(bound):
        raise _invalid(f"{place}.{name}", "must be a number", bound)
    return bound


def _with_default(rule: Parameter, default: Any) -> Parameter:
    return Parameter(
        rule.name, rule.type, default, rule.min, rule.max, rule.choices, rule.help, rule.required
    )


# --- values ---------------------------------------------------------------------------------------


def settle_parameters(
    rules: Mapping[str, Parameter],
    defaults: Mapping[str, Any],
    given: Mapping[str, Any] | None,
    *,
    closed: bool,
) -> Values:
    """What a run gets: defaults, overridden key by key by what was given.

    `closed`: a name without a rule is a mistake. Otherwise it passes, read like its default if it
    came as text. Raises Invalid naming the field, the value and what would fit.
    """
    given = {name: value for name, value in (given or {}).items() if value is not None}
    values = Values({**_defaults(rules), **defaults})
    for name, value in given.items():
        place = f"parameters.{name}"
        rule = rules.get(name)
        if rule is None and closed:
            raise _invalid(place, _known("a parameter", rules), value)
        if rule is None:
            values.plain[name] = _like_default(name, value, defaults.get(name))
        elif rule.type is ParameterType.SECRET:
            values.secret[name] = coerce(rule, value, place)
        else:
            values.plain[name] = coerce(rule, value, place)
    for name, rule in rules.items():
        if rule.required and values.plain.get(name) is None and name not in values.secret:
            raise Invalid(
                f"parameters.{name} is required: {_wanted(rule)}.", field=f"parameters.{name}"
            )
    return values


def coerce(rule: Parameter, value: Any, place: str) -> Any:
    """`value` as its rule wants it; text is read as people write it. Raises Invalid."""
    read = _READERS[rule.type](rule, value)
    fits = read is not None and _in_bounds(rule, read)
    if not fits:
        shown = "the given text" if rule.type is ParameterType.SECRET else repr(value)
        raise Invalid(
            f"{place} must be {_wanted(rule)}, not {shown}.",
            field=place,
            value=None if rule.type is ParameterType.SECRET else value,
        )
    return read


def _integer(_rule: Parameter, value: Any) -> int | None:
    if isinstance(value, str):
        try:
            return int(value.strip())
        except ValueError:
            return None
    if _is_number(value) and value == int(value):
        return int(value)
    return None


def _number(_rule: Parameter, value: Any) -> float | None:
    if isinstance(value, str):
        try:
            value = int(value) if value.strip().lstrip("+-").isdigit() else float(value)
        except ValueError:
            return None
    return value if _is_number(value) else None


def _boolean(_rule: Parameter, value: Any) -> bool | None:
    if isinstance(value, str):
        return _WORDS.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def _string(_rule: Parameter, value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _choice(rule: Parameter, value: Any) -> Any:
    for choice in rule.choices:
        if value == choice or (isinstance(value, str) and value == str(choice)):
            return choice
    return None


_READERS = {
    ParameterType.INTEGER: _integer,
    ParameterType.NUMBER: _number,
    ParameterType.BOOLEAN: _boolean,
    ParameterType.STRING: _string,
    ParameterType.CHOICE: _choice,
    ParameterType.SECRET: _string,
}


def _in_bounds(rule: Parameter, value: Any) -> bool:
    if rule.type not in (ParameterType.INTEGER, ParameterType.NUMBER):
        return True
    too_small = rule.min is not None and value < rule.min
    return not too_small and (rule.max is None or value <= rule.max)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _defaults(rules: Mapping[str, Parameter]) -> dict[str, Any]:
    return {
        name: rule.default
        for name, rule in rules.items()
        if rule.default is not None and rule.type is not ParameterType.SECRET
    }


def _like_default(name: str, value: Any, default: Any) -> Any:
    rule = rule_like(name, default)
    if rule is None or not isinstance(value, str):
        return value
    read = _READERS[rule.type](rule, value)
    return value if read is None else read


# --- inputs ---------------------------------------------------------------------------------------


def settle_inputs(
    declared: Iterable[Input], given: Mapping[str, Any] | None, *, closed: bool
) -> dict[str, Any]:
    """The inputs of a run, each of the right kind; objects are still names or ids as given.

    Raises Invalid naming the input, its value and what would fit.
    """
    given = {name: value for name, value in (given or {}).items() if value not in (None, "")}
    known = {each.name: each for each in declared}
    if closed:
        for name in given.keys() - known.keys():
            raise _invalid(f"inputs.{name}", _known("an input", known), given[name])
    for name, each in known.items():
        if each.required and name not in given:
            raise Invalid(
                f"inputs.{name} is required: {_wanted_input(each)}.", field=f"inputs.{name}"
            )
    return {
        name: _read_input_value(known[name], value) if name in known else value
        for name, value in given.items()
    }


def _read_input_value(declared: Input, value: Any) -> Any:
    read: Any = value
    if declared.type is InputType.NUMBER:
        read = _number(Parameter(declared.name, ParameterType.NUMBER), value)
    elif isinstance(value, UUID):
        read = str(value)
    elif not isinstance(value, str):
        read = None
    if read is None:
        raise _invalid(f"inputs.{declared.name}", f"must be {_wanted_input(declared)}", value)
    return read


_WANTED_INPUTS = {
    InputType.TEXT: "a text",
    InputType.NUMBER: "a number",
    InputType.DATASET_VERSION: "a dataset version, by id or as DATASET/VERSION",
    InputType.MODEL_VERSION: "a model version, by id or as MODEL/VERSION",
    InputType.MODEL: "a model, by id or name",
    InputType.DATALAKE: "a datalake, by id or name",
    InputType.DATASET: "a dataset, by id or name",
}


def _wanted_input(declared: Input) -> str:
    return _WANTED_INPUTS[declared.type]


# --- sentences ------------------------------------------------------------------------------------

_WANTED = {
    ParameterType.INTEGER: "an integer",
    ParameterType.NUMBER: "a number",
    ParameterType.BOOLEAN: "true or false",
    ParameterType.STRING: "a text",
    ParameterType.SECRET: "a text",
}


def _wanted(rule: Parameter) -> str:
    """What fits, as the middle of a sentence."""
    if rule.type is ParameterType.CHOICE:
        return f"one of {_listed(rule.choices)}"
    wanted = _WANTED[rule.type]
    if rule.min is not None and rule.max is not None:
        return f"{wanted} from {rule.min:g} to {rule.max:g}"
    if rule.min is not None:
        return f"{wanted} of at least {rule.min:g}"
    if rule.max is not None:
        return f"{wanted} of at most {rule.max:g}"
    return wanted


def _known(what: str, names: Mapping[str, Any]) -> str:
    if not names:
        return f"is not {what}: there is none"
    return f"is not {what}; there is {_listed(sorted(names))}"


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(str(value) for value in values)


def _invalid(place: str, what: str, value: Any) -> Invalid:
    return Invalid(f"{place} {what} (given: {value!r}).", field=place, value=value)
