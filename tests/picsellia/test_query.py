from __future__ import annotations

import pytest

from safelight.errors import Invalid
from safelight.picsellia.query import Tagged, parse


def names(*groups: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(group.split()) for group in groups)


@pytest.mark.parametrize(
    ("text", "tagged"),
    [
        (None, Tagged()),
        (" ", Tagged()),
        ('tags.name in ("a","b")', Tagged(names("a b"))),
        ('tags.name = "a" and tags.name = "b"', Tagged(names("a", "b"))),
        ('data.tags.name in ("a")', Tagged((), names("a"))),
        ('tags.name = "a" and data.tags.name in ("b", "c")', Tagged(names("a"), names("b c"))),
        ('tags.name = "red and green"', Tagged((frozenset({"red and green"}),))),
    ],
)
def test_filters_by_tag_are_read_as_the_client_writes_them(
    text: str | None, tagged: Tagged
) -> None:
    assert parse(text) == tagged


@pytest.mark.parametrize(
    "text", ["size > 3", 'tags.name = "a" or tags.name = "b"', "tags.name in ()", 'x and "a"']
)
def test_a_query_that_is_not_understood_is_refused_and_not_ignored(text: str) -> None:
    with pytest.raises(Invalid):
        parse(text)
