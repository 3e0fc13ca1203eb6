"""Cuts what comes one by one into batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(some: Iterable[T], size: int) -> Iterator[list[T]]:
    """Consecutive lists of so many, the last of what is left."""
    rest = iter(some)
    while batch := list(islice(rest, size)):
        yield batch
