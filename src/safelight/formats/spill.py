"""Keeps the shapes of a big file in a scratch file and gives them back picture by picture.

A file lists shapes in any order; documents need those of one picture together. In memory stay a few
numbers per shape. Without a name the scratch file has no name: it is gone when the process is, however it
ends. With a name it can be saved once it is sealed, and loaded by another process.
"""

from __future__ import annotations

import mmap
import struct
import tempfile
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from fcntl import LOCK_EX, LOCK_UN, lockf
from io import SEEK_END
from itertools import accumulate, islice
from pathlib import Path
from typing import IO, Self

_NUMBERS = {
    "_places": "Q",
    "_lengths": "I",
    "_starts": "Q",
    "_order": "Q",
    "images": "I",
    "categories": "I",
    "ids": "q",
}


class Spill:
    """Shapes by position, in the order of the file. `images` and `categories` are positions too."""

    def __init__(self, folder: Path | None = None, *, name: str = "") -> None:
        self._file: IO[bytes]  # closed by `close`
        if name:
            self._file = (folder or Path()).joinpath(name).open("w+b", buffering=0)
        else:
            self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        self._map: mmap.mmap | bytes = b""
        self._places = array("Q")  # of the texts in the file
        self._lengths = array("I")
        self._starts = array("Q")
        self._order = array("Q")
        self.images = array("I")
        self.categories = array("I")
        self.ids = array("q")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self.images)

    def add(
        self, texts: list[bytes], images: list[int], categories: list[int], ids: list[int]
    ) -> None:
        """Append shapes: their texts, and for each its picture, category and id in the file."""
        lengths = array("I", map(len, texts))
        self.note(self.write(texts), lengths, images, categories, ids)

    def write(self, texts: list[bytes]) -> int:
        """Write the texts of shapes that `note` makes some; the place of the first. A process that was forked
        may do this, for its parent to note.
        """
        rest = memoryview(b"".join(texts))
        lockf(self._file, LOCK_EX)
        try:
            place = self._file.seek(0, SEEK_END)
            while rest:
                rest = rest[self._file.write(rest) or 0 :]
        finally:
            lockf(self._file, LOCK_UN)
        return place

    def note(
        self,
        place: int,
        lengths: array[int],
        images: Iterable[int],
        categories: Iterable[int],
        ids: Iterable[int],
    ) -> None:
        """Append shapes whose texts were written one after the other from `place` on."""
        self._places.extend(islice(accumulate(lengths, initial=place), len(lengths)))
        self._lengths.extend(lengths)
        self.images.extend(images)
        self.categories.extend(categories)
        self.ids.extend(ids)

    def seal(self, image_count: int, dropped: bytes | bytearray = b"") -> None:
        """No more shapes come: sort them by picture (a counting sort). `dropped` has a byte for each
        shape, other than zero where it is to be forgotten; empty means that none is.
        """
        kept: Sequence[int] = range(len(self))
        if any(dropped):
            kept = array("Q", (at for at, is_dropped in enumerate(dropped) if not is_dropped))
        images = self.images
        everything = len(kept) == len(images)
        counts = Counter(images if everything else map(images.__getitem__, kept))
        per_image = (counts[image] for image in range(image_count))
        self._starts = array("Q", accumulate(per_image, initial=0))
        following = array("Q", self._starts)
        self._order = array("Q", bytes(8 * self._starts[-1]))
        for position in kept:
            image = images[position]
            self._order[following[image]] = position
            following[image] += 1
        self._map_file()

    def save(self, index: Path) -> None:
        """Write down the numbers of a sealed spill."""
        with index.open("wb") as file:
            for numbers in self._numbers:
                file.write(struct.pack("<Q", len(numbers)))
                numbers.tofile(file)

    @classmethod
    def load(cls, path: Path, index: Path) -> Self:
        """A sealed spill as `save` left it."""
        found = cls.__new__(cls)
        found._file = path.open("rb")
        with index.open("rb") as file:
            for name, code in _NUMBERS.items():
                numbers = array(code)
                numbers.fromfile(file, *struct.unpack("<Q", file.read(8)))
                setattr(found, name, numbers)
        found._map_file()
        return found

    @property
    def _numbers(self) -> list[array[int]]:
        return [getattr(self, name) for name in _NUMBERS]

    def _map_file(self) -> None:
        self._map = b""
        if self._file.seek(0, SEEK_END):
            self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)

    def of_image(self, image: int) -> array[int]:
        """The positions of the shapes of one picture, in the order of the file."""
        return self._order[self._starts[image] : self._starts[image + 1]]

    def texts(self, positions: Sequence[int]) -> list[bytes]:
        places, lengths, file = self._places, self._lengths, self._map
        return [
            file[(place := places[position]) : place + lengths[position]] for position in positions
        ]

    @property
    def kept(self) -> int:
        """How many shapes were not dropped."""
        return len(self._order)

    def close(self) -> None:
        if isinstance(self._map, mmap.mmap):
            self._map.close()
        self._file.close()
