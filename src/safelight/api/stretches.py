"""Stretches of a long list, as a page names them that jumps to any place of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Query
from pydantic import BaseModel

from safelight.errors import Invalid
from safelight.store import datablocks, datawalk

STRETCHES_AT_ONCE = 1000
_STRETCH = "`first-last` of one that the route of places answered; again for more."


class Places(BaseModel):
    """Stretches of the list, newest first: `[first, last, number]`, the keys they go from and to and how
    many files fit between. `next` goes into `after` for the following; `left`: files not looked at yet.
    """

    items: list[tuple[int, int, int]]
    next: int | None
    left: int


async def _stretches(
    stretch: Annotated[
        list[str], Query(description=_STRETCH, min_length=1, max_length=STRETCHES_AT_ONCE)
    ],
) -> list[tuple[int, int]]:
    return _read(stretch)


Stretches = Annotated[list[tuple[int, int]], Depends(_stretches)]


def _read(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Raises Invalid for what no answer said, and where there would be more to look at than in a step."""
    found = []
    for text in texts:
        first, dash, last = text.partition("-")
        if not dash or not (first.isdigit() and last.isdigit()) or int(first) < int(last):
            raise Invalid(f"A stretch is first-last, as 2047-1024; not {text!r}.", field="stretch")
        found.append((int(first), int(last)))
    widest = datawalk.STEP * datablocks.WIDTH
    if sum(first - last + 1 for first, last in found) > widest:
        raise Invalid(f"Stretches of at most {widest} keys are read at once.", field="stretch")
    return found
