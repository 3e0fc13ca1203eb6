"""Names that pictures get inside a zip: safe everywhere, and different also without their suffix."""

from __future__ import annotations

from itertools import count
from pathlib import PurePosixPath


class MemberNames:
    """A label file is called like its picture but for the suffix, so `a.jpg` and `a.png` collide."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, file_name: str) -> PurePosixPath:
        """The name, which differs from `file_name` where that leads out or is taken."""
        parts = [
            part for part in file_name.replace("\\", "/").split("/") if part not in {"", ".", ".."}
        ]
        path = PurePosixPath(*parts) if parts else PurePosixPath("picture")
        if path.name.startswith("."):
            path = path.with_name(f"picture{path.name}")
        unique = path
        for number in count(2):
            stem = str(unique.with_suffix("")).casefold()
            if stem not in self._taken:
                self._taken.add(stem)
                return unique
            unique = path.with_stem(f"{path.stem}-{number}")
        raise AssertionError  # count never ends
