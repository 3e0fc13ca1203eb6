"""What every reader is given beside the file: where shapes and bad records go, and what to take."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from safelight.formats.rejects import Rejects
from safelight.formats.spill import Spill

Progress = Callable[[int, int], None]
"""Called with the bytes (of a tree: the files) read and the shapes found so far."""


SizeOf = Callable[[str], tuple[int, int] | None]
"""The width and height of the picture that is known by this file name."""


def _nobody(_file_name: str) -> None:
    return None


def _quiet(_done: int, _shapes: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of one file. `only`: take just the records of these names (`Problem.where`): such
    shapes, the shapes of such pictures and categories, and the pictures that then have shapes or
    are named themselves. All others are passed over in silence, be they good or bad.

    `size_of` knows pictures that are not in the tree, for formats that say coordinates as a share of
    the picture. `label_attribute` says which attribute of a region is its label, where there are more.
    `processes` may be forked to read a big file, if there are more than one.
    """

    spill: Spill
    rejects: Rejects = field(default_factory=Rejects)
    only: AbstractSet[str] | None = None
    progress: Progress = _quiet
    size_of: SizeOf = _nobody
    label_attribute: str | None = None
    processes: int = 1

    def wants(self, *names: str) -> bool:
        """Whether a record that goes by one of these names is to be taken."""
        return self.only is None or any(name in self.only for name in names)
