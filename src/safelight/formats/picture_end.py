"""Whether a picture file goes on to its end: an upload that broke off has a good head. Next to nothing is
decoded for it.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any, BinaryIO

from PIL import Image

from safelight.errors import Invalid

_TAIL = 64 * 1024
_DECODED = 200_000_000  # pixels of a picture that is decoded where nothing else tells
_TRUNCATED = "This picture is truncated: its file ends too early. Copy or send it again."
_STRIPS, _TILES = (273, 279), (324, 325)  # where they lie, and how long they are


def check_whole(file: BinaryIO) -> None:
    """Raises Invalid for a file that ends too early; what cannot be told is let through.

    `file` begins with a picture, see `picture.read_header`, and can seek.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(12)
    for begins, is_whole in _CHECKS:
        if begins(head) and not is_whole(file, size):
            raise Invalid(_TRUNCATED)


def _jpeg(file: BinaryIO, size: int) -> bool:
    """Cameras write more behind the end marker; only such a file is decoded, at an eighth of its size."""
    return _tail(file, size).endswith(b"\xff\xd9") or _decodes(file)


def _png(file: BinaryIO, size: int) -> bool:
    at = 8
    while at + 12 <= size:
        file.seek(at)
        length, kind = struct.unpack(">L4s", file.read(8))
        at += 12 + length
        if kind == b"IEND":
            return bool(at <= size)
    return False


def _gif(file: BinaryIO, size: int) -> bool:
    """Only the first picture is shown."""
    return _tail(file, size).endswith(b"\x3b") or _decodes(file)


def _webp(file: BinaryIO, size: int) -> bool:
    file.seek(4)
    [length] = struct.unpack("<L", file.read(4))
    return bool(8 + length <= size)


def _bmp(file: BinaryIO, size: int) -> bool:
    file.seek(2)
    [length] = struct.unpack("<L", file.read(4))
    return bool(length <= size)


def _tiff(file: BinaryIO, size: int) -> bool:
    file.seek(0)
    with Image.open(file, formats=["TIFF"]) as image:
        tags = dict(image.tag_v2)  # type: ignore[attr-defined]
    for offsets, lengths in (_STRIPS, _TILES):
        pairs = zip(_listed(tags.get(offsets)), _listed(tags.get(lengths)), strict=False)
        if any(offset + length > size for offset, length in pairs):
            return False
    return True


def _listed(value: Any) -> tuple[int, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _avif(file: BinaryIO, size: int) -> bool:
    """Boxes follow each other to the end (ISO/IEC 14496-12, 4.2); one of length 0 takes all that is left."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        length, kind, large = struct.unpack(">L4sQ", file.read(16).ljust(16, b"\0"))
        length = large if length == 1 else length or size - at
        if not kind.isalnum():
            break  # something else was put behind it
        at += max(length, 8)
    return at <= size


def _tail(file: BinaryIO, size: int) -> bytes:
    """The last bytes, without what only fills up."""
    file.seek(max(0, size - _TAIL))
    return file.read(_TAIL).rstrip(b"\0\r\n")


def _decodes(file: BinaryIO) -> bool:
    file.seek(0)
    try:
        with Image.open(file) as image:
            if image.width * image.height > _DECODED:
                return True
            image.draft("RGB", (image.width // 8, image.height // 8))
            image.load()
    except Exception:  # decoders raise whatever broken bytes lead them to
        return False
    return True


_CHECKS: tuple[tuple[Callable[[bytes], bool], Callable[[BinaryIO, int], bool]], ...] = (
    (lambda head: head.startswith(b"\xff\xd8"), _jpeg),
    (lambda head: head.startswith(b"\x89PNG"), _png),
    (lambda head: head.startswith(b"GIF8"), _gif),
    (lambda head: head.startswith(b"RIFF") and head.endswith(b"WEBP"), _webp),
    (lambda head: head.startswith(b"BM"), _bmp),
    (lambda head: head[:4] in {b"II*\0", b"MM\0*"}, _tiff),
    (lambda head: head[4:8] == b"ftyp", _avif),
)
