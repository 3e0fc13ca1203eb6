"""Finds the numbers that appear more than once among many millions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

_AT_ONCE = 4_000_000
_SPREAD = 8  # slots for each number: ids that follow one another, as most do, share none


def repeated(numbers: Collection[int]) -> set[int]:
    """Those that do. Looks at a share of them at a time, so that memory stays bounded."""
    shares = len(numbers) // _AT_ONCE + 1
    found: set[int] = set()
    for share in range(shares):
        seen: set[int] = set()
        for each in _suspects(numbers, share, shares):
            if each in seen:
                found.add(each)
            seen.add(each)
    return found


def _suspects(numbers: Collection[int], share: int, shares: int) -> Iterator[int]:
    """Those of a share that have a slot of a table in common: few that are not repeated."""
    slots = _SPREAD * len(numbers) // shares + 1
    taken = bytearray(slots)
    for each in _share(numbers, share, shares):
        slot = each // shares % slots
        taken[slot] = 2 if taken[slot] else 1
    mine = _share(numbers, share, shares)
    return (each for each in mine if taken[each // shares % slots] == 2)


def _share(numbers: Collection[int], share: int, shares: int) -> Iterable[int]:
    return numbers if shares == 1 else (each for each in numbers if each % shares == share)
