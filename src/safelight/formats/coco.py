"""What a COCO file says, as records; which of its records are wrong, and how they are named."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Raw, Struct, field

ABSENT = Raw(b"null")
TEXT = "utf8_string"  # COCO-Text's key for what is written in a shape

# An id of a COCO file: any integer that fits 64 bits.
Id = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Side = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class Image(Struct, gc=False):
    id: Id
    file_name: str
    width: Side | None = None
    height: Side | None = None


class Category(Struct, gc=False):
    id: Id
    name: str
    keypoints: list[str] = []
    skeleton: list[tuple[int, int]] = []  # pairs of positions in `keypoints`, from 1


class Annotation(Struct, gc=False):
    """One annotation; geometry stays as it is written in the file."""

    id: Id
    image_id: Id
    category_id: Id
    bbox: Raw
    segmentation: Raw = ABSENT
    area: Raw = ABSENT
    iscrowd: int | bool | None = None
    keypoints: Raw = ABSENT
    attributes: Raw = ABSENT
    text: str | None = field(name=TEXT, default=None)


class BadRecord(Exception):
    """One record cannot be taken; the message says why, in words that follow its name."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A bad record: which (its id, or its byte in the file) and why."""

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


@dataclass(slots=True)
class Rejects:
    """All bad records counted, the first `limit` of them kept to be named."""

    limit: int = 1000
    total: int = 0
    first: list[Problem] = dataclasses.field(default_factory=list)

    def add(self, where: str, reason: str) -> None:
        self.total += 1
        if len(self.first) < self.limit:
            self.first.append(Problem(where, reason))
