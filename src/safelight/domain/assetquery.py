"""Which pictures of a version somebody asks for, and the text that says it in the search box, in links and on the command
line.
"""

from __future__ import annotations

from dataclasses import dataclass

from safelight.domain.dataquery import Range, read_range
from safelight.domain.qualifiers import Given, Language, Query


@dataclass(frozen=True, slots=True)
class AssetQuery(Query):
    """A filter in people's words. `labels`: it has a shape of one of them, by name or id."""

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
    """`label:apple -label:pear shapes:1..3 north` as a query. Raises Invalid: see `Language.ask`."""
    return _LANGUAGE.ask(text, AssetQuery(), _with)


def _with(query: AssetQuery, given: Given) -> AssetQuery:
    name, value = given.name, given.value
    if name in _MANY:
        return query.more("without_labels" if given.is_not else _MANY[name], value)
    if name == "is":
        _LANGUAGE.known(name, value, True if value.lower() == "annotated" else None)
        return query.one(given, not given.is_not, "is_annotated")
    return query.one(given, _LANGUAGE.known(name, value, read_range(value)))
