"""Nine plain verbs over a place for bytes. Names are given; who may use them is decided elsewhere.

What is being written stands under `.incoming/` and gets its name at once and whole, so nobody ever
reads half a file.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import unquote, urlsplit

from safelight.errors import NotFound, Unavailable
from safelight.ids import uuid7

CHUNK = 256 * 1024
_INCOMING = ".incoming"
_PARTS = ".parts"
T = TypeVar("T")


class Blobs:
    """A place for bytes by name: `file:///folder` or `s3://bucket/prefix`.

    The storage library starts threads when it is first used; until then this object may cross a
    fork.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._lock = threading.Lock()
        self._opened: Any = None

    @property
    def _store(self) -> Any:
        with self._lock:
            if self._opened is None:
                self._opened = _open(self.url)
            return self._opened

    def put(self, name: str, content: bytes) -> None:
        """Write a whole object."""
        import obstore

        _guard(lambda: obstore.put(self._store, name, content), name)

    def incoming(self) -> Incoming:
        """Somewhere to write to, piece by piece, before it gets a name."""
        return Incoming(self, f"{_INCOMING}/{uuid7().hex}")

    def read(self, name: str) -> bytes:
        """A whole object; for small ones. Raises NotFound."""
        import obstore

        return _guard(lambda: bytes(obstore.get(self._store, name).bytes()), name)

    def path(self, name: str) -> Path | None:
        """Where the bytes of an object lie on this machine; None if they lie elsewhere."""
        parts = urlsplit(self.url)
        if parts.scheme != "file":
            return None
        found = Path(unquote(parts.path)) / name
        return found if found.is_file() else None

    def stream(self, name: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to before `end`, piece by piece. Raises NotFound at once."""
        import obstore

        if end is not None and end <= start:
            return iter(())
        wanted: Any = {"offset": start} if end is None else (start, end)
        options: Any = {"range": wanted} if start or end is not None else None
        found = _guard(lambda: obstore.get(self._store, name, options=options), name)
        return (bytes(chunk) for chunk in found.stream(min_chunk_size=CHUNK))

    @property
    def folder(self) -> Path | None:
        """Where the bytes lie, if that is a folder of this machine."""
        parts = urlsplit(self.url)
        return Path(unquote(parts.path)) if parts.scheme == "file" else None

    def unfinished(self) -> Iterator[Path]:
        """The files of this machine that have no name yet, and may never get one."""
        folder = self.folder
        if folder is not None:
            yield from (each for each in (folder / _INCOMING).glob("*") if each.is_file())

    def open(self, name: str) -> io.BufferedReader:
        """The object as a seekable file; one that is not on this machine is read by ranges. Raises
        NotFound.
        """
        folder = self.folder
        if folder is not None:
            return _guard(lambda: (folder / name).open("rb"), name)
        import obstore

        reader = _guard(lambda: obstore.open_reader(self._store, name, buffer_size=CHUNK), name)
        return io.BufferedReader(Reader(reader), CHUNK)

    def size(self, name: str) -> int:
        """Raises NotFound."""
        import obstore

        return int(_guard(lambda: obstore.head(self._store, name)["size"], name))

    def remove(self, names: Iterable[str]) -> None:
        """Delete objects; names of nothing are ignored."""
        import obstore

        for name in names:
            try:
                _guard(lambda name=name: obstore.delete(self._store, name), name)  # type: ignore[misc]
            except NotFound:
                continue

    # --- multipart: parts are objects until they are put together --------------------------------

    def part(self, upload_id: str, number: int, etag: str) -> str:
        """The name that a part of an upload has: the same bytes sent twice are the same part."""
        return f"{_PARTS}/{upload_id}/{number:05}.{etag}"

    def assemble(self, parts: Iterable[str], name: str) -> int:
        """Put parts together under `name`; the size. The parts stay until `remove_parts`."""
        with self.incoming() as incoming:
            for part in parts:
                for chunk in self.stream(part):
                    incoming.write(chunk)
            incoming.commit(name)
            return incoming.size

    def remove_parts(self, upload_id: str) -> None:
        import obstore

        prefix = f"{_PARTS}/{upload_id}/"
        found = [one["path"] for batch in obstore.list(self._store, prefix) for one in batch]
        self.remove(found)


class Incoming:
    """A file that is being written. Without `commit` it leaves nothing behind."""

    def __init__(self, blobs: Blobs, name: str) -> None:
        import obstore

        self._blobs, self._name = blobs, name
        self._writer: Any = _guard(lambda: obstore.open_writer(blobs._store, name), name)
        self._closed = self._named = False
        self.size = 0

    def write(self, chunk: bytes) -> None:
        _guard(lambda: self._writer.write(chunk), self._name)
        self.size += len(chunk)

    def close(self) -> str:
        """All bytes are there, under a passing name, which is answered."""
        if not self._closed:
            self._closed = True
            _guard(self._writer.close, self._name)
        return self._name

    def commit(self, name: str) -> None:
        """Give it its name."""
        import obstore

        self.close()
        _guard(lambda: obstore.rename(self._blobs._store, self._name, name), name)
        self._named = True

    def discard(self) -> None:
        """Throw away what was written, if it has no name yet."""
        if self._closed and not self._named:
            self._blobs.remove([self._name])
        self._closed = True
        self._writer = None  # the storage library aborts a writer that nobody holds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()


class Reader(io.RawIOBase):
    """A storage reader as Python knows files."""

    def __init__(self, reader: Any) -> None:
        super().__init__()
        self._reader = reader

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        found = memoryview(self._reader.read(len(target)))
        target[: len(found)] = found
        return len(found)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._reader.seek(offset, whence))

    def tell(self) -> int:
        return int(self._reader.tell())


def _open(url: str) -> Any:
    from obstore.store import LocalStore, from_url

    parts = urlsplit(url)
    if parts.scheme != "file":
        return from_url(url)
    return LocalStore(Path(unquote(parts.path)), mkdir=True)


def _guard(step: Callable[[], T], name: str) -> T:
    """Do one step of storage, with its errors in our words."""
    from obstore.exceptions import BaseError

    try:
        return step()
    except FileNotFoundError as error:
        raise NotFound("There is no such object.", object_name=name) from error
    except (BaseError, OSError) as error:
        raise Unavailable("The storage does not answer.", reason=str(error)) from error
