"""Masks that are given row by row, a byte for each pixel, as COCO's run lengths, which go down the columns."""

from __future__ import annotations

import re

_RUN = re.compile(rb"\0+|(?P<inside>[^\0]+)")


def runs_of_rows(
    inside: bytes, width: int, left: int, top: int, size: tuple[int, int]
) -> list[int]:
    """The runs of a picture of `size` (width, height), from the rows of a part of it: a byte for each
    pixel, zero outside. The part begins at `left`, `top` and lies in the picture.
    """
    height = len(inside) // width if width else 0
    below = size[1] - top - height
    written = _Runs()
    written.add(left * size[1], inside=False)
    for at in range(width):
        written.add(top, inside=False)
        for run in _RUN.finditer(inside[at::width]):
            written.add(run.end() - run.start(), inside=run.lastgroup is not None)
        written.add(below, inside=False)
    written.add((size[0] - left - width) * size[1], inside=False)
    return written.lengths


class _Runs:
    def __init__(self) -> None:
        self.lengths = [0]

    def add(self, length: int, *, inside: bool) -> None:
        if not length:
            return
        if inside is not (len(self.lengths) % 2 == 0):
            self.lengths.append(0)
        self.lengths[-1] += length
