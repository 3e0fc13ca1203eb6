"""Which data of a datalake somebody asks for, and the text that says it in the search box, in links and on the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from safelight.domain.datasets import DataType
from safelight.domain.qualifiers import Given, Language, Query, unquoted

LARGEST = 2**63 - 1  # of what a column holds


@dataclass(frozen=True, slots=True)
class Range:
    """Whole numbers from `low` to `high`, both meant too; None is without an end."""

    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class DataQuery(Query):
    """A filter in people's words."""

    tags: tuple[str, ...] = ()
    type: DataType | None = None
    width: Range | None = None
    height: Range | None = None
    size: Range | None = None  # bytes
    user: str = ""  # who uploaded it: id, name or `me`
    uploaded_after: str = ""  # a moment, as domain/moments.py understands it
    uploaded_before: str = ""
    metadata: tuple[tuple[str, str], ...] = ()
    has_picture: bool | None = None


EVERYTHING = DataQuery()

_MOMENT = "a day (2026-11-01), a time (2026-11-01T08:30:00Z) or an age (12h, 7d)"
_PIXELS = "pixels: 1920, >=1000, <500 or 640..1920"
_LANGUAGE = Language(
    {
        "tag": "the name of a tag",
        "name": "a part of the file's name",
        "type": ", ".join(DataType).lower(),
        "width": _PIXELS,
        "height": _PIXELS,
        "size": "bytes: >1MB, <=200kB or 1MB..5MB",
        "user": "a name, or me",
        "after": _MOMENT,
        "before": _MOMENT,
        "metadata": "key=value",
        "picture": "yes or no",
    }
)
_MANY = {"tag": "tags", "name": "words"}
_ONE = {"user": "user", "after": "uploaded_after", "before": "uploaded_before"}
_MEASURES = ("width", "height", "size")

_UNITS = {"": 1, "b": 1, "kb": 1000, "mb": 10**6, "gb": 10**9}
_UNITS |= {"kib": 2**10, "mib": 2**20, "gib": 2**30}
_NUMBER = re.compile(r"(\d{1,18}(?:\.\d{1,6})?)([kmg]?i?b)?", re.IGNORECASE | re.ASCII)


def read_query(text: str) -> DataQuery:
    """`tag:street width:>=1000 north` as a query. Raises Invalid: see `Language.ask`."""
    return _LANGUAGE.ask(text, EVERYTHING, _with)


def _with(query: DataQuery, given: Given) -> DataQuery:
    name, value = given.name, given.value
    if name in _MANY:
        return query.more(_MANY[name], value)
    if name == "metadata":
        return query.more("metadata", _pair(value))
    if name in _MEASURES:
        found = read_range(value, sizes=name == "size")
        return query.one(given, _LANGUAGE.known(name, value, found))
    if name == "type":
        named = [each for each in DataType if each.lower() == value.lower()]
        return query.one(given, _LANGUAGE.known(name, value, named[0] if named else None))
    if name == "picture":
        answer = {"yes": True, "no": False}.get(value.lower())
        return query.one(given, _LANGUAGE.known(name, value, answer), "has_picture")
    return query.one(given, value, _ONE[name])


def _pair(value: str) -> tuple[str, str]:
    key, equals, wanted = value.partition("=")
    if not key or not equals:
        raise _LANGUAGE.refused("metadata", value)
    return key, unquoted(wanted)


def read_range(text: str, *, sizes: bool = False) -> Range | None:
    """`>=1000`, `<500` or `640..1920`; None if it is none of these. `sizes`: bytes, with their units."""
    low, dots, high = text.partition("..")
    if dots:
        ends = _number(low, sizes=sizes), _number(high, sizes=sizes)
        return None if None in ends or ends[0] > ends[1] else Range(*ends)  # type: ignore[operator]
    sign, digits = re.fullmatch(r"([<>]?=?)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    number = _number(digits, sizes=sizes)
    if number is None:
        return None
    return {
        ">": Range(low=number + 1),
        ">=": Range(low=number),
        "<": Range(high=number - 1),
        "<=": Range(high=number),
    }.get(sign, Range(number, number))


def _number(text: str, *, sizes: bool) -> int | None:
    found = _NUMBER.fullmatch(text)
    if found is None or (not sizes and not text.isdigit()):
        return None
    number = int(Decimal(found[1]) * _UNITS[(found[2] or "").lower()])
    return number if number < LARGEST else None
