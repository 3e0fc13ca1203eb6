"""Small real pictures, made on the spot."""

from __future__ import annotations

import io

from PIL import Image

_ORIENTATION = 0x0112


def picture(
    width: int = 32, height: int = 24, *, format: str = "JPEG", turned: int = 0, shade: int = 90
) -> bytes:
    """The bytes of a picture. `turned`: its EXIF orientation."""
    image = Image.new("RGB", (width, height), (shade, 60, 30))
    exif = Image.Exif()
    if turned:
        exif[_ORIENTATION] = turned
    file = io.BytesIO()
    image.save(file, format, exif=exif) if turned else image.save(file, format)
    return file.getvalue()
