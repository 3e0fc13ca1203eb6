"""Cursors and orders of long lists."""

from __future__ import annotations

from collections.abc import Sequence

from safelight.errors import Invalid

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
