"""Gives memory that is not used any more back to the system."""

from __future__ import annotations

import ctypes


def give_back() -> None:
    """The C library keeps what was freed between things that are still there, and a process that is forked then
    takes it over. Does nothing where that library is not glibc.
    """
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):
        return
    trim(0)
