"""Packages of scripts: fetched once per hash, unpacked into each run's own work folder."""

from __future__ import annotations

import os
import stat
import zipfile
from typing import Any, Callable, Dict, List, Optional

from .failure import SetupFailed, memory_text

MOST_FILES = 20_000
MOST_BYTES = 1024**3

Fetch = Callable[[str, str], None]  # path on the server, file to write


def fetch(package: Dict[str, Any], cache: str, download: Fetch) -> str:
    """The archive's file; from the cache if an earlier run brought it. Several runs may do it at once."""
    name = str(package["hash"])
    if not name.isalnum():
        raise SetupFailed(f"The package's hash {name!r} is none.")
    path = os.path.join(cache, f"{name}.zip")
    if not os.path.exists(path):
        os.makedirs(cache, exist_ok=True)
        download(package["url"], path)
    return path


def unpack(archive: str, folder: str) -> List[str]:
    """Write the archive's files below `folder`; their names.

    Raises SetupFailed, having written nothing, if a member would land elsewhere.
    """
    try:
        with zipfile.ZipFile(archive) as content:
            members = content.infolist()
            _check(members, folder)
            for member in members:
                _write(content, member, folder)
    except (zipfile.BadZipFile, OSError, RuntimeError) as error:
        raise SetupFailed(f"The package cannot be unpacked: {error}.") from error
    return [member.filename for member in members if not member.is_dir()]


def _check(members: List[zipfile.ZipInfo], folder: str) -> None:
    if len(members) > MOST_FILES:
        raise SetupFailed(f"The package has {len(members)} files, more than {MOST_FILES}.")
    total = sum(member.file_size for member in members)
    if total > MOST_BYTES:
        raise SetupFailed(
            f"The package unpacks to {memory_text(total)}, more than {memory_text(MOST_BYTES)}."
        )
    for member in members:
        if _target(folder, member.filename) is None:
            raise SetupFailed(f"The package has a file outside of its folder: {member.filename}.")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise SetupFailed(f"The package has a link, which is not allowed: {member.filename}.")


def _target(folder: str, name: str) -> Optional[str]:
    """Where a member lands; None outside of the folder."""
    if name.startswith("/") or "\\" in name or "\0" in name or ".." in name.split("/"):
        return None
    return os.path.join(folder, *[part for part in name.split("/") if part not in ("", ".")])


def _write(content: zipfile.ZipFile, member: zipfile.ZipInfo, folder: str) -> None:
    path = _target(folder, member.filename)
    if path is None or path == folder:
        return
    if member.is_dir():
        os.makedirs(path, exist_ok=True)
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    mode = 0o755 if (member.external_attr >> 16) & 0o100 else 0o644
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, mode), "wb") as file, content.open(member) as source:
        while True:
            part = source.read(1024 * 1024)
            if not part:
                return
            file.write(part)
