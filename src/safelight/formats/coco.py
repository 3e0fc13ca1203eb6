"""What a COCO file says, as records."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Raw, Struct, field

from safelight.formats import found, images

ABSENT = Raw(b"null")
TEXT = "utf8_string"  # COCO-Text's key for what is written in a shape

# An id of a COCO file: any integer that fits 64 bits.
Id = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]


class Image(images.Image, gc=False):
    id: Id


class Category(found.Category, gc=False):
    id: Id


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
