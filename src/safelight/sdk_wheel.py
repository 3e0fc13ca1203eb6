"""Builds the small wheel of the SDK that is put into the environments of runs: httpx is all it needs."""

from __future__ import annotations

import hashlib
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from safelight import __version__

_HERE = Path(__file__).parent
_PARTS = (
    "__init__.py",
    "py.typed",
    "errors.py",
    "domain/__init__.py",
    "domain/jobs.py",
    "client/*.py",
)
_ALWAYS_THE_SAME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel in memory. `digest`: SHA-256 of its bytes, the same for the same sources."""

    filename: str
    content: bytes
    digest: str


@cache
def build() -> Wheel:
    """The SDK of this very installation, as `pip install` takes it (PEP 427)."""
    info = f"safelight-{__version__}.dist-info"
    files = dict(_sources())
    files[f"{info}/METADATA"] = _METADATA.encode()
    files[f"{info}/WHEEL"] = _WHEEL.encode()
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD").encode()
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _ALWAYS_THE_SAME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    wheel = packed.getvalue()
    name = f"safelight-{__version__}-py3-none-any.whl"
    return Wheel(name, wheel, hashlib.sha256(wheel).hexdigest())


def _sources() -> Iterator[tuple[str, bytes]]:
    for part in _PARTS:
        for path in sorted(_HERE.glob(part)):
            yield f"safelight/{path.relative_to(_HERE).as_posix()}", path.read_bytes()


def _record(files: dict[str, bytes], record: str) -> str:
    lines = []
    for name, content in files.items():
        digest = urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(content)}\n")
    return "".join([*lines, f"{record},,\n"])


_METADATA = f"""\
Metadata-Version: 2.1
Name: safelight
Version: {__version__}
Summary: The SDK of Safelight, for scripts that run in its jobs
License: Apache-2.0
Requires-Python: >=3.11
Requires-Dist: httpx>=0.25
"""

_WHEEL = """\
Wheel-Version: 1.0
Generator: safelight
Root-Is-Purelib: true
Tag: py3-none-any
"""
