"""What every writer is given, and what it tells: what is in the file, and what the format cannot say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from safelight.domain.annotations import ABSENT, Annotation, Shape
from safelight.domain.datasets import Label

NAMED_AT_MOST = 3


class LeftOut(Exception):
    """A format has no word for a shape; the message says which kind, and why."""


class Out(Protocol):
    """Where a file is written to, from its beginning to its end."""

    def write(self, content: bytes, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture, and what is said of it. `open` gives its file, where it shall be packed too. `number`: its
    id, where a format has numbers for them; 0: the next.
    """

    file_name: str
    width: int | None
    height: int | None
    annotation: Annotation | None
    open: Callable[[], BinaryIO] | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Writing:
    """One file to be. `pictures` are taken once, in their order. `listed` gives the same ones without what is
    said of them, for formats that list them first; without it they are kept in memory there. `scratch`
    is a folder for what must wait until later. `is_flat`: the files that say something of a picture
    stand in no folder.
    """

    description: str
    labels: Sequence[Label]
    pictures: Iterable[Picture]
    scratch: Path | None = None
    is_flat: bool = False
    listed: Callable[[], Iterable[Picture]] | None = None


class Tally(Counter[str]):
    """How often each thing was, and in which pictures first. `at`: the picture that is being written."""

    def __init__(self) -> None:
        super().__init__()
        self.at = ""
        self._first: dict[str, list[str]] = {}

    def __setitem__(self, what: str, count: int) -> None:
        super().__setitem__(what, count)
        named = self._first.setdefault(what, [])
        if len(named) <= NAMED_AT_MOST and self.at not in named:
            named.append(self.at)

    def first(self, what: str) -> list[str]:
        """The names of the first pictures where it was; the last is `...` if there are more."""
        named = self._first.get(what, [])
        return named if len(named) <= NAMED_AT_MOST else [*named[:NAMED_AT_MOST], "..."]


@dataclass(slots=True)
class Written:
    """What came out. `left_out`: shapes that are not in the file, by the reason. `changed`: what of
    the others is in it in another form, or not at all.
    """

    pictures: int = 0
    shapes: int = 0
    left_out: Tally = field(default_factory=Tally)
    changed: Tally = field(default_factory=Tally)

    def begin(self, picture: Picture) -> None:
        """The next picture is being written."""
        self.pictures += 1
        self.left_out.at = self.changed.at = picture.file_name


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
