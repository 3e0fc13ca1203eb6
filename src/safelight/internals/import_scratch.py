"""The folder in which an import keeps what it has read of its file, for itself and for whoever goes on after
it was cut off. It is not synced to the disk: after a start of the machine the file is read again.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack, closing
from pathlib import Path
from typing import BinaryIO, Self

import msgspec
from msgspec import Struct

from safelight.formats.found import Category, Found
from safelight.formats.spill import Spill
from safelight.internals.import_rejects import Mark, RejectsFile
from safelight.runner.processes import boot_id

SHAPES = "shapes"
REJECTS = "rejects"
SOURCE = "source"
_COPIED_AT_ONCE = 1024 * 1024
FOUND = "found"  # written last: with it all is there


class _Kept(Struct):
    boot: str
    format: str
    categories: dict[int, Category]
    members: dict[int, str]
    rejects: Mark


class Scratch:
    """The folder is gone when this is left, whatever happened, unless the process dies."""

    format = ""
    spill: Spill
    rejects: RejectsFile

    def __init__(self, run_folder: Path) -> None:
        self.path = run_folder / "work" / "import"
        self.path.mkdir(parents=True, exist_ok=True)
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        shutil.rmtree(self.path, ignore_errors=True)

    def begin(self) -> None:
        """Make room for what will be read."""
        self.spill = self._open.enter_context(Spill(self.path, name=SHAPES))
        self.rejects = self._open.enter_context(closing(RejectsFile(self.path / REJECTS)))

    def copy(self, file: BinaryIO) -> Path:
        """A file as one of this machine."""
        with (self.path / SOURCE).open("wb") as copy:
            shutil.copyfileobj(file, copy, _COPIED_AT_ONCE)
        return self.path / SOURCE

    def keep(self, format: str, found: Found) -> None:
        """All was read."""
        self.format = format
        self.spill.pictures.save()
        kept = _Kept(boot_id(), format, found.categories, found.members, self.rejects.mark())
        temporary = self.path / f".{FOUND}"
        temporary.write_bytes(msgspec.msgpack.encode(kept))
        temporary.replace(self.path / FOUND)

    def find(self) -> Found | None:
        """What an earlier process of the run has read; None: the file must be read."""
        try:
            content = (self.path / FOUND).read_bytes()
        except FileNotFoundError:
            return None
        kept = msgspec.msgpack.decode(content, type=_Kept)
        if kept.boot != boot_id():
            return None
        self.format = kept.format
        spill = Spill.load(self.path, SHAPES)
        rejects = RejectsFile(self.path / REJECTS, kept.rejects)
        self.spill = self._open.enter_context(spill)
        self.rejects = self._open.enter_context(closing(rejects))
        return Found(spill.pictures, kept.categories, kept.members, self.rejects.rejects)
