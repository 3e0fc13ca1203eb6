"""Archives that come with a form: read whole, because they are small or refused."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, File, UploadFile

from safelight.actions.packages import LIMIT
from safelight.config import MIB
from safelight.errors import TooLarge


def _archive(archive: Annotated[UploadFile, File()]) -> bytes:
    content = archive.file.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise TooLarge(f"A package has at most {LIMIT // MIB} MiB.", limit=LIMIT)
    return content


Archive = Annotated[bytes, Depends(_archive)]
