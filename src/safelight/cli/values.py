"""`key=value` of the command line, turned into the type that a parameter wants."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from safelight.errors import Invalid


def pairs(given: Sequence[str], option: str) -> dict[str, str]:
    """The keys and texts of an option that was given many times."""
    found = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not (key and equals):
            raise Invalid(f"{option} takes key=value, not {text!r}.")
        found[key] = value
    return found


def typed(texts: Mapping[str, str], types: Mapping[str, str]) -> dict[str, Any]:
    """Values of the declared types. What fits no type is left as text, for the server to refuse."""
    return {name: _value(text, types.get(name)) for name, text in texts.items()}


def types_of(values: Mapping[str, Any]) -> dict[str, str]:
    """The types that values of an earlier run have."""
    return {name: "string" for name, value in values.items() if isinstance(value, str)}


def _value(text: str, type: str | None) -> Any:
    if type in {"string", "choice", "secret"}:
        return text
    if type == "boolean" and text.lower() in {"yes", "on", "true", "no", "off", "false"}:
        return text.lower() in {"yes", "on", "true"}
    with suppress(ValueError):
        return json.loads(text)
    return text
