"""What a file of any format turned out to say: pictures and categories by position, and bad records."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Struct

from safelight.domain.datasets import check_name
from safelight.errors import Invalid
from safelight.formats.images import Images
from safelight.formats.rejects import BadRecord, Rejects


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
    """Images and categories by position, in the order of the file; the shapes, which lie in a `Spill` with
    the images, name positions too. What the file never defines, or defines badly, is not here and has
    no shapes. `members` names the files of those images that lie in the tree that was read.
    """

    images: Images
    categories: dict[int, Category] = field(default_factory=dict)
    members: dict[int, str] = field(default_factory=dict)
    rejects: Rejects = field(default_factory=Rejects)


def check_category_name(name: str) -> None:
    """Whether it can be the name of a label. Raises BadRecord."""
    try:
        check_name(name, "label")
    except Invalid as invalid:
        reason = invalid.message.removesuffix(".")
        raise BadRecord(f"name {name[:80]!r}: {reason}") from invalid
