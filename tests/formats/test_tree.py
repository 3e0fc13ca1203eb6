"""What is uploaded, as members by name: nothing leads out, nothing swells, nothing is passed over in silence."""

from __future__ import annotations

import io
import os
import stat
import struct
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.errors import Invalid
from safelight.formats.member_rules import Limits
from safelight.formats.rejects import BadRecord
from safelight.formats.tree import FolderTree, Refused, Tree, open_tree

SMALL = Limits(members=5, bytes=10_000, ratio=10, small=1000, directory=5000)


def packed(
    *members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def refusals(content: bytes, limits: Limits = SMALL) -> list[Refused]:
    with open_tree(io.BytesIO(content), "a.zip", limits) as tree:
        return tree.refused


def linked(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def of_zip(members: dict[str, bytes], _folder: Path) -> Tree:
    return open_tree(io.BytesIO(packed(*members.items())), "a.zip").__enter__()


def of_stored_zip(members: dict[str, bytes], _folder: Path) -> Tree:
    content = packed(*members.items(), method=zipfile.ZIP_STORED)
    return open_tree(io.BytesIO(content), "a.zip").__enter__()


def of_folder(members: dict[str, bytes], folder: Path) -> Tree:
    for name, content in members.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return FolderTree(folder)


@pytest.mark.parametrize("made", [of_zip, of_stored_zip, of_folder])
def test_every_form_of_tree_gives_the_same_members(
    made: Callable[[dict[str, bytes], Path], Tree], tmp_path: Path
) -> None:
    members = {
        "a.txt": b"",
        "b/c.txt": b"two" * 1000,
        "b/d/\u00e9\u202f.txt": b"x",
        ".git/a": b"",
        "b/.b": b"y",
    }
    tree = made(members, tmp_path)
    assert {name: tree.read(name, 9000) for name in tree.sizes} == {
        name: content for name, content in members.items() if "/." not in f"/{name}"
    }
    assert dict(tree.sizes)["b/c.txt"] == 3000
    with tree.open("b/c.txt") as file:
        file.seek(2998)
        assert file.read() == b"wo"
        file.seek(0)
        assert file.read(2) == b"tw"
    assert tree.named(".TXT".lower()) == list(tree.sizes)
    assert tree.refused == []


def test_a_single_file_is_a_tree_of_one_member() -> None:
    with open_tree(io.BytesIO(b"{}"), "a.json") as tree:
        assert dict(tree.sizes) == {"a.json": 2}
        for _ in range(2):
            with tree.open("a.json") as file:
                assert file.read() == b"{}"
        assert tree.read("a.json", 2) == b"{}"


def test_more_than_was_asked_for_is_not_read() -> None:
    with open_tree(io.BytesIO(b"123"), "a.txt") as tree, pytest.raises(BadRecord) as bad:
        tree.read("a.txt", 2)
    assert str(bad.value) == "the file has 3 bytes; at most 2 are read"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../a.txt", "its name leads out of the folder (..)"),
        ("b/../../a.txt", "its name leads out of the folder (..)"),
        ("b/..", "its name leads out of the folder (..)"),
        ("/etc/passwd", "its name is absolute"),
        ("C:/a.txt", "its name is absolute"),
        ("b\\a.txt", "its name has a backslash; folders are divided by /"),
        ("a\nb.txt", "its name has characters that no name may have"),
        ("b/" * 33 + "a.txt", "its name has more than 1,024 bytes or 32 folders"),
        ("a" * 1025, "its name has more than 1,024 bytes or 32 folders"),
        ("b/inner.zip", "it is an archive inside; unpack it, or pack its files"),
        ("inner.TAR.GZ", "it is an archive inside; unpack it, or pack its files"),
    ],
)
def test_a_name_that_is_a_trick_is_refused_by_name(name: str, reason: str) -> None:
    shown = name.replace("\n", "\\n")
    assert refusals(packed((name, b"x"), ("good.txt", b"y"))) == [Refused(shown, reason)]


def test_a_name_with_nul_is_refused_and_not_cut() -> None:
    content = packed(("a.txtXb", b"x")).replace(b"a.txtXb", b"a.txt\0b")
    assert refusals(content) == [
        Refused("a.txt\\x00b", "its name has characters that no name may have")
    ]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_appear_twice_are_refused_also_by_case() -> None:
    content = packed(("a.txt", b"1"), ("./a.txt", b"2"), ("A.TXT", b"3"), ("b/a.txt", b"4"))
    assert refusals(content) == [
        Refused("./a.txt", "its name appears twice"),
        Refused("A.TXT", "its name differs from a.txt only by case"),
    ]


def test_links_and_what_is_no_file_are_refused() -> None:
    device = zipfile.ZipInfo("device")
    device.external_attr = (stat.S_IFCHR | 0o777) << 16
    assert refusals(packed((linked("link"), b"/etc/passwd"), (device, b""))) == [
        Refused("link", "it is a link"),
        Refused("device", "it is no file"),
    ]


def test_links_and_pipes_in_a_folder_are_refused_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.txt").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "real" / "a.txt")
    (tmp_path / "folder").symlink_to(tmp_path / "real")
    os.mkfifo(tmp_path / "pipe")
    tree = FolderTree(tmp_path)
    assert list(tree.sizes) == ["real/a.txt"]
    assert tree.refused == [
        Refused("folder", "it is a link"),
        Refused("link", "it is a link"),
        Refused("pipe", "it is no file"),
    ]


@pytest.mark.parametrize("put", [Path.symlink_to, lambda path, _other: os.mkfifo(path)])
def test_a_file_that_becomes_a_link_or_a_pipe_is_not_read(
    put: Callable[[Path, Path], None], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_bytes(b"x")
    (tmp_path / "secret").write_bytes(b"secret")
    tree = FolderTree(tmp_path)
    (tmp_path / "a.txt").unlink()
    put(tmp_path / "a.txt", tmp_path / "secret")
    with pytest.raises(BadRecord, match="cannot be read"):
        tree.read("a.txt", 100)
    with pytest.raises(Invalid, match=r"a\.txt"), tree.open("a.txt"):
        pass


def test_errors_of_who_reads_a_member_stay_what_they_are() -> None:
    with open_tree(io.BytesIO(packed(("a.txt", b"x"))), "a.zip") as tree:
        for error in (OSError("disk full"), ValueError("a mistake")):
            with pytest.raises(type(error), match=str(error)), tree.open("a.txt"):
                raise error


def test_encrypted_members_are_refused() -> None:
    content = bytearray(packed(("a.txt", b"x")))
    at = content.index(b"PK\1\2")
    content[at + 8] |= 1
    assert refusals(bytes(content)) == [Refused("a.txt", "it is encrypted")]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_packings_are_refused(method: int) -> None:
    [refused] = refusals(packed(("a.txt", b"x"), method=method))
    assert refused.reason == f"it is packed by method {method}; only Deflate is read"


def test_a_member_that_swells_is_refused_and_counted_by_nobody() -> None:
    swelling = packed(("bomb.txt", bytes(9000)), ("good.txt", os.urandom(2000)))
    assert refusals(swelling) == [
        Refused("bomb.txt", "it would unpack to more than 10 times its size")
    ]


def test_a_tree_that_swells_or_overlaps_is_refused_as_a_whole() -> None:
    many = packed(*((f"{number}.txt", bytes(1000)) for number in range(5)))
    with pytest.raises(Invalid, match=r"a.zip is not read: it would unpack to 5,000 bytes\."):
        refusals(many, Limits(ratio=1, small=1000))
    with pytest.raises(Invalid, match=r"There are too many files in it\."):
        refusals(many, Limits(directory=100))
    with pytest.raises(Invalid, match=r"There are more than 4 files in it\."):
        refusals(many, Limits(members=4))
    noise = os.urandom(1500)
    content = packed(("a.txt", noise), ("b.txt", noise))
    first, second = (content.index(b"PK\1\2"), content.rindex(b"PK\1\2"))
    entry = bytearray(content[first:second])
    entry[46:47] = b"b"
    both = content[: content.rindex(b"PK\3\4")] + content[first:second] + bytes(entry)
    end = struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, 2, 2, 2 * len(entry), content.rindex(b"PK\3\4"), 0
    )
    with pytest.raises(Invalid, match=r"its files overlap"):
        refusals(both + end, Limits())


def test_a_directory_that_only_a_second_end_names_is_measured_too() -> None:
    content = packed(*((f"{number}.txt", b"") for number in range(20)))
    at = content.index(b"PK\1\2")
    length = content.index(b"PK\5\6") - at
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 20, 20, length, at)
    place = struct.pack("<4sLQL", b"PK\6\7", 0, at + length, 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 20, 20, 46, at, 0)
    doubled = content[: at + length] + end64 + place + end
    with open_tree(io.BytesIO(doubled), "a.zip") as tree:
        assert len(tree.sizes) == 20
    with pytest.raises(Invalid, match=r"There are too many files in it\."):
        refusals(doubled, Limits(directory=500))


def test_a_member_that_grew_by_packing_is_refused() -> None:
    content = packed(("a.txt", b"x"))
    at = content.index(b"PK\1\2")
    grown = content[: at + 20] + struct.pack("<L", 5000) + content[at + 24 :]
    assert refusals(grown) == [Refused("a.txt", "it is packed to more than its size")]


def test_real_size_and_content_are_compared_with_what_the_directory_says() -> None:
    content = packed(("a.txt", b"x" * 5000))
    at = content.index(b"PK\1\2")
    for size in (100, 6000):
        lying = content[: at + 24] + struct.pack("<L", size) + content[at + 28 :]
        with open_tree(io.BytesIO(lying), "a.zip") as tree:
            with pytest.raises(BadRecord, match="the file cannot be read"):
                tree.read("a.txt", 9000)
            with pytest.raises(Invalid, match=r"a\.txt cannot be read"), tree.open("a.txt") as file:
                while file.read(50):
                    pass


@given(st.data())
def test_a_broken_zip_is_told_and_nothing_else(data: st.DataObject) -> None:
    content = bytearray(packed(("a.txt", b"x" * 300), ("b/c.txt", b"yz" * 50)))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    for broken in (bytes(content), bytes(content[:cut])):
        with tempfile.TemporaryFile() as real:  # which fails otherwise than one in memory
            real.write(broken)
            for file in (io.BytesIO(broken), real):
                with suppress(Invalid, BadRecord), open_tree(file, "a.zip") as tree:
                    _read_all(tree)


def _read_all(tree: Tree) -> None:
    for name in tree.sizes:
        tree.read(name, 10_000)
        with tree.open(name) as file:
            file.read()


class Failing(io.BytesIO):
    """A storage that is gone after a while."""

    gone = False

    def read(self, size: int | None = -1, /) -> bytes:
        if self.gone:
            raise OSError("gone")
        return super().read(size)


def test_a_storage_that_fails_is_no_bad_record() -> None:
    file = Failing(packed(("a.txt", b"x" * 300)))
    with open_tree(file, "a.zip") as tree:
        file.gone = True
        with pytest.raises(OSError, match="gone"):
            tree.read("a.txt", 1000)
        with pytest.raises(OSError, match="gone"), tree.open("a.txt") as member:
            member.read()


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.rar"])
def test_archives_that_are_no_zip_are_refused(name: str) -> None:
    with pytest.raises(Invalid, match="only zip is read"), open_tree(io.BytesIO(b"x" * 600), name):
        pass


def test_names_in_utf8_are_understood_also_when_nothing_says_so() -> None:
    plain = bytearray(packed(("\u00e9.txt", b"x")))
    for magic, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = plain.index(magic) + at
        plain[start : start + 2] = b"\0\0"
    with open_tree(io.BytesIO(bytes(plain)), "a.zip") as tree:
        assert list(tree.sizes) == ["\u00e9.txt"]
        assert tree.read("\u00e9.txt", 9) == b"x"
        with tree.open("\u00e9.txt") as file:
            assert file.read() == b"x"
