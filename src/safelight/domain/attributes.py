"""What may be said under a name: attributes that a label or a version declares, keys of custom metadata that a
datalake declares. A declaration is kept as it was sent; this says whether it is one, and what fits it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct

from safelight.errors import Invalid

Json = dict[str, Any]
MOST_CHOICES = 64
LONGEST_KEY = 255
LONGEST_NAME = 256


class InputType(StrEnum):
    STRING = "STRING"
    INTEGER = "INTEGER"
    FLOAT = "FLOAT"
    DATETIME = "DATETIME"
    BOOLEAN = "BOOLEAN"


OF_ATTRIBUTES = frozenset(InputType) - {InputType.DATETIME}
OF_METADATA = frozenset(InputType)

_WORDS = {
    InputType.STRING: "a text",
    InputType.INTEGER: "a whole number",
    InputType.FLOAT: "a number",
    InputType.DATETIME: "a time with its zone, such as 2026-05-01T12:00:00Z",
    InputType.BOOLEAN: "true or false",
}
_TYPES: dict[InputType, tuple[type, ...]] = {
    InputType.STRING: (str,),
    InputType.INTEGER: (int,),
    InputType.FLOAT: (int, float),
    InputType.BOOLEAN: (bool,),
}
_BOUNDED = {InputType.INTEGER, InputType.FLOAT, InputType.DATETIME}


class Declaration(Struct, frozen=True, forbid_unknown_fields=True):
    """One name. `choices`: the only values, of which several are given at once if `allow_multiple`. What is
    `archived` is not asked for any more.
    """

    input_type: InputType
    required: bool
    display_name: str | None = None
    archived: bool = False
    choices: list[Any] | None = None
    allow_multiple: bool | None = None
    min: Any = None
    max: Any = None


def check_all(said: Mapping[str, Json], types: frozenset[InputType]) -> dict[str, Json]:
    """Declarations by name, without what is null in them. Raises Invalid naming the first that is none."""
    return {name: check(name, one, types) for name, one in said.items()}


def check(name: str, said: Any, types: frozenset[InputType]) -> Json:
    """One declaration, without what is null in it. Raises Invalid."""
    if not 0 < len(name) <= LONGEST_KEY:
        raise Invalid(f"A key has 1 to {LONGEST_KEY} characters.", field=name)
    declared = _read(name, said)
    if declared.input_type not in types:
        known = ", ".join(one for one in InputType if one in types)
        raise _wrong(name, f"input_type is one of {known}.")
    if declared.display_name is not None and not 0 < len(declared.display_name) <= LONGEST_NAME:
        raise _wrong(name, f"display_name has 1 to {LONGEST_NAME} characters.")
    if declared.archived and declared.required:
        raise _wrong(name, "what is archived is not required.")
    _check_choices(name, declared)
    _check_bounds(name, declared)
    return {key: value for key, value in said.items() if value is not None}


def _read(name: str, said: Any) -> Declaration:
    try:
        return msgspec.convert(said, Declaration)
    except msgspec.ValidationError as error:
        raise _wrong(name, f"this is no declaration: {error}.") from error


def _check_choices(name: str, declared: Declaration) -> None:
    if declared.choices is None:
        if declared.allow_multiple:
            raise _wrong(name, "allow_multiple needs choices.")
        return
    least = 2 if declared.input_type is InputType.STRING else 1
    if declared.input_type is InputType.BOOLEAN:
        raise _wrong(name, "what is true or false has no choices.")
    if not least <= len(declared.choices) <= MOST_CHOICES:
        raise _wrong(name, f"there are {least} to {MOST_CHOICES} choices.")
    for choice in declared.choices:
        _value(name, declared.input_type, choice)
    if declared.min is not None or declared.max is not None:
        raise _wrong(name, "there are choices, or min and max, not both.")


def _check_bounds(name: str, declared: Declaration) -> None:
    bounds = [bound for bound in (declared.min, declared.max) if bound is not None]
    if bounds and declared.input_type not in _BOUNDED:
        raise _wrong(name, "only numbers and times have min and max.")
    values = [_value(name, declared.input_type, bound) for bound in bounds]
    if len(values) == 2 and values[0] >= values[1]:
        raise _wrong(name, "min is less than max.")


def check_values(said: Json, declared: Mapping[str, Json], *, allow_others: bool) -> None:
    """Hold values against declarations. Raises Invalid naming the first that does not fit."""
    for name in said:
        if name not in declared and not allow_others:
            known = ", ".join(declared) or "none"
            raise _wrong(name, f"there is no such key; those that there are: {known}.")
    for name, one in declared.items():
        _check_value(name, said.get(name), _read(name, one))


def _check_value(name: str, value: Any, declared: Declaration) -> None:
    if value is None:
        if declared.required:
            raise _wrong(name, "a value is required.")
        return
    several = declared.allow_multiple and isinstance(value, list)
    known = [_value(name, declared.input_type, choice) for choice in declared.choices or ()]
    for one in value if several else [value]:
        found = _value(name, declared.input_type, one)
        if known and found not in known:
            raise _wrong(name, f"{one!r} is none of the choices {declared.choices}.")
        if declared.min is not None and found < _value(name, declared.input_type, declared.min):
            raise _wrong(name, f"{one!r} is less than {declared.min}.")
        if declared.max is not None and found > _value(name, declared.input_type, declared.max):
            raise _wrong(name, f"{one!r} is more than {declared.max}.")


def _value(name: str, input_type: InputType, value: Any) -> Any:
    """The value as one to compare with others of its type. Raises Invalid."""
    if input_type is InputType.DATETIME:
        time = _time(value)
        if time is not None:
            return time
    elif isinstance(value, _TYPES[input_type]) and (
        input_type is InputType.BOOLEAN or not isinstance(value, bool)
    ):
        return value
    raise _wrong(name, f"{value!r} is not {_WORDS[input_type]}.")


def _time(value: Any) -> datetime | None:
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return None if time.tzinfo is None else time


def _wrong(name: str, why: str) -> Invalid:
    return Invalid(f"{name}: {why}", field=name)
