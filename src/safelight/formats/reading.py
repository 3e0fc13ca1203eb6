"""What every reader is given beside the file: where shapes and bad records go, and what to take."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from safelight.formats.rejects import Rejects
from safelight.formats.spill import Spill

Progress = Callable[[int, int], None]
"""Called with the bytes (of a tree: the files) read and the shapes found so far."""


def _quiet(_done: int, _shapes: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of one file. `only`: take just the records of these names (`Problem.where`): such
    shapes, the shapes of such pictures and categories, and the pictures that then have shapes or
    are named themselves. All others are passed over in silence, be they good or bad.
    """

    spill: Spill
    rejects: Rejects = field(default_factory=Rejects)
    only: AbstractSet[str] | None = None
    progress: Progress = _quiet

    def wants(self, *names: str) -> bool:
        """Whether a record that goes by one of these names is to be taken."""
        return self.only is None or any(name in self.only for name in names)
