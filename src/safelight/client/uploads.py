"""Sends files to a datalake: first asks which are there, then sends what is missing, some at a time."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal
from uuid import UUID

from safelight.client.http import Http, Json
from safelight.errors import Invalid, SafelightError

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif"})
ASKED_AT_ONCE = 200
SENT_AT_ONCE = 4
MEMBER_LIMIT = 1024**3  # bytes that one file of an archive may become
LARGE, RATIO_LIMIT = 64 * 1024**2, 200  # no large picture shrinks so far: a zip bomb does
_CHUNK = 1024 * 1024

State = Literal["sent", "there", "duplicate", "refused"]


@dataclass(frozen=True, slots=True)
class Source:
    """A file on its way. `open` may be called again. `problem`: why it cannot be read at all."""

    filename: str
    size: int
    open: Callable[[], BinaryIO]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one file: `there` under its name already, `duplicate` of one with another name
    (`of`) and left out, `refused` for `error`, or sent.
    """

    filename: str
    size: int
    state: State
    id: UUID | None = None
    error: str = ""
    of: str = ""


def sources(paths: Iterable[str | Path]) -> Iterator[Source]:
    """The pictures of files, of folders with all in them, and of zip archives.

    Raises Invalid for a path of nothing and an archive that cannot be read.
    """
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.suffix.lower() in PICTURES)
            yield from (_of_file(one) for one in inside if one.is_file())
        elif path.suffix.lower() == ".zip":
            yield from _of_archive(path)
        elif path.is_file():
            yield _of_file(path)
        else:
            raise Invalid(f"There is no file or folder {path}.", path=str(path))


def _of_file(path: Path) -> Source:
    return Source(path.name, path.stat().st_size, lambda: path.open("rb"))


def _of_archive(path: Path) -> Iterator[Source]:
    """Nothing is unpacked to disk, so names with `..` lead nowhere: of a name its last part counts."""
    try:
        archive = zipfile.ZipFile(path)  # open as long as some of its sources are
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise Invalid(
            f"{path} cannot be read as a zip archive: {error}.", path=str(path)
        ) from error
    for member in archive.infolist():
        name = PurePosixPath(member.filename.replace("\\", "/")).name
        if not member.is_dir() and PurePosixPath(name).suffix.lower() in PICTURES:
            yield _of_member(archive, member, name)


def _of_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> Source:
    problem = ""
    if member.flag_bits & 1:
        problem = "It is encrypted in its archive."
    elif member.file_size > MEMBER_LIMIT:
        problem = f"It would be larger than {MEMBER_LIMIT} bytes."
    elif member.file_size > max(LARGE, RATIO_LIMIT * member.compress_size):
        problem = "It unpacks to far more than it is: this looks like a zip bomb."

    def read() -> BinaryIO:
        try:
            # `read` checks size and checksum: what says less than it holds is an error.
            return io.BytesIO(archive.read(member))
        except (zipfile.BadZipFile, EOFError, OSError) as error:
            raise Invalid(f"It cannot be unpacked: {error}.") from error

    return Source(name, member.file_size, read, problem)


class Uploader:
    """One upload to one datalake. To go on after a loss, do it again: what is there is not sent."""

    def __init__(
        self, http: Http, datalake_id: UUID | str, *, add_duplicates: bool = False
    ) -> None:
        self._http, self._path = http, f"/api/v1/datalakes/{datalake_id}"
        self._add_duplicates = add_duplicates
        self._seen: dict[str, str] = {}  # name by content, of what this upload has sent

    def send(self, files: Iterable[Source]) -> Iterator[Sent]:
        """What becomes of each file, as it becomes known."""
        waiting = iter(files)
        with ThreadPoolExecutor(SENT_AT_ONCE) as pool:
            while some := list(islice(waiting, ASKED_AT_ONCE)):
                hashed = list(zip(some, pool.map(_hash, some), strict=True))
                missing = []
                for file, state in self._asked(hashed):
                    if state is None:
                        missing.append(file)
                    else:
                        yield state
                yield from pool.map(self._send, missing)

    def _asked(self, hashed: list[tuple[Source, str]]) -> Iterator[tuple[Source, Sent | None]]:
        readable = [(file, said) for file, said in hashed if len(said) == _HEX]
        for file, said in hashed:
            if len(said) != _HEX:
                yield file, Sent(file.filename, file.size, "refused", error=said)
        body: Json = {
            "files": [{"filename": file.filename, "sha256": said} for file, said in readable]
        }
        known = self._http.post(f"{self._path}/known", body, repeatable=True)["items"]
        for (file, said), one in zip(readable, known, strict=True):
            yield file, self._met(file, said, one)

    def _met(self, file: Source, sha256: str, known: Json) -> Sent | None:
        """What is known of a file already; None if it is to be sent."""
        if known["state"] == "same":
            return Sent(file.filename, file.size, "there", UUID(known["data"][0]["id"]))
        other = known["data"][0]["name"] if known["data"] else self._seen.get(sha256)
        if other == file.filename:  # twice in this very upload
            return Sent(file.filename, file.size, "there")
        if other is not None and not self._add_duplicates:
            return Sent(file.filename, file.size, "duplicate", of=other)
        self._seen.setdefault(sha256, file.filename)
        return None

    def _send(self, file: Source) -> Sent:
        try:
            with file.open() as content:
                part = (file.filename, content, "application/octet-stream")
                [item] = self._http.post(f"{self._path}/data", files={"files": part})["items"]
        except (Invalid, OSError) as error:
            reason = error.message if isinstance(error, SafelightError) else str(error)
            return Sent(file.filename, file.size, "refused", error=reason)
        if item["error"]:
            return Sent(file.filename, file.size, "refused", error=item["error"])
        return Sent(file.filename, file.size, "sent", UUID(item["id"]))


_HEX = 64


def _hash(file: Source) -> str:
    """The SHA-256 of a file in hex, or why it cannot be read."""
    if file.problem:
        return file.problem
    if file.size == 0:
        return "It is empty."
    digest = hashlib.sha256()
    try:
        with file.open() as content:
            while chunk := content.read(_CHUNK):
                digest.update(chunk)
    except Invalid as error:
        return error.message
    except OSError as error:
        return f"It cannot be read: {error.strerror}."
    return digest.hexdigest()
