"""Small pictures for galleries: made once, kept beside the data."""

from __future__ import annotations

import threading
from pathlib import Path
from uuid import UUID, uuid4

import pyvips

from safelight.actions.context import Context
from safelight.domain.datasets import DataType
from safelight.domain.permissions import Actor
from safelight.errors import Invalid, NotFound
from safelight.store import data
from safelight.store.data import Data

SIZES = (128, 256, 512, 1024)
CONTENT_TYPE = "image/webp"
# Decoding is where memory goes: a gallery asks for sixty at once, two at a time are made.
_making = threading.BoundedSemaphore(2)

pyvips.cache_set_max(0)  # every picture is read once
pyvips.block_untrusted_set(True)  # no loader that libvips does not vouch for


def thumbnail(context: Context, by: Actor, data_id: UUID, size: int) -> Path:
    """The file of a picture made to fit a square of `size` pixels, turned as EXIF asks.

    Raises NotFound, also for placeholders, and Invalid for a size that is not kept.
    """
    if size not in SIZES:
        raise Invalid(f"Thumbnails have the sizes {', '.join(map(str, SIZES))}.", field="size")
    with context.db.read() as read:
        found = data.get(read, by.organization_id, data_id)
    if found.object_name is None or found.type is not DataType.IMAGE:
        raise NotFound("This data has no picture yet.", data_id=data_id)
    path = _path(context, found, size)
    if not path.exists():
        with _making:
            if not path.exists():  # another request made it while this one waited
                _make(context.blobs.read(found.object_name), size, path)
    return path


def _path(context: Context, found: Data, size: int) -> Path:
    name = found.data_id.hex  # of a UUIDv7 the last digits are the random ones
    return context.settings.data / "thumbnails" / name[-2:] / f"{name}-{size}.webp"


def _make(content: bytes, size: int, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    passing = path.with_suffix(f".{uuid4().hex}")
    try:
        image = pyvips.Image.thumbnail_buffer(content, size, height=size, size="down")
        image.webpsave(str(passing), Q=80)
    except pyvips.Error as error:
        passing.unlink(missing_ok=True)
        raise Invalid("This picture cannot be drawn.", reason=str(error).strip()[:300]) from error
    passing.replace(path)
