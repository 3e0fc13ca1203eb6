"""Keeps the shapes and the pictures of a big file in scratch files and gives shapes back picture by picture.

A file lists shapes in any order; documents need those of one picture together. In memory stay a few bytes for each
picture, and none for a shape. Without a name the scratch files have none either: they are gone when the process is,
however it ends. With a name another process can load them once they are sealed.
"""

from __future__ import annotations

import mmap
import tempfile
from array import array
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from fcntl import LOCK_EX, LOCK_UN, lockf
from io import SEEK_END
from itertools import accumulate, islice
from pathlib import Path
from typing import IO, Self

from safelight.formats.images import Images
from safelight.formats.numbers_file import NumbersFile

# Of each shape, in the order of the file: where its text is and how long, and what it belongs to. Then the positions
# of shapes in the order of their pictures, and where those of each picture begin there.
_CODES = {
    "places": "Q",
    "lengths": "I",
    "images": "I",
    "categories": "I",
    "ids": "q",
    "order": "I",
    "starts": "I",
}


class Spill:
    """Shapes by position, in the order of the file. `images` and `categories` are positions too."""

    def __init__(self, folder: Path | None = None, *, name: str = "") -> None:
        self._begin(folder, name, "w+b")
        self._count = 0

    def _begin(self, folder: Path | None, name: str, mode: str) -> None:
        self._open = ExitStack()
        try:
            self._file = self._opened(folder, name, mode, buffering=0)
            self._numbers = {
                kind: NumbersFile(self._opened(folder, name and f"{name}.{kind}", mode), code)
                for kind, code in _CODES.items()
            }
            self.pictures = self._pictures(folder, name, mode)
        except BaseException:
            self._open.close()
            raise
        self._map: mmap.mmap | bytes = b""

    def _pictures(self, folder: Path | None, name: str, mode: str) -> Images:
        file, rows, blocks = (
            self._opened(folder, name and f"{name}.pictures{kind}", mode, buffering=0)
            for kind in ("", ".rows", ".blocks")
        )
        return Images(file, NumbersFile(rows, "i"), NumbersFile(blocks, "Q"))

    def _opened(self, folder: Path | None, name: str, mode: str, buffering: int = -1) -> IO[bytes]:
        if not name:
            return self._open.enter_context(tempfile.TemporaryFile(dir=folder, buffering=buffering))
        path = (folder or Path()) / name
        return self._open.enter_context(path.open(mode, buffering=buffering))

    @classmethod
    def load(cls, folder: Path, name: str) -> Self:
        """A sealed spill that had this name."""
        found = cls.__new__(cls)
        found._begin(folder, name, "rb")
        found.pictures.load()
        found._look()
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return self._count

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
        places = islice(accumulate(lengths, initial=place), len(lengths))
        numbers = self._numbers
        numbers["places"].extend(places)
        numbers["lengths"].extend(lengths)
        numbers["images"].extend(images)
        numbers["categories"].extend(categories)
        numbers["ids"].extend(ids)
        self._count += len(lengths)

    @property
    def images(self) -> memoryview[int]:
        """The picture of each shape. To be looked at when no more shapes come, as the two that follow."""
        return self._numbers["images"].view

    @property
    def categories(self) -> memoryview[int]:
        return self._numbers["categories"].view

    @property
    def ids(self) -> memoryview[int]:
        return self._numbers["ids"].view

    def seal(self, image_count: int, dropped: bytes | bytearray = b"") -> None:
        """No more shapes come: sort them by picture (a counting sort). `dropped` has a byte for each
        shape, other than zero where it is to be forgotten; empty means that none is.
        """
        images = self.images
        kept: Sequence[int] = range(len(self))
        if any(dropped):
            kept = array("I", (at for at, is_dropped in enumerate(dropped) if not is_dropped))
        following = array("I", bytes(4 * (image_count + 1)))
        for position in kept:
            following[images[position] + 1] += 1
        following = array("I", accumulate(following))
        self._numbers["starts"].extend(following)
        order = self._numbers["order"].fill(len(kept))
        for position in kept:
            image = images[position]
            order[following[image]] = position
            following[image] += 1
        self._look()

    def _look(self) -> None:
        """Let all be read, here and by who loads it."""
        views = {kind: numbers.view for kind, numbers in self._numbers.items()}
        self._places, self._lengths = views["places"], views["lengths"]
        self._order, self._starts = views["order"], views["starts"]
        self._count = len(self._places)
        if self._file.seek(0, SEEK_END):
            self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)

    def of_image(self, image: int) -> memoryview[int]:
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
        self._open.close()
