"""The text of a datalake's search box: what it means, and what it refuses."""

from __future__ import annotations

import pytest

from safelight.domain.dataquery import DataQuery, Range, read_query
from safelight.domain.datasets import DataType
from safelight.errors import Invalid

CASES = [
    ("", DataQuery()),
    ('north "two words" "a:b"', DataQuery(words=("north", "two words", "a:b"))),
    ('tag:street Tag:"at night"', DataQuery(tags=("street", "at night"))),
    ("name:cam_1", DataQuery(words=("cam_1",))),
    ("type:video", DataQuery(type=DataType.VIDEO)),
    ("width:1920", DataQuery(width=Range(1920, 1920))),
    (
        "width:>=100 height:<50",
        DataQuery(width=Range(low=100), height=Range(high=49)),
    ),
    ("width:640..1920", DataQuery(width=Range(640, 1920))),
    ("size:>1.5MB", DataQuery(size=Range(low=1_500_001))),
    ("size:1kib..2KB", DataQuery(size=Range(1024, 2000))),
    ("user:me after:7d", DataQuery(user="me", uploaded_after="7d")),
    (
        'metadata:camera=north metadata:"place=old town"',
        DataQuery(metadata=(("camera", "north"), ("place", "old town"))),
    ),
    ("metadata:empty=", DataQuery(metadata=(("empty", ""),))),
    ("picture:no", DataQuery(has_picture=False)),
]


@pytest.mark.parametrize(("text", "meant"), CASES)
def test_a_text_means_a_query(text: str, meant: DataQuery) -> None:
    assert read_query(text) == meant


REFUSED = [
    ("colour:red", "There is no filter 'colour'; there are tag, name", "q"),
    ("tag:", "tag: takes the name of a tag", "tag"),
    ("type:sound", "type: takes image, video", "type"),
    ("width:wide", "width: takes pixels", "width"),
    ("width:10kB", "width: takes pixels", "width"),
    ("width:1.5", "width: takes pixels", "width"),
    ("width:9..3", "width: takes pixels", "width"),
    ("size:..", "size: takes bytes", "size"),
    ("size:999999999999999999GB", "size: takes bytes", "size"),
    ("metadata:camera", "metadata: takes key=value", "metadata"),
    ("metadata:=x", "metadata: takes key=value", "metadata"),
    ("picture:maybe", "picture: takes yes or no", "picture"),
    ("width:1 width:2", "width is given twice", "width"),
]


@pytest.mark.parametrize(("text", "words", "field"), REFUSED)
def test_a_text_that_means_nothing_says_what_would(text: str, words: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_query(text)
    assert words in refused.value.message
    assert refused.value.facts["field"] == field
