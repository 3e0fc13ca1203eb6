"""The runner's own stream of a run's log: the section "Set up" and what it does there."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Optional, Type

from .folder import RunFolder


class SetupLog:
    """A context: entering opens the section, leaving closes it."""

    def __init__(self, folder: RunFolder) -> None:
        self.path = folder.file("setup")
        self.descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)

    def __enter__(self) -> SetupLog:  # noqa: PYI034 - Python 3.9
        if self.size:
            self.line("::endgroup::")  # of a runner that died in it
            self.line("The supervisor was replaced; setting up again.")
        self.line("::group::Set up")
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.line("::endgroup::")
        os.close(self.descriptor)

    def line(self, text: str) -> None:
        os.write(self.descriptor, text.encode(errors="replace") + b"\n")

    @property
    def size(self) -> int:
        return os.fstat(self.descriptor).st_size

    def since(self, offset: int) -> str:
        """What was written after `offset`."""
        return os.pread(self.descriptor, 256 * 1024, offset).decode(errors="replace")
