from __future__ import annotations

import io
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.errors import Invalid
from safelight.formats import json_stream
from safelight.formats.json_stream import pieces


class Record(msgspec.Struct):
    id: int
    note: msgspec.Raw = msgspec.Raw(b"null")


DECODERS = {"records": msgspec.json.Decoder(list[Record])}
ALONE = msgspec.json.Decoder(Record)


def read(text: bytes, chunk_bytes: int = 64) -> list[tuple[int, object]]:
    """All records of the list `records`, however they were handed out."""
    found: list[tuple[int, object]] = []
    for piece in pieces(io.BytesIO(text), DECODERS, chunk_bytes):
        records = piece.records + [ALONE.decode(element.text) for element in piece.elements]
        found += [(record.id, json.loads(bytes(record.note))) for record in records]
    return found


def reason(text: bytes, chunk_bytes: int = 64) -> str:
    with pytest.raises(Invalid) as caught:
        read(text, chunk_bytes)
    return caught.value.message


notes = st.recursive(
    st.none() | st.integers() | st.text('x"\\{}[], é🍎', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("a}{", max_size=2), inner),
    max_leaves=6,
)
objects = st.fixed_dictionaries(
    {
        "info": notes,
        "records": st.lists(
            st.builds(lambda number, note: {"id": number, "note": note}, st.integers(0, 99), notes)
        ),
        "licenses": notes,
    }
)


@given(
    content=objects,
    order=st.permutations(["info", "records", "licenses"]),
    indent=st.sampled_from([None, 0, 2]),
    ascii=st.booleans(),
    chunk_bytes=st.integers(1, 200),
)
def test_every_json_object_reads_as_json_reads_it_at_any_chunk_size(
    content: dict[str, object], order: list[str], indent: int | None, ascii: bool, chunk_bytes: int
) -> None:
    text = json.dumps({key: content[key] for key in order}, indent=indent, ensure_ascii=ascii)
    listed = content["records"]
    assert isinstance(listed, list)
    assert read(text.encode(), chunk_bytes) == [(one["id"], one["note"]) for one in listed]


@given(content=objects, cut=st.integers(1, 30), chunk_bytes=st.integers(1, 100))
def test_a_file_cut_short_anywhere_is_truncated(
    content: dict[str, object], cut: int, chunk_bytes: int
) -> None:
    text = json.dumps(content).encode()
    shorter = text[: max(1, len(text) - cut)]
    assert reason(shorter, chunk_bytes) == f"The file is truncated: it ends at byte {len(shorter)}."


def test_byte_order_mark_and_white_space_are_stepped_over() -> None:
    assert read(b'\xef\xbb\xbf \n{ "records" : [ {"id": 1} , {"id": 2} ] } \n') == [
        (1, None),
        (2, None),
    ]


def test_a_cut_inside_a_string_or_a_nested_list_is_not_taken_for_a_boundary() -> None:
    note = ["},{", [{"a": 1}, {"b": 2}]]
    text = json.dumps({"records": [{"id": id, "note": note} for id in range(20)]}).encode()
    for chunk_bytes in range(1, 120):
        assert read(text, chunk_bytes) == [(id, note) for id in range(20)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "The file is empty."),
        (b"   ", "The file is truncated: it ends at byte 3."),
        (b"[]", "The file is not JSON at byte 0: expected {."),
        (b"hello", "The file is not JSON at byte 0: expected {."),
        (
            b'{"records": [{"id": 1},, {"id": 2}]}',
            "The file is not JSON at byte 23: expected an element of the list.",
        ),
        (
            b'{"records": [{"id": 1} {"id": 2}]}',
            "The file is not JSON at byte 23: expected , or ].",
        ),
        (
            b'{"records": [{"id": 1},]}',
            "The file is not JSON at byte 23: expected an element of the list.",
        ),
        (b'{"records": [{"id": 01}]}', "The file is not JSON at byte 21: invalid number."),
        (b'{"records": {}}', "The value of 'records' at byte 12 is not a list."),
        (b'{"records": [], "records": []}', "The key 'records' appears twice, again at byte 27."),
        (
            b'{"records": []} x',
            "The file is not JSON at byte 16: something follows the end of the object.",
        ),
        (b"{records: []}", "The file is not JSON at byte 1: expected a key."),
        (b'{"info": nope}', "The file is not JSON at byte 10: invalid character."),
        (b'{"a": ' + b"[" * 100_000, "The file is not JSON at byte 7: nested too deeply."),
        (b"\xff\xfe{\x00}\x00", "The file is not JSON at byte 0: expected {."),
    ],
)
def test_what_is_not_json_is_named_with_its_byte(text: bytes, message: str) -> None:
    assert reason(text) == message
    assert reason(text, 4096) == message


def test_a_record_with_nan_is_handed_out_alone_and_the_rest_goes_on() -> None:
    text = b'{"records": [{"id": 1}, {"id": 2, "note": [NaN, -Infinity]}, {"id": 3}]}'
    for chunk_bytes in (1, 7, 1000):
        elements = [
            element
            for piece in pieces(io.BytesIO(text), DECODERS, chunk_bytes)
            for element in piece.elements
        ]
        bad = next(element for element in elements if b"NaN" in element.text)
        assert (bad.offset, bad.text) == (24, b'{"id": 2, "note": [NaN, -Infinity]}')


def test_a_record_beyond_the_limit_is_refused_before_it_fills_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(json_stream, "RECORD_LIMIT", 1000)
    text = b'{"records": [{"id": 1, "note": "' + b"x" * 5000 + b'"}]}'
    assert reason(text, 100) == "The record at byte 13 is larger than 0 MiB."
