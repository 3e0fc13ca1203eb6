"""Many millions of numbers of one kind in a scratch file: appended, then looked at as if they were in memory."""

from __future__ import annotations

import mmap
import os
from array import array
from collections.abc import Iterable
from functools import cached_property
from typing import IO


class NumbersFile:
    """`code`: their type, as that of an `array`. The file is closed by whoever opened it."""

    def __init__(self, file: IO[bytes], code: str) -> None:
        self._file, self._code = file, code

    def extend(self, numbers: Iterable[int]) -> None:
        """Append some. None may come after the first look."""
        array(self._code, numbers).tofile(self._file)

    def flush(self) -> None:
        """Let others who open the file see all of it."""
        self._file.flush()

    def fill(self, count: int) -> memoryview[int]:
        """Make room for so many, all zero, to be set in any order. Raises OSError where the disk has none: to miss
        it when they are set would end the process.
        """
        if count:
            os.posix_fallocate(self._file.fileno(), 0, count * array(self._code).itemsize)
        return self._mapped(mmap.ACCESS_WRITE)

    @cached_property
    def view(self) -> memoryview[int]:
        """All of them."""
        self.flush()
        return self._mapped(mmap.ACCESS_READ)

    def _mapped(self, access: int) -> memoryview[int]:
        if not self._file.seek(0, 2):
            return memoryview(b"").cast(self._code)  # type: ignore[call-overload, no-any-return]
        mapped = mmap.mmap(self._file.fileno(), 0, access=access)
        return memoryview(mapped).cast(self._code)  # type: ignore[call-overload, no-any-return]
