"""What every writer is given, and what it tells: what is in the file, and what the format cannot say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from safelight.domain.annotations import ABSENT, Annotation, Shape
from safelight.domain.datasets import Label


class LeftOut(Exception):
    """A format has no word for a shape; the message says which kind, and why."""


class Out(Protocol):
    """Where a file is written to, from its beginning to its end."""

    def write(self, content: bytes, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture, and what is said of it. `open` gives its file, where it shall be packed too."""

    file_name: str
    width: int | None
    height: int | None
    annotation: Annotation | None
    open: Callable[[], BinaryIO] | None = None


@dataclass(frozen=True, slots=True)
class Writing:
    """One file to be. `pictures` are taken once, in their order; `scratch` is a folder for what must
    wait until later.
    """

    description: str
    labels: Sequence[Label]
    pictures: Iterable[Picture]
    scratch: Path | None = None


@dataclass(slots=True)
class Written:
    """What came out. `left_out`: shapes that are not in the file, by the reason. `changed`: what of
    the others is in it in another form, or not at all.
    """

    pictures: int = 0
    shapes: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)


def beside(shape: Shape) -> list[str]:
    """What is said of a shape beside its label and geometry, in words for `Written.changed`."""
    said = {
        "text": shape.text is not None,
        "attributes": bool(shape.attributes),
        "a crowd's mark": bool(shape.is_crowd),
        "area": shape.area is not ABSENT,
        "more geometry": bool(shape.extra),
    }
    return [word for word, is_said in said.items() if is_said]
