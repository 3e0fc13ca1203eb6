"""A read-only view of what was uploaded: a folder, a zip or a single file, as members by name.

Nothing is unpacked to disk and no name is trusted. A member that may not be read is `refused` by name,
with the reason; a tree that cannot be bounded is refused as a whole.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO, NamedTuple

from safelight.errors import Invalid
from safelight.formats import unzip
from safelight.formats.member_rules import ARCHIVES, LIMITS, Limits, Names, shown, suffix
from safelight.formats.rejects import BadRecord
from safelight.formats.unzip import Packed

_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED, _IS_UTF8 = 0x1, 0x800
_ZIP_MAGICS = (unzip.LOCAL_MAGIC, unzip.END_MAGIC)


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
    def _open(self, name: str) -> AbstractContextManager[BinaryIO]: ...

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """One member as a seekable file. Raises Invalid while reading, if it is broken."""
        try:
            opened = self._open(name)
        except unzip.BROKEN as error:
            raise Invalid(f"{name} cannot be read: {error}") from error
        try:
            with opened as file:
                yield file
        except (zipfile.BadZipFile, zlib.error) as error:  # no reader raises these itself
            raise Invalid(f"{name} cannot be read: {error}") from error

    def read(self, name: str, limit: int) -> bytes:
        """All of a small member. Raises BadRecord if it has more than `limit` bytes or is broken, but
        not where the storage fails that it comes from: that is not the member's fault.
        """
        size = self.sizes[name]
        if size > limit:
            raise BadRecord(f"the file has {size:,} bytes; at most {limit:,} are read")
        try:
            return self._read(name, size)
        except (*unzip.BROKEN, Invalid) as error:
            raise BadRecord(f"the file cannot be read: {error}") from error

    def _read(self, name: str, size: int) -> bytes:
        with self._open(name) as file:
            return file.read(size)

    def named(self, *suffixes: str) -> list[str]:
        """The members whose names end so, whatever their case."""
        return [name for name in self.sizes if name.lower().endswith(suffixes)]


def is_zip(file: BinaryIO) -> bool:
    """By its first bytes."""
    file.seek(0)
    beginning = file.read(4)
    file.seek(0)
    return beginning in _ZIP_MAGICS


@contextmanager
def open_tree(file: BinaryIO, name: str, limits: Limits = LIMITS) -> Iterator[Tree]:
    """What was uploaded as one file: a zip by its content, else just that file. Raises Invalid."""
    yield ZipTree(file, name, limits) if is_zip(file) else FileTree(file, name)


class FileTree(Tree):
    """A single file, as a tree of one member."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        """Raises Invalid for an archive that is not read."""
        super().__init__(name)
        self._file = file
        if suffix(name) in ARCHIVES:
            raise Invalid(f"{name} is no zip file. Of archives, only zip is read.")
        self._sizes = {name: file.seek(0, io.SEEK_END)}
        file.seek(0)

    @property
    def sizes(self) -> Mapping[str, int]:
        return self._sizes

    def named(self, *suffixes: str) -> list[str]:
        """A single file whose name tells nothing may be of any format."""
        return super().named(*suffixes) or [name for name in self.sizes if not suffix(name)]

    def _open(self, name: str) -> AbstractContextManager[BinaryIO]:
        self._file.seek(0)
        return nullcontext(self._file)  # it is not ours to close


class FolderTree(Tree):
    """A folder of this machine. Links are not followed."""

    def __init__(self, folder: Path, limits: Limits = LIMITS) -> None:
        super().__init__(folder.name)
        self._folder = folder
        self._sizes: dict[str, int] = {}
        # Names as they are on disk, where normalised ones differ.
        self._written: dict[str, str] = {}
        names = Names(limits)
        for written, size in self._walk(""):
            try:
                name = names.take(written)
            except BadRecord as bad:
                self.refused.append(Refused(shown(written), str(bad)))
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
                self.refused.append(Refused(shown(written), "it is a link"))
            elif entry.is_dir(follow_symlinks=False):
                yield from self._walk(f"{written}/")
            elif entry.is_file(follow_symlinks=False):
                yield written, entry.stat(follow_symlinks=False).st_size
            else:
                self.refused.append(Refused(shown(written), "it is no file"))

    @property
    def sizes(self) -> Mapping[str, int]:
        return self._sizes

    def _open(self, name: str) -> BinaryIO:
        path = self._folder / self._written.get(name, name)
        # The file may have been replaced since it was listed: by a link, or by something to wait for.
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise Invalid(f"{name} cannot be read: {error.strerror}.") from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise Invalid(f"{name} is no file.")
        return os.fdopen(descriptor, "rb")


class ZipTree(Tree):
    """A zip file. Its directory is kept in memory, members are inflated while they are read."""

    def __init__(self, file: BinaryIO, name: str, limits: Limits = LIMITS) -> None:
        """Raises Invalid if it is no readable zip, or one that unpacks to more than `limits`."""
        super().__init__(name)
        self._file, self._limits = file, limits
        try:
            unzip.check_directory(file, limits.directory)
            with zipfile.ZipFile(file) as archive:
                listed = archive.infolist()
        except (*unzip.BROKEN, EOFError, OverflowError) as error:
            raise Invalid(f"{name} is not a zip file that can be read: {error}") from error
        size = file.seek(0, io.SEEK_END)
        self._members: dict[str, Packed] = {}
        names = Names(limits)
        for info in listed:
            self._take(info, names)
        self._check_total(size)
        self._sizes = _Sizes(self._members)

    def _take(self, info: zipfile.ZipInfo, names: Names) -> None:
        if info.orig_filename.endswith("/") and not info.file_size:
            return
        try:
            name = names.take(_written(info))
            if name is not None:
                self._check(info)
                self._members[name] = Packed(
                    info.header_offset,
                    info.compress_size,
                    info.file_size,
                    info.compress_type,
                    info.CRC,
                )
        except BadRecord as bad:
            self.refused.append(Refused(shown(_written(info)), str(bad)))

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
        if info.compress_size > 2 * info.file_size + 1024:
            raise BadRecord("it is packed to more than its size")
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
        return unzip.unpacking(self._file, self._members[name])

    def _read(self, name: str, _size: int) -> bytes:
        return unzip.read(self._file, self._members[name])


class _Sizes(Mapping[str, int]):
    """The sizes of members, without a second table of them."""

    def __init__(self, members: Mapping[str, Packed]) -> None:
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
