"""The language of search boxes, whatever they search: `status:failure "two words" tiles` taken apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from safelight.errors import Invalid

_T = TypeVar("_T")
_WORD = re.compile(r'(\w+):("[^"]*"|\S*)|"[^"]*"|\S+', re.ASCII)


@dataclass(frozen=True, slots=True)
class Given:
    """One filter as it was typed, `name:value`; the name in small letters, the value without quotes."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Language:
    """`takes`: of each filter that there is, its values in people's words."""

    takes: Mapping[str, str]

    def read(self, text: str) -> tuple[list[Given], list[str]]:
        """The filters of a text, and the words to search for as they were typed, in quotes or not.

        Raises Invalid for a filter that there is not, and for one without a value.
        """
        given, words = [], []
        for found in _WORD.finditer(text):
            if found[1] is None:
                words.append(found[0])
            else:
                given.append(self._given(found[1].lower(), unquoted(found[2]), found[0]))
        return given, words

    def _given(self, name: str, value: str, word: str) -> Given:
        if name not in self.takes:
            raise Invalid(
                f"There is no filter {name!r}; there are {', '.join(self.takes)}. "
                f'Words with a colon are searched for in quotes: "{word}".',
                field="q",
            )
        if not value or '"' in value:
            raise self.refused(name, value)
        return Given(name, value)

    def known(self, name: str, word: str, found: _T | None) -> _T:
        """What a value was found to mean. Raises Invalid if that is nothing."""
        if found is None:
            raise self.refused(name, word)
        return found

    def refused(self, name: str, value: str) -> Invalid:
        return Invalid(f"{name}: takes {self.takes[name]}; not {value!r}.", field=name)


def unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
