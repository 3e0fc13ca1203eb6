"""Which pictures of a version somebody asks for, and the text that says it in the search box, in links and on the command
line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from safelight.domain.dataquery import Range, read_range
from safelight.domain.qualifiers import Given, Language, unquoted
from safelight.errors import Invalid


@dataclass(frozen=True, slots=True)
class AssetQuery:
    """A filter in people's words; all that is given must hold, every empty field filters nothing.

    `labels`: it has a shape of one of them, by name or id.
    """

    words: tuple[str, ...] = ()  # each stands somewhere in the file's name
    labels: tuple[str, ...] = ()
    without_labels: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    shapes: Range | None = None
    width: Range | None = None
    height: Range | None = None
    is_annotated: bool | None = None


_PIXELS = "pixels: 1920, >=1000, <500 or 640..1920"
_LANGUAGE = Language(
    {
        "label": "the name of a label",
        "tag": "the name of a tag",
        "shapes": "a number of shapes: 0, >=10 or 1..3",
        "is": "annotated",
        "name": "a part of the file's name",
        "width": _PIXELS,
        "height": _PIXELS,
    },
    may_be_not=frozenset({"label", "is"}),
)
_MANY = {"tag": "tags", "name": "words", "label": "labels"}


def read_query(text: str) -> AssetQuery:
    """`label:apple -label:pear shapes:1..3 north` as a query.

    Words without a colon are looked for in the names; in quotes also those with one. Raises Invalid for
    a filter that there is not, a value that it does not take, and two values where one is meant.
    """
    given, words = _LANGUAGE.read(text)
    query = AssetQuery(words=tuple(unquoted(word) for word in words))
    for each in given:
        query = _with(query, each)
    return query


def _with(query: AssetQuery, given: Given) -> AssetQuery:
    name, value = given.name, given.value
    if name in _MANY:
        field = "without_labels" if given.is_not else _MANY[name]
        return _changed(query, field, (*getattr(query, field), value))
    if name == "is":
        _LANGUAGE.known(name, value, True if value.lower() == "annotated" else None)
        return _set(query, "is_annotated", not given.is_not, name)
    return _set(query, name, _LANGUAGE.known(name, value, read_range(value)), name)


def _set(query: AssetQuery, field: str, value: object, name: str) -> AssetQuery:
    if getattr(query, field) not in (None, value):
        raise Invalid(f"{name} is given twice.", field=name)
    return _changed(query, field, value)


def _changed(query: AssetQuery, field: str, value: object) -> AssetQuery:
    change: dict[str, Any] = {field: value}
    return replace(query, **change)
