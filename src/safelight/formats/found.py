"""What a file of any format turned out to say: pictures and categories by position, and bad records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta, Struct

from safelight.domain.datasets import check_name
from safelight.errors import Invalid
from safelight.formats.rejects import BadRecord, Rejects

FILE_NAME_BYTES = 1024

Side = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class Image(Struct, gc=False):
    """A picture that the file speaks of. `id` is what the file knows it by: a number or a path."""

    id: int | str
    file_name: str
    width: Side | None = None
    height: Side | None = None

    @property
    def where(self) -> str:
        """The record in the words that bad records are named by."""
        return f"image {self.id}"


class Category(Struct, gc=False):
    id: int | str
    name: str
    keypoints: list[str] = []
    skeleton: list[tuple[int, int]] = []  # pairs of positions in `keypoints`, from 1

    @property
    def where(self) -> str:
        """The record in the words that bad records are named by."""
        return f"category {self.id}"


@dataclass(slots=True)
class Found:
    """Images and categories by position, in the order of the file; the shapes, which lie in a
    `Spill`, name positions too. What the file never defines, or defines badly, is not here and has
    no shapes. `members` names the files of those images that lie in the tree that was read.
    """

    images: dict[int, Image] = field(default_factory=dict)
    categories: dict[int, Category] = field(default_factory=dict)
    members: dict[int, str] = field(default_factory=dict)
    rejects: Rejects = field(default_factory=Rejects)


def check_file_name(name: str) -> None:
    """Whether a store can keep and look up this name. Raises BadRecord."""
    if not name.strip():
        raise BadRecord("file_name is empty")
    # PostgreSQL takes no NUL in a text, and at most some 2,700 bytes in an index.
    if len(name) > FILE_NAME_BYTES // 4 and len(name.encode()) > FILE_NAME_BYTES:
        raise BadRecord(f"file_name has more than {FILE_NAME_BYTES:,} bytes")
    if not name.isprintable() and any(ord(letter) < 32 for letter in name):
        raise BadRecord(f"file_name {name[:80]!r} has control characters")


def check_category_name(name: str) -> None:
    """Whether it can be the name of a label. Raises BadRecord."""
    try:
        check_name(name, "label")
    except Invalid as invalid:
        reason = invalid.message.removesuffix(".")
        raise BadRecord(f"name {name[:80]!r}: {reason}") from invalid
