"""Cursors and orders of long lists, and the part of a short one that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Response

from safelight.errors import Invalid
from safelight.picsellia import views
from safelight.picsellia.asking import answer

LIMIT = 1000  # the page that clients ask for, and the longest they get


def read_cursor(text: str | None) -> int | None:
    """The key behind a cursor of ours. Raises Invalid."""
    if text is None:
        return None
    if not text.isdigit():
        raise Invalid("This is not a cursor of this list.", field="cursor")
    return int(text)


def is_oldest_first(order_by: Sequence[str] | None) -> bool:
    """Whether a list is asked for in the order of creation; the newest come first otherwise.

    Raises Invalid for an order by anything else.
    """
    if not order_by:
        return False
    first = order_by[0]
    if first.lstrip("-") not in ("created_at", "id"):
        raise Invalid(f"Lists are ordered by created_at, not by {first!r}.", field="order_by")
    return not first.startswith("-")


@dataclass(frozen=True, slots=True)
class Part:
    """Of a list that is read whole: all of it in its own order, unless clients ask for less or another one."""

    limit: int | None
    offset: int
    order_by: tuple[str, ...]

    def listed(self, items: Sequence[views.Json]) -> Response:
        """The part as a list. Raises Invalid for an order by what the items do not have."""
        ordered = list(items)
        for order in reversed(self.order_by):  # sorting keeps the order that was there
            field = _field(order)
            self._check(field, ordered)
            ordered.sort(key=lambda item: str(item[field]), reverse=order.startswith("-"))
        end = None if self.limit is None else self.offset + self.limit
        return answer(views.listed(ordered[self.offset : end], len(items)))

    def _check(self, field: str, items: Sequence[views.Json]) -> None:
        if items and not isinstance(items[0].get(field), str) and field != _CREATION:
            known = [name for name, value in items[0].items() if isinstance(value, str)]
            raise Invalid(
                f"This list is ordered by created_at, {', '.join(known)}, not by {field!r}.",
                field="order_by",
            )


_CREATION = "id"  # ids are made in the order of creation


def _field(order: str) -> str:
    field = order.removeprefix("-")
    return _CREATION if field == "created_at" else field


def _part(
    limit: Annotated[int | None, Query(ge=1)] = None,
    offset: Annotated[int, Query(ge=0)] = 0,
    order_by: Annotated[list[str] | None, Query()] = None,
) -> Part:
    return Part(limit, offset, tuple(order_by or ()))


AskedPart = Annotated[Part, Depends(_part)]
