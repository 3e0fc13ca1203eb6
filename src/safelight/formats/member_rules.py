"""How much a tree may be, and which names its members may have."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from safelight.errors import Invalid
from safelight.formats.rejects import BadRecord

NAME_BYTES = 1024
DEPTH = 32
ARCHIVES = frozenset({".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar"})
_UNSPEAKABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


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


class Names:
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
        if suffix(name) in ARCHIVES:
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


def suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def shown(name: str) -> str:
    """A name that may hold anything, as it can be printed and stored."""
    encoded = name.encode(errors="backslashreplace").decode()
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in encoded)
