"""Pictures whose file ends too early are told from whole ones, whatever stands behind their end."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from safelight.errors import Invalid
from safelight.formats.picture import FORMATS, read_whole


def content_of(format: str, **more: Any) -> bytes:
    file = io.BytesIO()
    noise = Image.effect_noise((160, 120), 90)
    (noise if format == "GIF" else noise.convert("RGB")).save(file, format, **more)
    return file.getvalue()


@pytest.mark.parametrize("format", FORMATS)
def test_a_whole_picture_is_taken(format: str) -> None:
    found = read_whole(io.BytesIO(content_of(format)))
    assert (found.width, found.height) == (160, 120)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("kept", [0.5, 0.9, 0.999])
def test_a_truncated_picture_is_refused(format: str, kept: float) -> None:
    whole = content_of(format)
    with pytest.raises(Invalid, match=r"truncated|cannot be read|not a picture"):
        read_whole(io.BytesIO(whole[: int(len(whole) * kept)]))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP"])
@pytest.mark.parametrize("behind", [b"\0" * 900, b"more that a camera wrote" * 9000])
def test_what_stands_behind_the_end_does_no_harm(format: str, behind: bytes) -> None:
    assert read_whole(io.BytesIO(content_of(format) + behind)).width == 160


def test_a_progressive_picture_is_looked_at_like_others() -> None:
    whole = content_of("JPEG", progressive=True)
    assert read_whole(io.BytesIO(whole)).width == 160
    with pytest.raises(Invalid, match="truncated"):
        read_whole(io.BytesIO(whole[:-200]))


def test_an_empty_file_is_refused_as_empty() -> None:
    with pytest.raises(Invalid, match="is empty"):
        read_whole(io.BytesIO())
