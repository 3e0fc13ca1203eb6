"""The record function: its law, its rules for `\\r`, long lines, sections and the quota."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.domain.logs import (
    LINE_LIMIT,
    MAX_SECTIONS,
    NOTHING_SECRET,
    Closed,
    Opened,
    State,
    append,
    finish,
    parse,
    stamp,
    text_of,
)
from safelight.domain.masking import Mask

AT = 1_795_395_723_123_456


def recorded(
    chunks: list[tuple[str, bytes]],
    *,
    quota: int = 1 << 40,
    ends: bool = True,
    mask: Mask = NOTHING_SECRET,
) -> tuple[list[bytes], list[Opened | Closed], State]:
    """Records and sections of these chunks; the state goes through JSON between all of them."""
    state = State()
    records, sections = b"", list[Opened | Closed]()
    for stream, data in chunks:
        added = append(state, stream, data, AT, quota=quota, mask=mask)
        records += added.records
        sections += added.sections
        state = State.from_json(json.loads(json.dumps(state.to_json())))
    if ends:
        added = finish(state, AT, quota=quota, mask=mask)
        records += added.records
        sections += added.sections
    assert len(records) == state.size
    assert records.count(b"\n") == state.lines
    return records.split(b"\n")[:-1], sections, state


def texts(data: bytes) -> list[str]:
    return [parse(record).text for record in recorded([("stdout", data)])[0]]


def test_a_line_is_a_record_of_the_cri_text_form() -> None:
    records, _, _ = recorded([("stdout", b"hello\n"), ("stderr", b"oh\n"), ("setup", b"ok\n")])
    assert records == [
        b"2026-11-23T01:02:03.123456Z stdout F hello",
        b"2026-11-23T01:02:03.123456Z stderr F oh",
        b"2026-11-23T01:02:03.123456Z setup F ok",
    ]


def test_a_stamp_has_always_the_same_length() -> None:
    assert stamp(0) == "1970-01-01T00:00:00.000000Z"
    assert stamp(AT) == "2026-11-23T01:02:03.123456Z"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"a\n\nb", ["a", "", "b"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b" 10%\r 20%\r100%\n", ["100%"]),
        (b"abc\r\r\n", ["abc"]),
        (b"\rabc\n", ["abc"]),
        (b"abc\r", ["abc"]),
        (b"long text\rab\n", ["ab"]),
        (b"\x1b[31mred\x1b[0m\n", ["\x1b[31mred\x1b[0m"]),
        (b"caf\xe9\n", ["caf\ufffd"]),
        ("naïve\n".encode(), ["naïve"]),
        (b"a\x00b\x0bc\x85\n", ["a\x00b\x0bc\ufffd"]),
        (b"-----\ntext\n", ["-----", "text"]),
        (b"-----\n-----\n", ["-----", "-----"]),
        (b"-----\n 45%|##  | 9/20 [00:01<00:02]\n", [" 45%|##  | 9/20 [00:01<00:02]"]),
        (b"--12--\n--12--\n---3---\n--*--\n--ec-- 1\n", []),
        (b"-- 12 --\n--help\n(1) one\n:: two\n", ["-- 12 --", "--help", "(1) one", ":: two"]),
    ],
)
def test_what_is_recorded(data: bytes, expected: list[str]) -> None:
    assert texts(data) == expected


def test_the_open_line_is_live_state_and_no_record() -> None:
    records, _, state = recorded([("stdout", b"done\n 10%\r 2"), ("stdout", b"0%")], ends=False)
    assert len(records) == 1
    assert state.open_lines == {"stdout": " 20%"}


def test_a_line_that_is_too_long_becomes_pieces_of_whole_characters() -> None:
    data = ("é" * LINE_LIMIT + "\n").encode()
    records, _, _ = recorded([("stdout", b"x" + data)])
    assert [parse(record).is_partial for record in records] == [True, True, False]
    assert text_of(records, "stdout").encode() == b"x" + data


# --- the law --------------------------------------------------------------------------------------

_words = st.sampled_from(
    [
        b"\n", b"\r", b"\r\n", b"a", b"word ", "é漢🙂".encode(), b"\xff\xfe", b"\x1b[1m", b"--#--Part\n",
        b"-----\n", b"--3--\n", b"::group::G\n", b"::endgroup::\n", b"(1/2) Starting step x (id):\n",
        b"50%|## | 1/2 [0<1]\n", b"z" * 9000, "漢".encode() * 3000, b"y" * LINE_LIMIT, b"-----",
    ]
)  # fmt: skip
_data = st.lists(_words, max_size=25).map(b"".join)


def _cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


@given(data=_data, places=st.lists(st.integers(min_value=0), max_size=12))
def test_any_cutting_of_the_bytes_gives_the_same_records(data: bytes, places: list[int]) -> None:
    whole = recorded([("stdout", data)])
    cut = recorded([("stdout", part) for part in _cut(data, places)])
    assert cut[0] == whole[0]
    assert cut[1] == whole[1]


_SECRETS = Mask(["word a", "a\nword", "\n--3--\n", "Part", "aa", "z" * 9000, "漢🙂é漢"])


@given(data=_data, places=st.lists(st.integers(min_value=0), max_size=12))
def test_any_cutting_hides_the_same_secrets(data: bytes, places: list[int]) -> None:
    whole = recorded([("stdout", data)], mask=_SECRETS)
    cut = recorded([("stdout", part) for part in _cut(data, places)], mask=_SECRETS)
    assert cut[:2] == whole[:2]
    assert whole[0] == recorded([("stdout", _SECRETS.whole(data))])[0]
    shown = b"\n".join(whole[0])
    assert b"word a" not in shown
    assert not any(isinstance(each, Opened) and "Part" in each.name for each in whole[1])


@given(
    data=_data, places=st.lists(st.integers(min_value=0), max_size=6), quota=st.integers(0, 9000)
)
def test_the_quota_cuts_at_the_same_record(data: bytes, places: list[int], quota: int) -> None:
    whole = recorded([("stdout", data)], quota=quota)
    assert recorded([("stdout", part) for part in _cut(data, places)], quota=quota)[0] == whole[0]


@given(out=_data, err=_data, order=st.lists(st.booleans(), max_size=10))
def test_streams_do_not_disturb_each_other(out: bytes, err: bytes, order: list[bool]) -> None:
    waiting = {"stdout": _cut(out, [3, 50]), "stderr": _cut(err, [1, 999])}
    chunks = []
    for first in order:
        stream = "stdout" if first else "stderr"
        if waiting[stream]:
            chunks.append((stream, waiting[stream].pop(0)))
    for stream, parts in waiting.items():
        chunks += [(stream, part) for part in parts]
    mixed, _, _ = recorded(chunks)
    for stream, data in (("stdout", out), ("stderr", err)):
        assert text_of(mixed, stream) == text_of(recorded([(stream, data)])[0], stream)


_plain = st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), max_size=40).filter(
    lambda line: not line.startswith(("--", "::", "("))
)


@given(lines=st.lists(_plain, max_size=30))
def test_plain_text_comes_back_exactly(lines: list[str]) -> None:
    text = "".join(line + "\n" for line in lines)
    assert text_of(recorded([("stderr", text.encode())])[0], "stderr") == text


def test_the_beginning_of_a_secret_is_not_shown_before_it_is_known_to_be_none() -> None:
    mask = Mask(["hunter2"])
    _, _, state = recorded([("stdout", b"key hunt")], ends=False, mask=mask)
    assert state.open_lines == {"stdout": "key "}
    _, _, state = recorded([("stdout", b"key hunt"), ("stdout", b"ing")], ends=False, mask=mask)
    assert state.open_lines == {"stdout": "key hunting"}
    assert "hunt" not in repr(recorded([("stdout", b"key hunt")], ends=False, mask=mask)[2])


# --- sections -------------------------------------------------------------------------------------


def names(sections: list[Opened | Closed]) -> list[object]:
    return [
        (each.name, each.line) if isinstance(each, Opened) else (each.number, each.end_line)
        for each in sections
    ]


def test_chapters_follow_each_other_and_their_lines_are_no_text() -> None:
    records, sections, _ = recorded(
        [("stdout", b"before\n--#--Load\none\ntwo\n--#--\x1b[1mTrain\x1b[0m\nthree\n")]
    )
    assert [parse(record).text for record in records] == ["before", "one", "two", "three"]
    assert names(sections) == [("Load", 2), (1, 4), ("Train", 4), (2, 5)]


def test_a_group_lies_within_its_chapter() -> None:
    _, sections, _ = recorded(
        [("setup", b"::group::Set up\na\n::endgroup::\n"), ("stdout", b"--#--A\n::group::G\nb\n")]
    )
    assert names(sections) == [("Set up", 1), (1, 2), ("A", 2), ("G", 2), (3, 3), (2, 3)]


def test_a_step_of_cv_engine_is_a_section_and_stays_text() -> None:
    line = b"(1/2) Starting step load_data (3f0c):\n"
    records, sections, _ = recorded([("stdout", line + b"x\n")])
    assert names(sections) == [("load_data", 1), (1, 3)]
    assert parse(records[0]).text == line.decode().strip()


def test_marks_beyond_the_greatest_number_of_sections_are_text() -> None:
    records, sections, _ = recorded([("stdout", b"--#--again\n" * (MAX_SECTIONS + 2))])
    assert sum(isinstance(each, Opened) for each in sections) == MAX_SECTIONS
    assert len(records) == 2


def test_what_is_beyond_the_quota_is_marked_once() -> None:
    records, _, state = recorded([("stdout", b"0123456789\n" * 20)] * 3, quota=500)
    assert state.is_cut
    assert "limit of 500 bytes" in parse(records[-1]).text
    assert sum(b"limit" in record for record in records) == 1
    assert len(b"\n".join(records[:-1])) <= 500
    assert state.streams["stdout"].offset == 660
