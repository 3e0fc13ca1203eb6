"""The text that says which pictures of a version are meant."""

from __future__ import annotations

import pytest

from safelight.domain.assetquery import AssetQuery, read_query
from safelight.domain.dataquery import Range
from safelight.errors import Invalid

CASES = {
    "": AssetQuery(),
    'north "two words"': AssetQuery(words=("north", "two words")),
    'label:apple label:"red pear" -label:plum': AssetQuery(
        labels=("apple", "red pear"), without_labels=("plum",)
    ),
    "is:annotated": AssetQuery(is_annotated=True),
    "-is:annotated": AssetQuery(is_annotated=False),
    "shapes:1..3 width:>=640 height:<10": AssetQuery(
        shapes=Range(1, 3), width=Range(low=640), height=Range(high=9)
    ),
    "tag:street -tag:x -1": AssetQuery(tags=("street",), words=("-tag:x", "-1")),
}


@pytest.mark.parametrize(("text", "query"), CASES.items())
def test_it_is_read(text: str, query: AssetQuery) -> None:
    assert read_query(text) == query


@pytest.mark.parametrize(
    "text", ["shapes:many", "is:empty", "shapes:3..1", "shapes:1 shapes:2", "plum:1", "label:"]
)
def test_what_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_query(text)
