"""COCO run lengths: how many pixels a mask has and where. Format: pycocotools, maskApi.c.

Runs alternate between outside and inside, beginning outside, down the columns of the picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

_COMPRESSED = re.compile("[0-o]*")


def runs(counts: str | Sequence[int]) -> list[int]:
    """The lengths of the runs; a string is the compressed form. Raises ValueError for another string."""
    if isinstance(counts, str) and not _COMPRESSED.fullmatch(counts):
        raise ValueError("Run lengths are written with the characters 0 to o.")
    return list(_decompress(counts)) if isinstance(counts, str) else list(counts)


def _decompress(text: str) -> Iterator[int]:
    """LEB128-like groups of five bits from `0` on; from the third run on, differences to two before."""
    before = [0, 0, 0]  # the last three runs; differences are to the second last
    value = shift = seen = 0
    for letter in text:
        group = ord(letter) - 48
        value |= (group & 0x1F) << shift
        shift += 5
        if group & 0x20:
            continue
        if group & 0x10:
            value -= 1 << shift
        run = value + (before[1] if seen > 2 else 0)
        before = [before[1], before[2], run]
        yield run
        seen += 1
        value = shift = 0


def compress(lengths: Sequence[int]) -> str:
    """The compressed form, which pycocotools writes and everybody reads."""
    letters = []
    for at, run in enumerate(lengths):
        value = run - lengths[at - 2] if at > 2 else run
        goes_on = True
        while goes_on:
            group, value = value & 0x1F, value >> 5
            goes_on = value != (-1 if group & 0x10 else 0)
            letters.append(chr(48 + (group | 0x20 if goes_on else group)))
    return "".join(letters)


def area(lengths: Sequence[int]) -> int:
    return sum(lengths[1::2])


def bounds(lengths: Sequence[int], height: int) -> list[int]:
    """The box [x, y, w, h] around the inside; zeros around nothing."""
    left = top = right = bottom = -1
    ends = list(accumulate(lengths))
    for start, end in zip(ends[0::2], ends[1::2], strict=False):
        if start == end or height <= 0:
            continue
        first, last = start // height, (end - 1) // height
        low, high = (start % height, (end - 1) % height) if first == last else (0, height - 1)
        left = first if left < 0 else min(left, first)
        top = low if top < 0 else min(top, low)
        right, bottom = max(right, last), max(bottom, high)
    return [left, top, right - left + 1, bottom - top + 1] if left >= 0 else [0, 0, 0, 0]


def box_of(mask: Any, height: int) -> list[int]:
    """The box around a mask as documents hold it: an object, or just its runs in a picture so high.

    Raises ValueError for what is none.
    """
    try:
        if isinstance(mask, dict):
            mask, height = mask["counts"], mask["size"][0]
        return bounds(runs(mask), height)
    except (KeyError, IndexError, TypeError) as error:
        raise ValueError("This is no mask.") from error
