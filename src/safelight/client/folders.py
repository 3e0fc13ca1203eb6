"""Packs the folder of a processing or training into an archive, the same bytes for the same content."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from safelight.errors import Invalid, TooLarge

MIB = 1024 * 1024
LIMIT = 64 * MIB
NEVER = frozenset({".venv", "venv", ".git", "__pycache__", ".mypy_cache", ".ruff_cache"})
_ALWAYS_THE_SAME = (1980, 1, 1, 0, 0, 0)


def pack(folder: Path) -> bytes:
    """A zip of the folder's files, without virtual environments and what `.gitignore` names.

    Raises Invalid for a link that leaves the folder, TooLarge above 64 MiB; nothing is written.
    """
    if not folder.is_dir():
        raise Invalid(f"{folder} is no folder.", path=str(folder))
    packed, size = BytesIO(), 0
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(_files(folder.resolve())):
            content = path.read_bytes()
            size += len(content)
            if size > LIMIT:
                raise TooLarge(f"{folder} holds more than {LIMIT // MIB} MiB.", limit=LIMIT)
            name = path.relative_to(folder.resolve()).as_posix()
            entry = zipfile.ZipInfo(name, _ALWAYS_THE_SAME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if os.access(path, os.X_OK) else 0o644) << 16
            archive.writestr(entry, content)
    return packed.getvalue()


def _files(root: Path) -> Iterator[Path]:
    rules = _Rules.read(root)
    for here, folders, files in os.walk(root):
        folders[:] = sorted(
            name for name in folders if name not in NEVER and not rules.leave_out(here, name, True)
        )
        for name in [*files, *(name for name in folders if (Path(here) / name).is_symlink())]:
            path = Path(here) / name
            if rules.leave_out(here, name, False):
                continue
            if not path.resolve().is_relative_to(root):
                raise Invalid(f"{path.relative_to(root)} is a link that leaves the folder.")
            if path.is_file():
                yield path


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    keep: bool
    folders_only: bool


@dataclass(frozen=True, slots=True)
class _Rules:
    """The patterns of the folder's own .gitignore, in order; the last that fits decides."""

    root: Path
    rules: tuple[_Rule, ...]

    @classmethod
    def read(cls, root: Path) -> _Rules:
        file = root / ".gitignore"
        lines = file.read_text(errors="replace").splitlines() if file.is_file() else []
        written = (line.strip() for line in lines)
        return cls(root, tuple(_rule(line) for line in written if line and line[0] != "#"))

    def leave_out(self, here: str, name: str, is_folder: bool) -> bool:
        path = (Path(here) / name).relative_to(self.root).as_posix()
        left_out = False
        for rule in self.rules:
            if (is_folder or not rule.folders_only) and rule.pattern.fullmatch(path):
                left_out = not rule.keep
        return left_out


# https://git-scm.com/docs/gitignore#_pattern_format
_GLOB = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_TOKEN = re.compile(r"\*\*/|/\*\*|\*\*|\*|\?|\[[^]]+\]|.")


def _rule(line: str) -> _Rule:
    keep = line.startswith("!")
    line = line[1:] if keep else line
    folders_only = line.endswith("/")
    line = line.rstrip("/")
    anywhere = "/" not in line
    pattern = "".join(
        _GLOB.get(token) or (token.replace("[!", "[^") if len(token) > 1 else re.escape(token))
        for token in _TOKEN.findall(line.lstrip("/"))
    )
    return _Rule(re.compile(f"(?:.*/)?{pattern}" if anywhere else pattern), keep, folders_only)
