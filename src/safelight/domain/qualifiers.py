"""The language of search boxes, whatever they search: `status:failure "two words" tiles` taken apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Self, TypeVar

from safelight.errors import Invalid

_T = TypeVar("_T")
_WORD = re.compile(r'(-?)(\w+):("[^"]*"|\S*)|"[^"]*"|\S+', re.ASCII)


@dataclass(frozen=True, slots=True)
class Given:
    """One filter as it was typed, `name:value` or `-name:value`; the name in small letters, the value without
    quotes.
    """

    name: str
    value: str
    is_not: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody asks for with words and filters; all that is given must hold, every empty field filters
    nothing.
    """

    words: tuple[str, ...] = ()  # each stands somewhere in the name

    def one(self, given: Given, value: object, field: str = "") -> Self:
        """With the one value that a filter has, in the field of its name or another. Raises Invalid for a second."""
        field = field or given.name
        if getattr(self, field) not in (getattr(type(self)(), field), value):
            raise Invalid(f"{given.name} is given twice.", field=given.name)
        return self._changed(field, value)

    def more(self, field: str, value: object) -> Self:
        """With one more of the values of a field."""
        return self._changed(field, (*getattr(self, field), value))

    def _changed(self, field: str, value: object) -> Self:
        change: dict[str, Any] = {field: value}
        return replace(self, **change)


Q = TypeVar("Q", bound=Query)


@dataclass(frozen=True, slots=True)
class Language:
    """`takes`: of each filter that there is, its values in people's words; `may_be_not`: those that mean the
    opposite after a minus sign.
    """

    takes: Mapping[str, str]
    may_be_not: frozenset[str] = frozenset()

    def read(self, text: str) -> tuple[list[Given], list[str]]:
        """The filters of a text, and the words to search for as they were typed, in quotes or not.

        Raises Invalid for a filter that there is not, and for one without a value.
        """
        given, words = [], []
        for found in _WORD.finditer(text):
            name = (found[2] or "").lower()
            if not name or (found[1] and name not in self.may_be_not):
                words.append(found[0])
            else:
                given.append(self._given(name, unquoted(found[3]), found[0], is_not=bool(found[1])))
        return given, words

    def ask(self, text: str, nothing: Q, put: Callable[[Q, Given], Q]) -> Q:
        """What a text asks for: its words, and what `put` makes of one filter after the other.

        Words without a colon are looked for in names; in quotes also those with one. Raises Invalid for a filter
        that there is not, a value that it does not take, and two values where one is meant.
        """
        given, words = self.read(text)
        asked = replace(nothing, words=tuple(unquoted(word) for word in words))
        return reduce(put, given, asked)

    def _given(self, name: str, value: str, word: str, *, is_not: bool) -> Given:
        if name not in self.takes:
            raise Invalid(
                f"There is no filter {name!r}; there are {', '.join(self.takes)}. "
                f'Words with a colon are searched for in quotes: "{word}".',
                field="q",
            )
        if not value or '"' in value:
            raise self.refused(name, value)
        return Given(name, value, is_not)

    def known(self, name: str, word: str, found: _T | None) -> _T:
        """What a value was found to mean. Raises Invalid if that is nothing."""
        if found is None:
            raise self.refused(name, word)
        return found

    def refused(self, name: str, value: str) -> Invalid:
        return Invalid(f"{name}: takes {self.takes[name]}; not {value!r}.", field=name)


def unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
