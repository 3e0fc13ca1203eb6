"""Files in memory as a tree, and what a reader finds in them in a form that can be compared."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from safelight.domain.annotations import Shape
from safelight.formats import readers
from safelight.formats.found import Found
from safelight.formats.reading import Reading
from safelight.formats.rejects import Problem, Rejects
from safelight.formats.spill import Spill
from safelight.formats.tree import open_tree

Files = Mapping[str, bytes | str]

_shape = msgspec.json.Decoder(Shape)


def packed(files: Files) -> bytes:
    """The files as a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Result:
    """`shapes` by file name: the label, the kind and the rest of each."""

    found: Found
    shapes: dict[str, list[tuple[str, Shape]]]

    @property
    def problems(self) -> list[Problem]:
        return self.found.rejects.first

    @property
    def bad(self) -> dict[str, str]:
        return {one.where: one.reason for one in self.problems}

    @property
    def said(self) -> dict[str, list[tuple[str, str, Any]]]:
        """Label, kind and geometry of each shape."""
        return {
            name: [(label, shape.kind.value, shape.coordinates) for label, shape in of]
            for name, of in self.shapes.items()
        }

    @property
    def sizes(self) -> dict[str, tuple[int | None, int | None]]:
        return {one.file_name: (one.width, one.height) for one in self.found.images.values()}


def read(
    format: str,
    files: Files | bytes,
    *,
    only: set[str] | None = None,
    size_of: Callable[[str], tuple[int, int] | None] = lambda _name: None,
    label: str | None = None,
    name: str = "a.zip",
) -> Result:
    content = files if isinstance(files, bytes) else packed(files)
    with Spill() as spill, open_tree(io.BytesIO(content), name) as tree:
        reading = Reading(spill, Rejects(), only, size_of=size_of, label_attribute=label)
        found = readers.read(format, tree, reading)
        return Result(found, shapes_of(found, spill))


def shapes_of(found: Found, spill: Spill) -> dict[str, list[tuple[str, Shape]]]:
    shapes = {}
    for position, image in found.images.items():
        at = spill.of_image(position)
        shapes[image.file_name] = [
            (
                found.categories[spill.categories[one]].name,
                _shape.decode(b'{"n":0,"l":%d,%b' % (spill.categories[one], text)),
            )
            for one, text in zip(at, spill.texts(at), strict=True)
        ]
    return shapes


def detected(files: Files) -> str:
    with open_tree(io.BytesIO(packed(files)), "a.zip") as tree:
        return readers.detect(tree)
