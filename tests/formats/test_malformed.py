"""Malformed files of every format: a reason for each, no other error than Invalid, no hang, no flood of memory."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.errors import Invalid
from safelight.formats import readers
from safelight.formats.tree import open_tree
from tests.formats.samples import NASTY, SAMPLES, WORD, size_of
from tests.formats.trees import packed, read

GOLDEN = Path(__file__).parent / "golden"


def _look(format: str, files: dict[str, bytes] | bytes) -> None:
    """Read and detect: everything that may be wrong is either told as Invalid or is a bad record."""
    content = files if isinstance(files, bytes) else packed(files)
    with suppress(Invalid):
        result = read(format.partition(" ")[0], content, size_of=size_of)
        for problem in result.problems:
            assert problem.where
            assert problem.reason
            assert "Traceback" not in problem.reason
    with suppress(Invalid), open_tree(io.BytesIO(content), "a.zip") as tree:
        readers.detect(tree)


@pytest.mark.parametrize("format", SAMPLES)
def test_the_samples_are_good(format: str) -> None:
    result = read(
        format.partition(" ")[0],
        SAMPLES[format],
        size_of=size_of,
    )
    assert result.bad == {}
    assert sum(map(len, result.shapes.values())) >= 1


@pytest.mark.parametrize("format", SAMPLES)
def test_a_file_that_is_cut_anywhere_is_told(format: str) -> None:
    for name, content in SAMPLES[format].items():
        for length in range(0, len(content), 3):
            _look(format, {**SAMPLES[format], name: content[:length]})


@pytest.mark.parametrize("format", SAMPLES)
def test_any_word_that_becomes_nasty_is_told(format: str) -> None:
    for name, content in SAMPLES[format].items():
        for at, word in enumerate(WORD.finditer(content)):
            for nasty in NASTY[at % 4 :: 4]:
                broken = content[: word.start()] + nasty + content[word.end() :]
                _look(format, {**SAMPLES[format], name: broken})


@pytest.mark.parametrize("format", SAMPLES)
@settings(deadline=None)  # a busy machine is no malformed file
@given(data=st.data())
def test_bytes_changed_at_random_are_told(format: str, data: st.DataObject) -> None:
    files = dict(SAMPLES[format])
    name = data.draw(st.sampled_from(sorted(files)))
    content = bytearray(files[name])
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=6))
    _look(format, {**files, name: bytes(content)})


@pytest.mark.parametrize("name", sorted(one.name for one in GOLDEN.glob("*.zip")))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_zip_that_is_broken_anywhere_is_told(name: str, data: st.DataObject) -> None:
    content = bytearray((GOLDEN / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    _look(name.partition("-")[0], bytes(content[: data.draw(st.integers(0, len(content)))]))
    _look(name.partition("-")[0], bytes(content))
