"""XML without DTDs, whatever encoding hides one; the quick parser gives what the careful one does."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.errors import Invalid
from safelight.formats.xml_stream import Element, quickly, records

GOOD = "<a><b>one</b><c x='1'/><b>t\u00e9<d>in</d></b></a>"
DTD = '<!DOCTYPE a [<!ENTITY x "swells">]><a>&x;</a>'


def plain(element: Element) -> Any:
    children: list[Any] = [(tag, plain(one)) for tag in "abcd" for one in element.findall(tag)]
    return (element.text or "", children)


def carefully(content: bytes) -> Element:
    [root] = records(io.BytesIO(content), "a")
    return root


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        f"<?xml version='1.0'?>\n{GOOD}".encode(),
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{GOOD}'.encode(),
        f"<?xml version='1.0' encoding='iso-8859-1'?>{GOOD}".encode("latin-1"),
        f"<!-- about --><?pi?>{GOOD}".encode(),
    ],
)
def test_plain_files_are_read_quickly_as_they_are_with_care(content: bytes) -> None:
    quick = quickly(content, "a")
    assert quick is not None
    assert plain(quick)[1] == plain(carefully(content))[1]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp037", "iso-8859-1"]
)
@pytest.mark.parametrize("declared", [False, True])
def test_a_dtd_is_found_in_every_encoding(encoding: str, declared: bool) -> None:
    text = f"<?xml version='1.0' encoding='{encoding}'?>{DTD}" if declared else DTD
    content = text.encode(encoding)
    assert quickly(content, "a") is None
    with pytest.raises(Invalid, match=r"DTD|not XML"):
        carefully(content)


def test_a_dtd_in_a_code_page_behind_an_ascii_declaration_is_found() -> None:
    declaration = b"<?xml version='1.0' encoding='cp037'?>"
    content = declaration + DTD.encode("cp037")
    assert quickly(content, "a") is None
    with pytest.raises(Invalid):
        carefully(content)


@pytest.mark.parametrize(
    "content", [b"", b"<a>", b"<b/>", b"<a/><a/>", b"<a>&x;</a>", b"<a>\0</a>"]
)
def test_what_is_broken_or_another_element_is_left_to_the_careful_one(content: bytes) -> None:
    assert quickly(content, "a") is None


@given(st.text("<>/ab='\"&;! \n\u00e9", max_size=60))
def test_both_refuse_the_same(text: str) -> None:
    content = f"<a>{text}</a>".encode()
    quick = quickly(content, "a")
    try:
        careful: Element | None = carefully(content)
    except Invalid:
        careful = None
    assert (quick is None) == (careful is None)
    if quick is not None and careful is not None:
        assert plain(quick)[1] == plain(careful)[1]


def test_pieces_of_a_record_are_as_they_stand_there() -> None:
    [record] = records(io.BytesIO(b"<x><a><b/>\n<c y='/>'>t</c ><d></d>\n</a></x>"), "a")
    assert record.raw == b"<a><b/>\n<c y='/>'>t</c ><d></d>\n</a>"
    assert [record.piece(one) for one in record.children] == [
        b"<b/>",
        b"<c y='/>'>t</c >",
        b"<d></d>",
    ]
