"""One contract for every place of bytes: whole objects, ranges, files, and parts put together."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.blobs import Blobs, Grant, Signer
from safelight.errors import Denied, NotFound


@pytest.fixture(params=["file", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """A folder whose name needs quoting, and the storage library's own store in memory."""
    return Blobs(f"file://{tmp_path}/a%20b" if request.param == "file" else "memory:///")


def test_what_is_put_is_read_whole_by_range_and_as_a_file(blobs: Blobs) -> None:
    content = bytes(range(256)) * 4096
    blobs.put("o/data/1/a.bin", content)
    assert blobs.read("o/data/1/a.bin") == content
    assert blobs.size("o/data/1/a.bin") == len(content)
    assert b"".join(blobs.stream("o/data/1/a.bin")) == content
    assert b"".join(blobs.stream("o/data/1/a.bin", 1000)) == content[1000:]
    assert b"".join(blobs.stream("o/data/1/a.bin", 1000, 300_000)) == content[1000:300_000]
    assert b"".join(blobs.stream("o/data/1/a.bin", 5, 5)) == b""
    with blobs.open("o/data/1/a.bin") as file:
        file.seek(-3, 2)
        assert (file.read(), file.tell()) == (content[-3:], len(content))
        file.seek(700_000)
        assert file.read(10) == content[700_000:700_010]


def test_what_is_not_there_is_not_found(blobs: Blobs) -> None:
    for verb in (blobs.read, blobs.size, blobs.stream, blobs.open):
        with pytest.raises(NotFound):
            verb("o/nothing")
    blobs.remove(["o/nothing"])


def test_a_name_is_given_to_all_of_it_or_nothing(blobs: Blobs) -> None:
    with blobs.incoming() as incoming:
        incoming.write(b"half")
    with pytest.raises(ZeroDivisionError), blobs.incoming() as incoming:
        incoming.write(b"half")
        incoming.close()
        _ = 1 / 0
    with blobs.incoming() as incoming:
        incoming.write(b"wh")
        incoming.write(b"ole")
        with pytest.raises(NotFound):
            blobs.read("o/a")
        incoming.commit("o/a")
    assert (blobs.read("o/a"), incoming.size) == (b"whole", 5)


def test_nothing_is_left_of_what_was_thrown_away(tmp_path: Path) -> None:
    blobs = Blobs(f"file://{tmp_path}/blobs")
    for closed in (False, True):
        with blobs.incoming() as incoming:
            incoming.write(b"x" * 20_000_000)
            if closed:
                incoming.close()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_parts_are_put_together_and_swept_away(blobs: Blobs) -> None:
    names = [blobs.part("u", number, "e") for number in (1, 2, 3)]
    for name, content in zip(names, (b"one", b"", b"three"), strict=True):
        blobs.put(name, content)
    assert blobs.assemble(names, "o/whole") == 8
    assert blobs.read("o/whole") == b"onethree"
    blobs.remove_parts("u")
    with pytest.raises(NotFound):
        blobs.read(names[0])


def test_removed_objects_are_gone(blobs: Blobs) -> None:
    blobs.put("o/a", b"x")
    blobs.remove(["o/a"])
    with pytest.raises(NotFound):
        blobs.read("o/a")


grants = st.builds(
    Grant,
    method=st.sampled_from(["GET", "POST", "PUT"]),
    object_name=st.text(max_size=5),
    expires_at=st.integers(0, 99),
    content_type=st.text(max_size=5),
    max_size=st.integers(0, 99),
    upload_id=st.text(max_size=5),
    part=st.integers(0, 99),
)


@given(grants, grants)
def test_a_signature_fits_one_grant_only(one: Grant, other: Grant) -> None:
    signer = Signer(b"secret")
    assert (signer.sign(one) == signer.sign(other)) == (one == other)
    signer.check(one, signer.sign(one), one.expires_at - 1)
    with pytest.raises(Denied):
        signer.check(one, signer.sign(one), one.expires_at)
    with pytest.raises(Denied):
        signer.check(one, Signer(b"other").sign(one), one.expires_at - 1)


def test_a_signature_that_is_no_text_of_ours_is_refused() -> None:
    with pytest.raises(Denied):
        Signer(b"secret").check(Grant("GET", "o/a", 10), "é", 1)
