"""Zips written in one go read back with the standard library and our own trees."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.formats import zip_stream
from safelight.formats.tree import open_tree
from safelight.formats.zip_stream import ZipStream

names = st.text("ab\u00e9\U0001f34e./", min_size=1, max_size=8)


class OnlyWritten:
    """A stream that cannot go back."""

    def __init__(self) -> None:
        self.content = bytearray()

    def write(self, content: bytes, /) -> int:
        self.content += content
        return len(content)


@given(st.dictionaries(names, st.binary(max_size=300)), st.booleans())
def test_every_file_reads_back(files: dict[str, bytes], is_copied: bool) -> None:
    out = OnlyWritten()
    with ZipStream(out) as archive:
        for name, content in files.items():
            if is_copied:
                archive.copy(name, io.BytesIO(content))
            else:
                archive.add(name, content)
    with zipfile.ZipFile(io.BytesIO(bytes(out.content))) as found:
        assert found.testzip() is None
        assert {name: found.read(name) for name in found.namelist()} == files


def test_more_files_than_the_first_zips_could_hold(tmp_path: Path) -> None:
    out = io.BytesIO()
    with ZipStream(out, tmp_path) as archive:
        for number in range(70_000):
            archive.add(f"{number}.txt", b"%d" % number)
    with open_tree(out, "a.zip") as tree:
        assert len(tree.sizes) == 70_000
        assert tree.read("69999.txt", 9) == b"69999"
    assert list(tmp_path.iterdir()) == []


def test_files_that_begin_far_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if four bytes could count to 1000 only: the same code runs from 4 GiB on."""
    monkeypatch.setattr(zip_stream, "_MOST", 1000)
    out = io.BytesIO()
    with ZipStream(out) as archive:
        for number in range(3):
            archive.copy(f"{number}.bin", io.BytesIO(bytes([number]) * 700))
    content = out.getvalue()
    assert content.count(b"PK\6\6") == 1
    # Readers look for the sign of a far place, which is four bytes of ones.
    far = (1000).to_bytes(4, "little")
    at = content.index(b"PK\1\2")
    content = content[:at] + content[at:].replace(far, b"\xff" * 4)
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        assert found.read("2.bin") == b"\2" * 700


def test_a_stream_left_with_an_error_has_no_end() -> None:
    out = io.BytesIO()
    with pytest.raises(RuntimeError), ZipStream(out) as archive:
        archive.add("a.txt", b"x")
        raise RuntimeError
    assert b"PK\5\6" not in out.getvalue()
