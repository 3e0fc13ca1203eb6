"""What lists are filtered by: the part of the platform's query language that the client itself writes, which
is filters by tag, and custom metadata.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from safelight.errors import Invalid

_TERM = re.compile(
    r"""\s*(?P<of_data>data\.)?tags\.name\s*
    (?:=\s*(?P<one>"[^"]*")|in\s*\(\s*(?P<some>"[^"]*"(?:\s*,\s*"[^"]*")*)\s*\))\s*""",
    re.VERBOSE,
)
_NAME = re.compile(r'"([^"]*)"')
_AND = re.compile(r"and\b")


@dataclass(frozen=True, slots=True)
class Tagged:
    """Groups of tag names: of each group, the object (or its data) must have one."""

    own: tuple[frozenset[str], ...] = ()
    of_data: tuple[frozenset[str], ...] = ()


def parse(text: str | None) -> Tagged:
    """Read `tags.name in ("a","b") and data.tags.name = "c"`. Raises Invalid for anything else."""
    if not text or not text.strip():
        return Tagged()
    own: list[frozenset[str]] = []
    of_data: list[frozenset[str]] = []
    at = 0
    while True:
        term = _TERM.match(text, at)
        if term is None:
            raise Invalid(f"This query is not understood at {text[at : at + 40]!r}.", field="q")
        names = frozenset(_NAME.findall(term["one"] or term["some"]))
        (of_data if term["of_data"] else own).append(names)
        joint = _AND.match(text, term.end())
        if joint is None and term.end() < len(text):
            raise Invalid(f"This query is not understood at {text[term.end() :]!r}.", field="q")
        if joint is None:
            return Tagged(tuple(own), tuple(of_data))
        at = joint.end()


def metadata_pairs(text: str | None) -> tuple[tuple[str, str], ...]:
    """What custom metadata must say, from a JSON object: each key with its value as people write it.

    Raises Invalid.
    """
    if text is None:
        return ()
    try:
        said = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise Invalid(
            f"The filter by custom metadata is no JSON object: {error}.", field="custom_metadata"
        ) from error
    return tuple((key, _written(key, value)) for key, value in said.items())


def _written(key: str, value: Any) -> str:
    if '"' in key or "\\" in key:  # SQLite has no path to such a key
        raise Invalid(
            f"Custom metadata are not filtered by a key with quotes or backslashes: {key!r}.",
            field="custom_metadata",
        )
    if isinstance(value, dict | list) or value is None:
        raise Invalid(
            f"Custom metadata are filtered by a text, number or truth value; that of {key!r} is none.",
            field="custom_metadata",
        )
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
