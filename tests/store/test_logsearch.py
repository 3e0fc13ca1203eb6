"""The search of logs: its short cuts find what looking at every line finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.store import logsearch
from safelight.store.logsearch import Pattern, Search

STAMP = b"2026-11-23T01:02:03.123456Z"


def log_of(texts: list[str], stream: str = "stdout") -> bytes:
    return b"".join(f"{STAMP.decode()} {stream} F {text}\n".encode() for text in texts)


def search(log: bytes, pattern: str, **given: object) -> list[int]:
    """The numbers of the lines that match, from 0."""
    asked: dict[str, object] = {"stream": "", "limit": 1000, "seconds": 60.0, **given}
    found = Search(Pattern(pattern), **asked)  # type: ignore[arg-type]
    found.run(log, 0, len(log))
    return [log.count(b"\n", 0, offset) for offset, _ in found.hits]


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("error", {"error"}),
        ("err(or)s", {"err"}),
        (r"\d+ epochs? done", {" epoch"}),
        ("(?i)Error|Fatal", {"error", "fatal"}),
        ("(timeout|refused) after", {"timeout", "refused"}),
        ("(?:abc){2,}d?", {"abc"}),
        ("abc*", {"ab"}),
        (r"^\[(\d+)/(\d+)\]$", None),
        ("a|b+", None),
        ("(?i:quiet) loud", {" loud"}),
        ("", None),
    ],
)
def test_what_every_match_of_an_expression_holds(pattern: str, texts: set[str] | None) -> None:
    found = Pattern(pattern)._texts
    assert (None if found is None else {text.decode() for text in found}) == texts


_text = st.text("abAB kK\u212a1.", max_size=8)
_patterns = st.sampled_from(
    [
        "ab", "(?i)ab", "(?i)k", "(?i)abk", "a+b", "ab|ba", "(ab)+ ?k", "^ab", "ab$", "a{2}b", "(?:ab)?k", "[ab]k",
        "a.b", r"\s[ab]", "[^b]1", r"\W+k", r"\d\.", r"\Bb", r"b\Z", "[ab]$", "1*", r"(?i)[k]", "a.?.?.?.?.?1", r"\bab", "(?=ab)a", "(a|b)k1", "stdout", "2026", "(?i)STD", "ab{0}k", "(?<!a)bk", "aa??b",
    ]
)  # fmt: skip


@given(texts=st.lists(_text, max_size=12), pattern=_patterns, block=st.integers(80, 400))
def test_each_line_that_matches_is_found_and_no_other(
    texts: list[str], pattern: str, block: int
) -> None:
    log = log_of(texts)
    expected = [n for n, text in enumerate(texts) if re.search(pattern, text)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logsearch, "BLOCK", block)
        assert search(log, pattern) == expected
        assert search(log, pattern, backward=True) == expected
        assert search(log, pattern, backward=True, limit=2) == expected[-2:]
        assert search(log, pattern, limit=2) == expected[:2]


def test_a_search_that_runs_out_of_time_says_where_to_go_on() -> None:
    log = log_of(["one", "two"])
    found = Search(Pattern("one"), stream="", limit=9, seconds=-1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logsearch, "BLOCK", 45)
        found.run(log, 0, len(log))
    assert [record.endswith(b"one") for _, record in found.hits] == [True]
    assert found.stopped_at == len(log) // 2


def test_only_the_stream_that_is_asked_for_is_searched() -> None:
    log = log_of(["a stderr "]) + log_of(["a"], "stderr")
    assert search(log, "a", stream="stderr") == [1]
