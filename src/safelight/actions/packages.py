"""Taking a package in: an archive or folder is checked, brought to one form, hashed and kept."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from safelight.actions import objects
from safelight.actions.context import Context
from safelight.config import MIB
from safelight.domain.packages import Manifest, is_inside, read_manifest
from safelight.domain.terms import Retry, read_retry
from safelight.errors import Invalid, TooLarge
from safelight.store import packages
from safelight.store.db import Read
from safelight.store.packages import Package

LIMIT = 64 * MIB  # packed, and again unpacked
MOST_FILES = 20_000
LEFT_OUT = frozenset(
    {".venv", "venv", ".git", "__pycache__", ".mypy_cache", ".ruff_cache", "__MACOSX", ".DS_Store"}
)
_SAME_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Entry:
    content: bytes
    executable: bool = False


Entries = dict[str, Entry]


@dataclass(frozen=True, slots=True)
class Taken:
    """A package that was taken in. `warnings`: what will make it fail when it runs."""

    package: Package
    manifest: Manifest
    warnings: tuple[str, ...]


def take(
    context: Context, organization_id: UUID, entries: Entries, *, created_by: UUID | None
) -> Taken:
    """Keep a package; the same content is kept once. Raises Invalid for what is none."""
    manifest = read_manifest(lambda name: _content(entries, name))
    package_hash = hash_of(entries)
    with context.db.read() as tx:
        package = packages.find(tx, organization_id, package_hash)
    if package is None:
        archive = pack(entries)
        name = f"{package_hash[: packages.TAG_LENGTH]}.zip"
        object_name = objects.store(
            context, organization_id, "PACKAGE", name, archive, content_type="application/zip"
        )
        with context.db.transaction() as tx:
            package = packages.add(
                tx,
                organization_id,
                package_hash,
                object_name=object_name,
                manifest=manifest.to_json(),
                size=len(archive),
                created_by=created_by,
            )
    return Taken(package, manifest, tuple(_warnings(manifest, entries)))


def _content(entries: Entries, name: str) -> bytes | None:
    return entries[name].content if name in entries else None


def usual_retry(read: Read, organization_id: UUID, package_hash: str | None) -> Retry | None:
    """After which failures runs of a package are tried again unless their launch says so. An image says
    nothing of it.
    """
    if package_hash is None:
        return None
    package = packages.get(read, organization_id, package_hash)
    return read_retry(package.manifest.get("retry"))


def _warnings(manifest: Manifest, entries: Entries) -> Iterator[str]:
    # Not refused: the run says it with its log beside it, and the next upload may bring the file.
    for name in (manifest.entry, manifest.requirements):
        if name and name not in entries:
            yield f"{name} is not in the package, so it will fail when it runs."


def hash_of(entries: Entries) -> str:
    """SHA-256 over names, modes and contents: the same for every way of packing the same folder."""
    digest = hashlib.sha256()
    for name in sorted(entries):
        entry = entries[name]
        content = hashlib.sha256(entry.content).hexdigest()
        digest.update(f"{int(entry.executable)} {content} {name}\n".encode())
    return digest.hexdigest()


def pack(entries: Entries) -> bytes:
    """One archive for one content: sorted, with one date and only the modes that matter."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(entries):
            info = zipfile.ZipInfo(name, _SAME_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o755 if entries[name].executable else 0o644) << 16
            archive.writestr(info, entries[name].content)
    return packed.getvalue()


# --- from an archive --------------------------------------------------------------------------------


def unpack(archive: bytes) -> Entries:
    """The files of an uploaded zip; a single folder around all of them is taken off.

    Raises Invalid for what is no zip, leaves its folder or contains links, TooLarge for too much.
    """
    if len(archive) > LIMIT:
        raise TooLarge(f"A package has at most {LIMIT // MIB} MiB.", limit=LIMIT)
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as content:
            entries = dict(_read(content))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
        raise Invalid(f"The package is not a zip that can be read: {error}.") from error
    return _without_wrapping(entries)


def _read(content: zipfile.ZipFile) -> Iterator[tuple[str, Entry]]:
    members = [each for each in content.infolist() if not each.is_dir()]
    if len(members) > MOST_FILES:
        raise TooLarge(f"A package has at most {MOST_FILES} files.", limit=MOST_FILES)
    unpacked = 0
    for member in members:
        mode = member.external_attr >> 16
        if not is_inside(member.filename):
            raise Invalid(f"The package has a file outside of its folder: {member.filename!r}.")
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            raise Invalid(f"The package has a link or a device: {member.filename!r}.")
        if LEFT_OUT.intersection(member.filename.split("/")):
            continue
        # The size in the head may lie, so what really comes out is counted.
        with content.open(member) as file:
            data = file.read(LIMIT - unpacked + 1)
        unpacked += len(data)
        if unpacked > LIMIT:
            raise TooLarge(f"A package unpacks to at most {LIMIT // MIB} MiB.", limit=LIMIT)
        yield member.filename, Entry(data, bool(mode & 0o100))


def _without_wrapping(entries: Entries) -> Entries:
    tops = {name.partition("/")[0] for name in entries}
    if len(tops) != 1 or not all("/" in name for name in entries):
        return entries
    return {name.partition("/")[2]: entry for name, entry in entries.items()}


# --- from a folder of our own -----------------------------------------------------------------------


def read_folder(folder: Path) -> Entries:
    """The files of a folder that ships with Safelight; a user's own are packed by the client, which
    also reads their .gitignore.
    """
    entries = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not LEFT_OUT.intersection(relative.parts):
            entries[relative.as_posix()] = Entry(path.read_bytes(), os.access(path, os.X_OK))
    return entries
