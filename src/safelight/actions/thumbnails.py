"""Small pictures for galleries: made once per content, in advance where there is time, and kept."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

# One thread in each picture: others ask for other pictures meanwhile.
os.environ.setdefault("VIPS_CONCURRENCY", "1")

import pyvips
from PIL import Image

from safelight.actions.context import Context
from safelight.domain.datasets import DataType
from safelight.domain.permissions import Actor
from safelight.errors import Invalid, NotFound, SafelightError
from safelight.store import data
from safelight.store.data import Data

SIZES = (128, 256, 512, 1024)
USUAL = 256  # what galleries show
CONTENT_TYPE = "image/webp"
AT_ONCE = 2
_BMP = "image/bmp"
_BMP_PIXELS = 120_000_000
AHEAD = 20_000  # uploads that wait for theirs; those over it are made when they are looked at
# Decoding is where memory goes: a gallery asks for sixty at once, two at a time are made.
_making = threading.BoundedSemaphore(AT_ONCE)

pyvips.cache_set_max(0)  # every picture is read once
pyvips.block_untrusted_set(True)  # no loader that libvips does not vouch for


def thumbnail(context: Context, by: Actor, data_id: UUID, size: int) -> Path:
    """The file of a picture made to fit a square of `size` pixels, turned as EXIF asks.

    Raises NotFound, also for placeholders, and Invalid for a size that is not kept and for a picture
    that cannot be drawn.
    """
    if size not in SIZES:
        raise Invalid(f"Thumbnails have the sizes {', '.join(map(str, SIZES))}.", field="size")
    with context.db.read() as read:
        found = data.get(read, by.organization_id, data_id)
    if found.object_name is None or found.type is not DataType.IMAGE:
        raise NotFound("This data has no picture yet.", data_id=data_id)
    return ensure(context, found, size)


def ensure(context: Context, found: Data, size: int = USUAL) -> Path:
    """The same for a picture that was read: made now unless it was."""
    path = _path(context, found, size)
    if not path.exists():
        with _alone(path), _making:
            if not path.exists():  # another request made it while this one waited
                _make(context, found, size, path)
    return path


def _path(context: Context, found: Data, size: int) -> Path:
    # Equal contents share one. Of a UUIDv7 the last digits are the random ones.
    name = found.sha256.hex() if found.sha256 else found.data_id.hex
    return context.settings.data / "thumbnails" / name[-2:] / f"{name}-{size}.webp"


def every(context: Context) -> Iterator[Path]:
    """The files of all thumbnails, also of those that are being made or were not made to their end."""
    return (each for each in (context.settings.data / "thumbnails").glob("*/*") if each.is_file())


def of_what(path: Path) -> bytes | UUID | None:
    """The content (SHA-256) or the id of the data that a thumbnail is of; None for what is no thumbnail."""
    try:
        name = bytes.fromhex(path.name.partition("-")[0])
    except ValueError:
        return None
    if path.suffix != ".webp":
        return None
    return UUID(bytes=name) if len(name) == 16 else name


_gate = threading.Lock()
_under_way: dict[Path, tuple[threading.Lock, int]] = {}  # and how many hold or wait for it


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Whoever else asks for this thumbnail waits until it stands, and holds no place meanwhile."""
    with _gate:
        lock, many = _under_way.get(path, (threading.Lock(), 0))
        _under_way[path] = lock, many + 1
    try:
        with lock:
            yield
    finally:
        with _gate:
            _, many = _under_way[path]
            if many == 1:
                del _under_way[path]
            else:
                _under_way[path] = lock, many - 1


def _make(context: Context, found: Data, size: int, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    passing = path.with_suffix(f".{uuid4().hex}")
    try:
        image = _small(context, found, size)
        image.webpsave(str(passing), Q=80, effort=2, strip=True)
    except (pyvips.Error, OSError) as error:
        passing.unlink(missing_ok=True)
        raise Invalid("This picture cannot be drawn.", reason=str(error).strip()[:300]) from error
    passing.replace(path)


def _small(context: Context, found: Data, size: int) -> pyvips.Image:
    """Decoded no larger than needed: JPEG at a fraction of its size, the rest line by line."""
    name = found.object_name or ""
    if found.content_type == _BMP:
        return _small_bmp(context, name, size)
    file = context.blobs.path(name)
    if file is not None:
        return pyvips.Image.thumbnail(
            str(file), size, height=size, size="down", export_profile="srgb"
        )
    content = context.blobs.read(name)
    return pyvips.Image.thumbnail_buffer(
        content, size, height=size, size="down", export_profile="srgb"
    )


def _small_bmp(context: Context, object_name: str, size: int) -> pyvips.Image:
    """Libvips has no reader of its own for BMP; Pillow's decodes all of it, so not the largest."""
    with context.blobs.open(object_name) as file, Image.open(file, formats=["BMP"]) as image:
        if image.width * image.height > _BMP_PIXELS:
            raise Invalid(f"A BMP of more than {_BMP_PIXELS:,} pixels is not drawn.")
        small = image.convert("RGB")
    small.thumbnail((size, size))
    return pyvips.Image.new_from_memory(small.tobytes(), small.width, small.height, 3, "uchar")


# --- in advance -----------------------------------------------------------------------------------

_waiting: queue.Queue[tuple[Context, Data]] = queue.Queue(AHEAD)
_worker: threading.Thread | None = None


def make_ahead(context: Context, found: Data) -> None:
    """Have the usual thumbnail of an upload made soon. One thread does so, so that what somebody looks
    at finds a place free; what does not fit into its queue is made when it is looked at.
    """
    global _worker
    if found.object_name is None or found.type is not DataType.IMAGE:
        return
    with _gate:
        if _worker is None:
            _worker = threading.Thread(target=_work, name="thumbnails", daemon=True)
            _worker.start()
    try:
        _waiting.put_nowait((context, found))
    except queue.Full:
        return


def _work() -> None:
    while True:
        context, found = _waiting.get()
        try:
            ensure(context, found)
        except (SafelightError, OSError):
            pass  # removed meanwhile, or cannot be drawn: who looks at it is told
        finally:
            _waiting.task_done()
