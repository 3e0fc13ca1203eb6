"""Gives each id of a file its position: the order in which ids are seen first, wherever in the file that is."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

NARROW = 16  # numbers in the range of the ids for each id, at most
_ALWAYS = 1 << 20  # as many take no memory to speak of
_NONE = -1


class Positions:
    """Ids from a narrow range, as they nearly always are, take 4 bytes for each number of the range. All
    others are in a dictionary.
    """

    def __init__(self) -> None:
        self._table = array("i")
        self._known: dict[int, int] | None = None  # instead of the table
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def at(self, ids: Sequence[int]) -> list[int]:
        """Where they stand; one that is seen for the first time gets the next place."""
        try:
            return self._seen(ids)
        except LookupError:
            return [self.give(id) for id in ids]

    def _seen(self, ids: Sequence[int]) -> list[int]:
        """Raises LookupError if one was not."""
        if self._known is not None:
            known = self._known
            return [known[id] for id in ids]
        if not ids:
            return []
        found = list(map(self._table.__getitem__, ids))
        if min(ids) < 0 or min(found) == _NONE:
            raise LookupError
        return found

    def give(self, id: int) -> int:
        """Where one stands, from now on if it is new."""
        if self._known is None and not self._make_room(id):
            self._known = {
                id: position for id, position in enumerate(self._table) if position != _NONE
            }
            self._table = array("i")
        if self._known is not None:
            position = self._known.setdefault(id, self._count)
        elif self._table[id] == _NONE:
            position = self._table[id] = self._count
        else:
            return self._table[id]
        self._count += position == self._count
        return position

    def _make_room(self, id: int) -> bool:
        """In the table, unless that became too wide."""
        if not 0 <= id < max(_ALWAYS, NARROW * (self._count + 1)):
            return False
        missing = id + 1 - len(self._table)
        if missing > 0:
            self._table.frombytes(b"\xff" * (missing * self._table.itemsize))  # `_NONE`
        return True
