"""The pictures that an annotation file speaks of: a few bytes of each are in memory, the rest in a scratch file."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Iterator
from typing import IO, Annotated

import msgspec
from msgspec import Meta, Struct

from safelight.formats.numbers_file import NumbersFile
from safelight.formats.rejects import BadRecord

FILE_NAME_BYTES = 1024
AT_ONCE = 256  # pictures that are written and read together

Side = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class Image(Struct, gc=False):
    """A picture that the file speaks of. `id` is what the file knows it by: a number or a path."""

    id: int | str
    file_name: str
    width: Side | None = None
    height: Side | None = None

    @property
    def where(self) -> str:
        """The record in the words that bad records are named by."""
        return f"image {self.id}"


_Kept = tuple[int, int | str, str, int | None, int | None]
"""Position, id, name, width and height."""


def _image(kept: _Kept) -> Image:
    _, id, file_name, width, height = kept
    return Image(id, file_name, width, height)


_block = msgspec.msgpack.Decoder(list[_Kept])
_NONE = -1


class Images:
    """By position, and in the order in which they were put here, which is that of the file: where it lists
    shapes before pictures, positions have another. `rows` and `blocks` are for who loads what was saved.
    """

    def __init__(self, file: IO[bytes], rows: NumbersFile, blocks: NumbersFile) -> None:
        """`file` has no buffer. All three are closed by whoever opened them."""
        self._file, self._saved = file, (rows, blocks)
        self._rows = array("i")  # by position: the place in the order of the file, or `_NONE`
        self._blocks = array("Q", [0])  # where each begins in the file, and where the next will
        self._last: list[_Kept] = []  # not in the file yet
        self._held: tuple[int, list[_Kept]] = _NONE, []  # the block that was read last
        self._count = 0

    def save(self) -> None:
        """No more come: let another process load them from these files."""
        self._flush()
        for numbers, file in zip((self._rows, self._blocks), self._saved, strict=True):
            file.extend(numbers)
            file.flush()

    def load(self) -> None:
        """Be what was saved in these files."""
        rows, blocks = self._saved
        self._rows, self._blocks = array("i", rows.view), array("Q", blocks.view)
        self._count = len(self._rows) - self._rows.count(_NONE)

    def __len__(self) -> int:
        return self._count

    def __contains__(self, position: int) -> bool:
        return position < len(self._rows) and self._rows[position] != _NONE

    def __getitem__(self, position: int) -> Image:
        """Quickly in the order of the file. Raises KeyError."""
        row = self._rows[position] if position < len(self._rows) else _NONE
        if row == _NONE:
            raise KeyError(position)
        number, at = divmod(row, AT_ONCE)
        held, block = self._held
        return _image(block[at] if number == held else self._read(number)[at])

    def __setitem__(self, position: int, image: Image) -> None:
        """Put one here that is not yet."""
        missing = position + 1 - len(self._rows)
        if missing > 0:
            self._rows.extend([_NONE] * missing)
        self._rows[position] = (len(self._blocks) - 1) * AT_ONCE + len(self._last)
        self._count += 1
        self._last.append((position, image.id, image.file_name, image.width, image.height))
        if len(self._last) == AT_ONCE:
            self._flush()

    def __delitem__(self, position: int) -> None:
        """Raises KeyError."""
        if position not in self:
            raise KeyError(position)
        self._rows[position] = _NONE
        self._count -= 1

    def items(self) -> Iterator[tuple[int, Image]]:
        """In the order of the file. Some may be taken out meanwhile."""
        row = 0
        for number in range(len(self._blocks)):
            for kept in self._read(number):
                if self._rows[kept[0]] == row:
                    yield kept[0], _image(kept)
                row += 1

    def values(self) -> Iterator[Image]:
        return (image for _, image in self.items())

    def digest(self) -> bytes:
        """Of all of them and their order."""
        digest = hashlib.sha256(self._rows)
        for number in range(len(self._blocks) - 1):
            digest.update(self._content(number))
        digest.update(msgspec.msgpack.encode(self._last))
        return digest.digest()

    def _flush(self) -> None:
        if self._last:
            content = msgspec.msgpack.encode(self._last)
            place = self._blocks[-1]
            os.pwrite(self._file.fileno(), content, place)
            self._blocks.append(place + len(content))
            self._last = []

    def _read(self, number: int) -> list[_Kept]:
        if number == len(self._blocks) - 1:
            return self._last
        if number != self._held[0]:
            self._held = number, _block.decode(self._content(number))
        return self._held[1]

    def _content(self, number: int) -> bytes:
        place, end = self._blocks[number : number + 2]
        return os.pread(self._file.fileno(), end - place, place)


class FileNames:
    """Those that were seen. Of a name its hash is kept, and the names themselves from the first that may have
    appeared twice: it is then looked at whether it has.
    """

    def __init__(self, images: Images) -> None:
        """`images` have the names that were seen."""
        self._images = images
        self._hashes: set[int] = set()
        self._names: set[str] | None = None

    def add(self, name: str) -> None:
        """Raises BadRecord for one that was seen."""
        hashed = hash(name) >> 4  # what then fits 60 bits takes a third less
        if hashed in self._hashes:
            if self._names is None:
                self._names = {image.file_name for image in self._images.values()}
            if name in self._names:
                raise BadRecord(f"file_name {name!r} appears twice")
        self._hashes.add(hashed)
        if self._names is not None:
            self._names.add(name)


def check_file_name(name: str) -> None:
    """Whether a store can keep and look up this name. Raises BadRecord."""
    if not name.strip():
        raise BadRecord("file_name is empty")
    # PostgreSQL takes no NUL in a text, and at most some 2,700 bytes in an index.
    if len(name) > FILE_NAME_BYTES // 4 and len(name.encode()) > FILE_NAME_BYTES:
        raise BadRecord(f"file_name has more than {FILE_NAME_BYTES:,} bytes")
    if not name.isprintable() and any(ord(letter) < 32 for letter in name):
        raise BadRecord(f"file_name {name[:80]!r} has control characters")
