"""The folder in which an import keeps what it has read of its file, for itself and for whoever goes on after
it was cut off. It is not synced to the disk: after a start of the machine the file is read again, which gives
the same, so that documents that were written by then still fit.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from msgspec import Struct

from safelight.formats.found import Category, Found, Image
from safelight.formats.rejects import Problem, Rejects
from safelight.formats.spill import Spill
from safelight.runner.processes import boot_id

SHAPES = "shapes"
INDEX = "shapes.index"
FOUND = "found"  # written last: with it all is there


class _Kept(Struct):
    """`rejects`: how many bad records were found, and the first of them."""

    boot: str
    images: dict[int, Image]
    categories: dict[int, Category]
    rejects: int
    first: list[Problem]


class Scratch:
    """The folder is gone when this is left, whatever happened, unless the process dies."""

    def __init__(self, run_folder: Path) -> None:
        self.path = run_folder / "work" / "import"
        self.path.mkdir(parents=True, exist_ok=True)
        self._spill: Spill | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._spill is not None:
            self._spill.close()
        shutil.rmtree(self.path, ignore_errors=True)

    def begin(self) -> Spill:
        """A spill for what will be read."""
        self._spill = Spill(self.path, name=SHAPES)
        return self._spill

    def keep(self, file: Found, spill: Spill) -> None:
        """All was read."""
        spill.save(self.path / INDEX)
        kept = _Kept(
            boot_id(), file.images, file.categories, file.rejects.total, file.rejects.first
        )
        temporary = self.path / f".{FOUND}"
        temporary.write_bytes(msgspec.msgpack.encode(kept))
        temporary.replace(self.path / FOUND)

    def find(self) -> tuple[Found, Spill] | None:
        """What an earlier process of the run has read; None: the file must be read."""
        try:
            content = (self.path / FOUND).read_bytes()
        except FileNotFoundError:
            return None
        kept = msgspec.msgpack.decode(content, type=_Kept)
        if kept.boot != boot_id():
            return None
        self._spill = Spill.load(self.path / SHAPES, self.path / INDEX)
        rejects = Rejects(total=kept.rejects, first=kept.first)
        return Found(kept.images, kept.categories, rejects), self._spill
