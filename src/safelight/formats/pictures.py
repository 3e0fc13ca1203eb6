"""The picture files that lie in a tree: which is meant by a name, and how big each is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from safelight.errors import Invalid
from safelight.formats.picture import read_header
from safelight.formats.rejects import BadRecord
from safelight.formats.tree import Tree

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif", ".avif")

Size = tuple[int, int]


def is_picture(name: str) -> bool:
    """Whether a file is called like one."""
    return name.lower().endswith(SUFFIXES)


class Pictures:
    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._by_base: dict[str, list[str]] = {}
        for name in tree.sizes:
            if is_picture(name):
                self._by_base.setdefault(base_name(name), []).append(name)

    def __iter__(self) -> Iterator[str]:
        return (name for names in self._by_base.values() for name in names)

    def __bool__(self) -> bool:
        return bool(self._by_base)

    def find(self, file_name: str) -> str | None:
        """The file that a record means by `file_name`: that path, or else one that ends so, or else
        one of the same name wherever it lies. Raises BadRecord if several may be meant.
        """
        named = self._by_base.get(base_name(file_name), [])
        path = PurePosixPath(file_name.replace("\\", "/")).as_posix().lstrip("/")
        for fitting in (
            [name for name in named if name == path],
            [name for name in named if name.endswith(f"/{path}")],
            named,
        ):
            if len(fitting) == 1:
                return fitting[0]
            if fitting:
                raise BadRecord(f"{file_name!r} may be {fitting[0]} or {fitting[1]}")
        return None

    def size(self, name: str) -> Size:
        """Raises BadRecord if the file is no picture."""
        try:
            with self._tree.open(name) as file:
                picture = read_header(file)
        except Invalid as invalid:
            reason = invalid.message.removesuffix(".")
            raise BadRecord(f"the file {name}: {reason}") from invalid
        return picture.width, picture.height


def base_name(path: str) -> str:
    """The last part of a path of any system."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]
