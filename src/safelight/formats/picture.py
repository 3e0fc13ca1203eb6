"""What a picture file says of itself in its first bytes, read without trusting it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from safelight.errors import Invalid
from safelight.formats.picture_end import check_whole

# Formats of plain pixels. Everything else that Pillow knows is left out: old, exotic decoders and
# those that start programs are where the holes are.
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF")
PIXELS = 1_000_000_000
_ORIENTATION = 0x0112
_TURNED = frozenset({5, 6, 7, 8})  # EXIF orientations that lie on their side

# Our own limit is checked below; Pillow's is for programs that decode, and only warns at first.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True, slots=True)
class Picture:
    """Size as it is looked at, so after the turn that EXIF asks for."""

    width: int
    height: int
    content_type: str


def read_header(file: BinaryIO) -> Picture:
    """Raises Invalid if this is no picture, or one that is too big to be one."""
    if not file.read(1):
        raise Invalid("This file is empty.")
    file.seek(0)
    try:
        with Image.open(file, formats=FORMATS) as image:
            width, height = image.size
            _check_size(width, height)
            # Not `image.getexif()`: of a PNG that decodes every pixel, to see what may stand behind.
            turn = Image.Image.getexif(image).get(_ORIENTATION)
            if turn in _TURNED and image.format != "TIFF":  # whose size Pillow has turned already
                width, height = height, width
            content_type = Image.MIME[image.format or ""]
    except UnidentifiedImageError as error:
        raise Invalid("This is not a picture.") from error
    except Invalid:
        raise
    except Exception as error:  # decoders raise whatever broken bytes lead them to
        raise Invalid(f"This picture cannot be read: {error}") from error
    # A JPEG with a second picture inside (MPO) is shown as the JPEG that it begins with.
    return Picture(width, height, "image/jpeg" if content_type == "image/mpo" else content_type)


def read_whole(file: BinaryIO) -> Picture:
    """The same of a file that is at hand as a whole; raises Invalid also for one that ends too early."""
    picture = read_header(file)
    check_whole(file)
    return picture


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1 or width * height > PIXELS:
        raise Invalid(f"A picture of {width} x {height} pixels is not taken.")
