"""Which picture goes into which part of a split: exact numbers, the same for the same seed, and if wanted
every label as frequent in each part as in the whole. Knows no storage.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from random import Random

Signature = tuple[int, ...]  # the labels (or tags) of a picture, ascending, each once


def sizes(ratios: Sequence[float], total: int) -> list[int]:
    """How many of `total` go into each part: rounded so that they add up (largest remainders first)."""
    exact = [ratio * total for ratio in ratios]
    rounded = [int(one + 1e-9) for one in exact]  # 0.1 + 0.2 parts of 10 are 3
    by_remainder = sorted(range(len(exact)), key=lambda part: (rounded[part] - exact[part], part))
    for part in by_remainder[: total - sum(rounded)]:
        rounded[part] += 1
    return rounded


class Signatures:
    """What each picture has to do with the stratification, in little memory: most have it in common."""

    def __init__(self) -> None:
        self._numbers: dict[Signature, int] = {}
        self.of = array("I")  # by picture
        self.all: list[Signature] = []

    def add(self, signature: Signature) -> None:
        """Of the next picture."""
        number = self._numbers.setdefault(signature, len(self.all))
        if number == len(self.all):
            self.all.append(signature)
        self.of.append(number)


def assign(signatures: Signatures, ratios: Sequence[float], seed: int) -> array[int]:
    """The part of each picture.

    Iterative stratification (Sechidis, Tsoumakas, Vlahavas 2011): the rarest label first, each of its
    pictures to the part that lacks it most; here no part takes more than its exact number of pictures.
    """
    pools: list[list[int]] = [[] for _ in signatures.all]
    order = array("I", range(len(signatures.of)))
    Random(seed).shuffle(order)
    for picture in order:
        pools[signatures.of[picture]].append(picture)
    parts = array("H", bytes(2 * len(order)))
    room = sizes(ratios, len(order))
    _assign_labelled(signatures.all, pools, ratios, room, parts)
    rest = [picture for pool in pools for picture in pool]  # those without a label
    at = 0
    for part, left in enumerate(room):
        for picture in rest[at : at + left]:
            parts[picture] = part
        at += left
    return parts


def _assign_labelled(
    signatures: list[Signature],
    pools: list[list[int]],
    ratios: Sequence[float],
    room: list[int],
    parts: array[int],
) -> None:
    """Assign the pictures that have a label, and empty their pools."""
    having: dict[int, list[int]] = {}
    left: dict[int, int] = {}
    for number, signature in enumerate(signatures):
        for label in signature:
            having.setdefault(label, []).append(number)
            left[label] = left.get(label, 0) + len(pools[number])
    lacking = {label: [ratio * count for ratio in ratios] for label, count in left.items()}
    while left:
        rarest = min(left, key=lambda label: (left[label], label))
        wanted = lacking[rarest]
        for number in having[rarest]:
            signature, pool = signatures[number], pools[number]
            for picture in pool:
                part = max(
                    (one for one in range(len(room)) if room[one]),
                    key=lambda one: (wanted[one], room[one], -one),
                )
                parts[picture] = part
                room[part] -= 1
                for label in signature:
                    lacking[label][part] -= 1
            for label in signature:
                if label in left:
                    left[label] -= len(pool)
            pool.clear()
        del left[rarest]
        for label in [label for label, count in left.items() if not count]:
            del left[label]
