"""Writes a zip of any number of files to where nothing can be taken back, in bounded memory.

The directory, which comes last, waits in a scratch file: `zipfile` would keep it in memory.
Format: APPNOTE.TXT 6.3, sections 4.3 to 4.5.
"""

from __future__ import annotations

import shutil
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from safelight.errors import Invalid
from safelight.formats.writing import Out

_CHUNK = 256 * 1024
_STORED, _DEFLATED = 0, 8
_UTF8, _SIZES_BEHIND = 0x800, 0x8
_DATE = (1 << 5) | 1  # the first of January 1980: the same content gives the same bytes
_FILE = (0o100644) << 16
_MOST = 0xFFFFFFFF
_LOCAL = struct.Struct("<4s5H3L2H")
_BEHIND = struct.Struct("<4s3L")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END64 = struct.Struct("<4sQ2H2L4Q")
_END64_PLACE = struct.Struct("<4sLQL")
_END = struct.Struct("<4s4H2LH")


class ZipStream:
    """Left without an error, the zip is complete."""

    def __init__(self, out: Out, scratch: Path | None = None) -> None:
        self._out = out
        self._directory = tempfile.TemporaryFile(dir=scratch)  # noqa: SIM115 - closed by `__exit__`
        self._at = 0
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        with self._directory:
            if kind is None:
                self._finish()

    def add(self, name: str, content: bytes) -> None:
        """A small file, packed."""
        packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = packer.compress(content) + packer.flush()
        sizes = zlib.crc32(content), len(packed), len(content)
        start = self._begin(name, _DEFLATED, _UTF8, sizes)
        self._write(packed)
        self._note(name, _DEFLATED, _UTF8, sizes, start)

    def copy(self, name: str, file: BinaryIO) -> None:
        """A file of any size, which is packed already, as pictures are. Raises Invalid from 4 GiB on."""
        with self._member(name, _STORED) as member:
            while chunk := file.read(_CHUNK):
                member.write(chunk, chunk)

    def pack(self, name: str, file: BinaryIO) -> None:
        """A file of any size, which is packed on its way. Raises Invalid from 4 GiB on."""
        packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        with self._member(name, _DEFLATED) as member:
            while chunk := file.read(_CHUNK):
                member.write(chunk, packer.compress(chunk))
            member.write(b"", packer.flush())

    @contextmanager
    def _member(self, name: str, method: int) -> Iterator[_Member]:
        """A file whose sizes stand behind it, because they are known only then."""
        flags = _UTF8 | _SIZES_BEHIND
        member = _Member(name, self._write)
        start = self._begin(name, method, flags, (0, 0, 0))
        yield member
        sizes = member.crc, member.packed, member.size
        self._write(_BEHIND.pack(b"PK\7\10", *sizes))
        self._note(name, method, flags, sizes, start)

    def _begin(self, name: str, method: int, flags: int, sizes: tuple[int, int, int]) -> int:
        start, encoded = self._at, name.encode()
        head = _LOCAL.pack(b"PK\3\4", 20, flags, method, 0, _DATE, *sizes, len(encoded), 0)
        self._write(head + encoded)
        return start

    def _note(
        self, name: str, method: int, flags: int, sizes: tuple[int, int, int], start: int
    ) -> None:
        """Write the file's line of the directory."""
        encoded, more = name.encode(), b""
        if start >= _MOST:
            start, more = _MOST, struct.pack("<2HQ", 1, 8, start)
        made_by = (3 << 8) | 45  # Unix, version 4.5
        head = _CENTRAL.pack(
            b"PK\1\2", made_by, 45 if more else 20, flags, method, 0, _DATE, *sizes,
            len(encoded), len(more), 0, 0, 0, _FILE, start,
        )  # fmt: skip
        self._directory.write(head + encoded + more)
        self._count += 1

    def _finish(self) -> None:
        start, size = self._at, self._directory.tell()
        self._directory.seek(0)
        shutil.copyfileobj(self._directory, self._out, _CHUNK)
        self._at += size
        if self._count >= 0xFFFF or start >= _MOST or size >= _MOST:
            place = self._at
            counts = self._count, self._count, size, start
            self._write(_END64.pack(b"PK\6\6", 44, 45, 45, 0, 0, *counts))
            self._write(_END64_PLACE.pack(b"PK\6\7", 0, place, 1))
        count = min(self._count, 0xFFFF)
        self._write(
            _END.pack(b"PK\5\6", 0, 0, count, count, min(size, _MOST), min(start, _MOST), 0)
        )

    def _write(self, content: bytes) -> None:
        self._out.write(content)
        self._at += len(content)


class _Member:
    """A file of the zip that is being written."""

    def __init__(self, name: str, write: Callable[[bytes], None]) -> None:
        self._name, self._write = name, write
        self.crc = self.packed = self.size = 0

    def write(self, content: bytes, packed: bytes) -> None:
        """Raises Invalid from 4 GiB on."""
        self.crc = zlib.crc32(content, self.crc)
        self.size += len(content)
        self.packed += len(packed)
        if max(self.size, self.packed) >= _MOST:
            raise Invalid(f"{self._name} has 4 GiB or more, which is not packed.")
        self._write(packed)
