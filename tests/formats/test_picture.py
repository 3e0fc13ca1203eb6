"""Picture headers: size as it is looked at, and nothing that is no picture."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from safelight.errors import Invalid
from safelight.formats.picture import Picture, read_header
from tests.pictures import picture


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP"])
def test_every_format_of_plain_pixels_is_read(format: str) -> None:
    found = read_header(io.BytesIO(picture(40, 20, format=format)))
    assert found == Picture(40, 20, f"image/{format.lower()}")


@pytest.mark.parametrize("turned", range(1, 9))
def test_the_size_is_the_one_after_the_turn(turned: int) -> None:
    found = read_header(io.BytesIO(picture(40, 20, turned=turned)))
    assert (found.width, found.height) == ((20, 40) if turned >= 5 else (40, 20))


def test_a_jpeg_with_a_second_picture_inside_is_a_jpeg() -> None:
    file = io.BytesIO()
    first, second = Image.new("RGB", (8, 6)), Image.new("RGB", (8, 6))
    first.save(file, "MPO", save_all=True, append_images=[second])
    assert read_header(io.BytesIO(file.getvalue())) == Picture(8, 6, "image/jpeg")


@given(st.binary(max_size=200))
def test_bytes_that_are_no_picture_are_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        read_header(io.BytesIO(content))


@given(st.integers(0, 700), st.binary(min_size=1, max_size=8))
def test_a_picture_with_torn_bytes_is_read_or_refused(at: int, torn: bytes) -> None:
    content = bytearray(picture())
    content[at : at + len(torn)] = torn
    try:
        read_header(io.BytesIO(bytes(content)))
    except Invalid:
        pass


def test_a_program_for_printers_is_no_picture() -> None:
    with pytest.raises(Invalid, match="not a picture"):
        read_header(io.BytesIO(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"))


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("turned", [1, 3, 6])
def test_every_format_that_can_say_its_turn_is_understood(format: str, turned: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turned
    file = io.BytesIO()
    Image.new("RGB", (40, 20)).save(file, format, exif=exif)
    found = read_header(io.BytesIO(file.getvalue()))
    assert (found.width, found.height) == ((20, 40) if turned == 6 else (40, 20))


def test_no_pixel_is_decoded_to_know_the_size() -> None:
    file = io.BytesIO()
    Image.effect_noise((400, 300), 50).save(file, "PNG")
    content = file.getvalue()
    assert read_header(io.BytesIO(content[: len(content) // 2])) == Picture(400, 300, "image/png")
