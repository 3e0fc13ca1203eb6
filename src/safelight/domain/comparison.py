"""What is different between two runs: values, packages, and the first line that they print otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, NamedTuple

MOST_LINES = 1_000_000  # of each stream are held against each other; that takes some seconds


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not the same; None: it is not there."""

    name: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """The names whose values differ, in the order of `after`, then what is gone."""
    names = [*after, *(name for name in before if name not in after)]
    return [
        Difference(name, before.get(name), after.get(name))
        for name in names
        if not _is_same(before.get(name), after.get(name))
    ]


def _is_same(before: Any, after: Any) -> bool:
    # 1 == True in Python, but a person who changed one into the other changed something.
    return before == after and isinstance(before, bool) == isinstance(after, bool)


def package_differences(before: Iterable[str], after: Iterable[str]) -> list[Difference]:
    """Versions of packages, as `numpy==2.1.0` or `numpy @ https://...` lists them, by name."""
    found = differences(_versions(before), _versions(after))
    return sorted(found, key=lambda each: each.name)


_PACKAGE = re.compile(
    r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?:===?|@)?\s*(.*?)\s*$"
)


def _versions(packages: Iterable[str]) -> dict[str, str]:
    found = {}
    for each in packages:
        match = _PACKAGE.match(each)
        if match:
            # PEP 503: Foo.Bar, foo-bar and foo_bar are the same package.
            found[re.sub(r"[-_.]+", "-", match.group(1)).lower()] = match.group(2)
    return found


# --- logs -----------------------------------------------------------------------------------------


class Line(NamedTuple):
    """A record of a log: its number there, and its text."""

    number: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Parting:
    """Where two logs part: the first line of each that the other has otherwise; None: it had ended.
    `same`: so many lines before it are equal.
    """

    before: Line | None
    after: Line | None
    same: int


def parting(before: Iterator[Line], after: Iterator[Line], most: int = MOST_LINES) -> Parting | int:
    """The first line that differs, or the number of lines compared if none of the first `most` does.

    Times are no difference, neither the log's own nor those that a script prints, nor is the folder that
    a run has for itself and every traceback names.
    """
    same = 0
    for old, new in zip_longest(before, after):
        if same >= most:
            break
        if old is None or new is None or not _says_the_same(old.text, new.text):
            return Parting(old, new, same)
        same += 1
    return same


_NEVER_TWICE = re.compile(
    rb"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?"
    rb"|\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?\b"
    rb"|/runs/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/"
)


def _says_the_same(before: bytes, after: bytes) -> bool:
    return before == after or _NEVER_TWICE.sub(b"", before) == _NEVER_TWICE.sub(b"", after)
