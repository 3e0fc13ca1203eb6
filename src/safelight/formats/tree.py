"""A read-only view of what was uploaded: a folder, a zip or a single file, as members by name.

Nothing is unpacked to disk and no name is trusted. A member that may not be read is `refused` by name,
with the reason; a tree that cannot be bounded is refused as a whole.
"""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, NamedTuple

from safelight.errors import Invalid
from safelight.formats.rejects import BadRecord

NAME_BYTES = 1024
DEPTH = 32
ARCHIVES = frozenset({".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar"})
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED, _IS_UTF8 = 0x1, 0x800
_AT_ONCE = 64 * 1024
_OTHER = "its content is not what the directory says"
_UNSPEAKABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_END = struct.Struct("<4s8xLL2x")  # the last record of a zip: where its directory is
_END64 = struct.Struct("<4s36xQQ")
_END64_PLACE = struct.Struct("<4s4xQ4x")
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_LOCAL_MAGIC = b"PK\x03\x04"
_END_MAGIC = b"PK\x05\x06"
_ZIP_MAGICS = (_LOCAL_MAGIC, _END_MAGIC)
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, ValueError)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one tree may be. Deflate packs text of annotations at most some 50 times smaller; a
    file that says more is a trap, unless it is small anyway.
    """

    members: int = 1_000_000
    directory: int = 128 * 1024**2
    bytes: int = 4 * 1024**4
    ratio: int = 250
    small: int = 16 * 1024**2


LIMITS = Limits()


class Refused(NamedTuple):
    """A member that may not be read, by the name it has there, and why."""

    name: str
    reason: str


class Tree(ABC):
    """Members by their normalised names, `/` between folders, in the order they lie there."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.refused: list[Refused] = []

    @property
    @abstractmethod
    def sizes(self) -> Mapping[str, int]:
        """How many bytes each member has, or says it has."""

    @abstractmethod
    def _open(self, name: str) -> BinaryIO: ...

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """One member as a seekable file. Raises Invalid while reading, if it is broken."""
        try:
            file = self._open(name)
        except (*_BROKEN, OSError) as error:
            raise Invalid(f"{name} cannot be read: {error}") from error
        try:
            with file:
                yield file
        except (zipfile.BadZipFile, zlib.error) as error:  # no reader raises these itself
            raise Invalid(f"{name} cannot be read: {error}") from error

    def read(self, name: str, limit: int) -> bytes:
        """All of a small member. Raises BadRecord if it has more than `limit` bytes or is broken."""
        size = self.sizes[name]
        if size > limit:
            raise BadRecord(f"the file has {size:,} bytes; at most {limit:,} are read")
        try:
            return self._read(name, size)
        except (*_BROKEN, OSError, Invalid) as error:
            raise BadRecord(f"the file cannot be read: {error}") from error

    def _read(self, name: str, size: int) -> bytes:
        with self._open(name) as file:
            return file.read(size)

    def named(self, *suffixes: str) -> list[str]:
        """The members whose names end so, whatever their case."""
        return [name for name in self.sizes if name.lower().endswith(suffixes)]


@contextmanager
def open_tree(file: BinaryIO, name: str, limits: Limits = LIMITS) -> Iterator[Tree]:
    """What was uploaded as one file: a zip by its content, else just that file. Raises Invalid."""
    file.seek(0)
    beginning = file.read(4)
    file.seek(0)
    yield ZipTree(file, name, limits) if beginning in _ZIP_MAGICS else FileTree(file, name)


class FileTree(Tree):
    """A single file, as a tree of one member."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        """Raises Invalid for an archive that is not read."""
        super().__init__(name)
        self._file = file
        if _suffix(name) in ARCHIVES:
            raise Invalid(f"{name} is no zip file. Of archives, only zip is read.")
        self._sizes = {name: file.seek(0, io.SEEK_END)}
        file.seek(0)

    @property
    def sizes(self) -> Mapping[str, int]:
        return self._sizes

    def named(self, *suffixes: str) -> list[str]:
        """A single file whose name tells nothing may be of any format."""
        return super().named(*suffixes) or [name for name in self.sizes if not _suffix(name)]

    def _open(self, name: str) -> BinaryIO:
        self._file.seek(0)
        return _Kept(self._file)


class _Kept(io.BufferedReader):
    """A file that stays open when a reader of it is closed."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)  # type: ignore[arg-type]

    def close(self) -> None:
        if not self.closed and self.raw is not None:
            self.detach()


class _Names:
    """Judges names, and remembers those that were taken."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._folded: dict[str, str] = {}

    def take(self, written: str) -> str | None:
        """The normalised name; None for what is passed over (hidden files). Raises BadRecord."""
        if _UNSPEAKABLE.search(written):
            raise BadRecord("its name has characters that no name may have")
        if "\\" in written:
            raise BadRecord("its name has a backslash; folders are divided by /")
        if written.startswith("/") or written[1:2] == ":":
            raise BadRecord("its name is absolute")
        parts = [part for part in written.split("/") if part not in {"", "."}]
        if not parts:
            raise BadRecord("it has no name")
        if ".." in parts:
            raise BadRecord("its name leads out of the folder (..)")
        if any(part.startswith(".") or part == "__MACOSX" for part in parts):
            return None
        name = unicodedata.normalize("NFC", "/".join(parts))
        if len(parts) > DEPTH or len(name.encode()) > NAME_BYTES:
            raise BadRecord(f"its name has more than {NAME_BYTES:,} bytes or {DEPTH} folders")
        if _suffix(name) in ARCHIVES:
            raise BadRecord("it is an archive inside; unpack it, or pack its files")
        return self._take_once(name)

    def _take_once(self, name: str) -> str:
        same = self._folded.setdefault(name.casefold(), name)
        if same is not name:
            also = (
                "its name appears twice"
                if same == name
                else f"its name differs from {same} only by case"
            )
            raise BadRecord(also)
        if len(self._folded) > self._limits.members:
            raise Invalid(f"There are more than {self._limits.members:,} files in it.")
        return name


class FolderTree(Tree):
    """A folder of this machine. Links are not followed."""

    def __init__(self, folder: Path, limits: Limits = LIMITS) -> None:
        super().__init__(folder.name)
        self._folder = folder
        self._sizes: dict[str, int] = {}
        self._written: dict[
            str, str
        ] = {}  # names as they are on disk, where normalised ones differ
        names = _Names(limits)
        for written, size in self._walk(""):
            try:
                name = names.take(written)
            except BadRecord as bad:
                self.refused.append(Refused(_shown(written), str(bad)))
                continue
            if name is not None:
                self._sizes[name] = size
                if name != written:
                    self._written[name] = written

    def _walk(self, within: str) -> Iterator[tuple[str, int]]:
        with os.scandir(self._folder / within) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        for entry in entries:
            written = f"{within}{entry.name}"
            if entry.name.startswith("."):
                continue
            if entry.is_symlink():
                self.refused.append(Refused(_shown(written), "it is a link"))
            elif entry.is_dir(follow_symlinks=False):
                yield from self._walk(f"{written}/")
            elif entry.is_file(follow_symlinks=False):
                yield written, entry.stat(follow_symlinks=False).st_size
            else:
                self.refused.append(Refused(_shown(written), "it is no file"))

    @property
    def sizes(self) -> Mapping[str, int]:
        return self._sizes

    def _open(self, name: str) -> BinaryIO:
        path = self._folder / self._written.get(name, name)
        # The file may have been replaced since it was listed: by a link, or by something to wait for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise Invalid(f"{name} is no file.")
        return os.fdopen(descriptor, "rb")


class _Packed(NamedTuple):
    """Where a member lies in a zip. A ZipInfo takes four times the memory."""

    offset: int
    packed: int
    size: int
    method: int
    crc: int


class ZipTree(Tree):
    """A zip file. Its directory is kept in memory, members are inflated while they are read."""

    def __init__(self, file: BinaryIO, name: str, limits: Limits = LIMITS) -> None:
        """Raises Invalid if it is no readable zip, or one that unpacks to more than `limits`."""
        super().__init__(name)
        self._file, self._limits = file, limits
        try:
            self._check_directory()
            with zipfile.ZipFile(file) as archive:
                listed = archive.infolist()
        except (*_BROKEN, EOFError, OverflowError) as error:
            raise Invalid(f"{name} is not a zip file that can be read: {error}") from error
        size = file.seek(0, io.SEEK_END)
        self._members: dict[str, _Packed] = {}
        names = _Names(limits)
        for info in listed:
            self._take(info, names)
        self._check_total(size)
        self._sizes = _Sizes(self._members)

    def _check_directory(self) -> None:
        """ZipFile reads all of the directory at once, whatever its size. Raises Invalid."""
        size = self._file.seek(0, io.SEEK_END)
        self._file.seek(max(0, size - _END.size - 0xFFFF))
        tail = self._file.read()
        at = tail.rfind(_END_MAGIC)
        if at < 0 or len(tail) - at < _END.size:
            raise zipfile.BadZipFile("it is truncated: its directory is missing")
        _, length, _ = _END.unpack_from(tail, at)
        if length == 0xFFFFFFFF and at >= _END64_PLACE.size:
            _, place = _END64_PLACE.unpack_from(tail, at - _END64_PLACE.size)
            self._file.seek(min(place, size))
            _, length, _ = _END64.unpack(self._file.read(_END64.size))
        if length > self._limits.directory:
            raise Invalid(f"{self.name} is not read: there are too many files in it.")

    def _take(self, info: zipfile.ZipInfo, names: _Names) -> None:
        if info.orig_filename.endswith("/") and not info.file_size:
            return
        try:
            name = names.take(_written(info))
            if name is not None:
                self._check(info)
                self._members[name] = _Packed(
                    info.header_offset,
                    info.compress_size,
                    info.file_size,
                    info.compress_type,
                    info.CRC,
                )
        except BadRecord as bad:
            self.refused.append(Refused(_shown(_written(info)), str(bad)))

    def _check(self, info: zipfile.ZipInfo) -> None:
        """Raises BadRecord."""
        mode = info.external_attr >> 16
        if info.flag_bits & _ENCRYPTED:
            raise BadRecord("it is encrypted")
        if stat.S_ISLNK(mode):
            raise BadRecord("it is a link")
        if stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
            raise BadRecord("it is no file")
        if info.compress_type not in _METHODS:
            raise BadRecord(f"it is packed by method {info.compress_type}; only Deflate is read")
        if info.compress_type == zipfile.ZIP_STORED and info.compress_size != info.file_size:
            raise BadRecord("it is not packed, but says two sizes")
        if info.file_size > max(self._limits.small, info.compress_size * self._limits.ratio):
            raise BadRecord(f"it would unpack to more than {self._limits.ratio} times its size")

    def _check_total(self, size: int) -> None:
        packed = sum(member.packed for member in self._members.values())
        unpacked = sum(member.size for member in self._members.values())
        if packed > size:
            raise Invalid(f"{self.name} is not read: its files overlap.")
        if unpacked > min(self._limits.bytes, self._limits.small + size * self._limits.ratio):
            raise Invalid(f"{self.name} is not read: it would unpack to {unpacked:,} bytes.")

    @property
    def sizes(self) -> Mapping[str, int]:
        return self._sizes

    def _open(self, name: str) -> BinaryIO:
        return io.BufferedReader(_Unpacking(self._file, self._members[name]), _AT_ONCE)

    def _read(self, name: str, size: int) -> bytes:
        """As a whole, which is quicker: there may be a hundred thousand of them."""
        member = self._members[name]
        self._file.seek(_start(self._file, member))
        content = self._file.read(member.packed)
        if member.method == zipfile.ZIP_DEFLATED:
            content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, size + 1)
        if len(content) != size or zlib.crc32(content) != member.crc:
            raise zipfile.BadZipFile(_OTHER)
        return content


class _Unpacking(io.RawIOBase):
    """A member while it is read. Raises BadZipFile where it is not what the directory says."""

    def __init__(self, file: BinaryIO, member: _Packed) -> None:
        self._file, self._member = file, member
        self._start = _start(file, member)
        self._rewind()

    def _rewind(self) -> None:
        self._taken = self._position = self._crc = 0
        self._inflate = None
        if self._member.method == zipfile.ZIP_DEFLATED:
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Backward means to begin again, forward to read what is between."""
        size = self._member.size
        target = offset + (0, self._position, size)[whence]
        if target < self._position:
            self._rewind()
        while self._position < min(target, size):
            self._next(min(target, size) - self._position)
        return self._position

    def readinto(self, buffer: Any) -> int:
        content = self._next(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def _next(self, most: int) -> bytes:
        content = self._stored(most) if self._inflate is None else self._inflated(most)
        self._position += len(content)
        self._crc = zlib.crc32(content, self._crc)
        size, crc = self._member.size, self._member.crc
        is_over = self._position > size or (not content and self._position < size)
        if is_over or (self._position == size and self._crc != crc):
            raise zipfile.BadZipFile(_OTHER)
        return content

    def _stored(self, most: int) -> bytes:
        self._file.seek(self._start + self._taken)
        content = self._file.read(min(most, self._member.packed - self._taken))
        self._taken += len(content)
        return content

    def _inflated(self, most: int) -> bytes:
        assert self._inflate is not None
        while not self._inflate.eof:
            packed = self._inflate.unconsumed_tail or self._stored(_AT_ONCE)
            content = self._inflate.decompress(packed, most)
            if content or not packed:
                return content
        return b""


def _start(file: BinaryIO, member: _Packed) -> int:
    """Where a member's bytes begin, behind its own header. Raises BadZipFile."""
    file.seek(member.offset)
    magic, name_length, extra_length = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    if magic != _LOCAL_MAGIC:
        raise zipfile.BadZipFile("it does not lie where the directory says")
    return member.offset + _LOCAL_HEADER.size + int(name_length) + int(extra_length)


class _Sizes(Mapping[str, int]):
    """The sizes of members, without a second table of them."""

    def __init__(self, members: Mapping[str, _Packed]) -> None:
        self._members = members

    def __getitem__(self, name: str) -> int:
        return self._members[name].size

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


def _written(info: zipfile.ZipInfo) -> str:
    """The name of a member. Many programs write UTF-8 and do not say so."""
    if info.flag_bits & _IS_UTF8:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode()
    except UnicodeError:
        return info.orig_filename


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _shown(name: str) -> str:
    """A name that may hold anything, as it can be printed and stored."""
    shown = name.encode(errors="backslashreplace").decode()
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in shown)
