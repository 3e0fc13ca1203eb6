"""Unpacks members of a zip, and believes nothing that its directory says of them.

`zipfile` reads the directory. It would not notice a member that is shorter than it says.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any, BinaryIO, NamedTuple

from safelight.errors import Invalid

LOCAL_MAGIC, END_MAGIC = b"PK\x03\x04", b"PK\x05\x06"
BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, ValueError)
_AT_ONCE = 64 * 1024
_OTHER = "its content is not what the directory says"
_END = struct.Struct("<4s8xLL2x")  # the last record: where the directory is, and its size
_END64 = struct.Struct("<4s36xQQ")
_END64_PLACE = struct.Struct("<4s4xQ4x")
_END64_PLACE_MAGIC = b"PK\x06\x07"
_LOCAL_HEADER = struct.Struct("<4s22xHH")


class Packed(NamedTuple):
    """Where a member lies in a zip. A ZipInfo takes four times the memory."""

    offset: int
    packed: int
    size: int
    method: int
    crc: int


def check_directory(file: BinaryIO, most: int) -> None:
    """Look at how long the directory is, as ZipFile will read all of it at once, wherever it finds it.

    Raises Invalid if it has more than `most` bytes, BadZipFile if there is none.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _END64.size - _END64_PLACE.size - _END.size - 0xFFFF))
    tail = file.read()
    at = tail.rfind(END_MAGIC)
    if at < 0 or len(tail) - at < _END.size:
        raise zipfile.BadZipFile("it is truncated: its directory is missing")
    _, length, _ = _END.unpack_from(tail, at)
    place = at - _END64_PLACE.size
    if place >= _END64.size and tail.startswith(_END64_PLACE_MAGIC, place):
        at = place - _END64.size
        _, length, _ = _END64.unpack_from(tail, at)
    if length > size - len(tail) + at:
        raise zipfile.BadZipFile("its directory would be longer than the file")
    if length > most:
        raise Invalid("There are too many files in it.")


def read(file: BinaryIO, member: Packed) -> bytes:
    """All of a member, which is quicker than `Unpacking`: there may be a hundred thousand of them.

    Raises BadZipFile, zlib.error.
    """
    file.seek(_start(file, member))
    content = file.read(member.packed)
    if member.method == zipfile.ZIP_DEFLATED:
        content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, member.size + 1)
    if len(content) != member.size or zlib.crc32(content) != member.crc:
        raise zipfile.BadZipFile(_OTHER)
    return content


def unpacking(file: BinaryIO, member: Packed) -> BinaryIO:
    """A member as a seekable file. Raises BadZipFile, also while it is read."""
    return io.BufferedReader(_Unpacking(file, member), _AT_ONCE)


class _Unpacking(io.RawIOBase):
    """A member while it is read. Raises BadZipFile where it is not what the directory says."""

    def __init__(self, file: BinaryIO, member: Packed) -> None:
        self._file, self._member = file, member
        self._start = _start(file, member)
        self._rewind()

    def _rewind(self) -> None:
        self._taken = self._position = self._crc = 0
        self._inflate = None
        if self._member.method == zipfile.ZIP_DEFLATED:
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Backward means to begin again, forward to read what is between."""
        size = self._member.size
        target = offset + (0, self._position, size)[whence]
        if target < self._position:
            self._rewind()
        while self._position < min(target, size):
            self._next(min(target, size) - self._position)
        return self._position

    def readinto(self, buffer: Any) -> int:
        content = self._next(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def _next(self, most: int) -> bytes:
        content = self._stored(most) if self._inflate is None else self._inflated(most)
        self._position += len(content)
        self._crc = zlib.crc32(content, self._crc)
        size, crc = self._member.size, self._member.crc
        is_over = self._position > size or (not content and self._position < size)
        if is_over or (self._position == size and self._crc != crc):
            raise zipfile.BadZipFile(_OTHER)
        return content

    def _stored(self, most: int) -> bytes:
        self._file.seek(self._start + self._taken)
        content = self._file.read(min(most, self._member.packed - self._taken))
        self._taken += len(content)
        return content

    def _inflated(self, most: int) -> bytes:
        assert self._inflate is not None
        while not self._inflate.eof:
            packed = self._inflate.unconsumed_tail or self._stored(_AT_ONCE)
            content = self._inflate.decompress(packed, most)
            if content or not packed:
                return content
        return b""


def _start(file: BinaryIO, member: Packed) -> int:
    """Where a member's bytes begin, behind its own header. Raises BadZipFile."""
    if member.offset < 0:
        raise zipfile.BadZipFile("it would lie before the beginning")
    file.seek(member.offset)
    magic, name_length, extra_length = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    if magic != LOCAL_MAGIC:
        raise zipfile.BadZipFile("it does not lie where the directory says")
    return member.offset + _LOCAL_HEADER.size + int(name_length) + int(extra_length)
