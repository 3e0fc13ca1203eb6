"""The text of a shape as documents hold it, beginning after its number and label key.

These two are known only when a whole file has been read; see `domain.annotations.Shape` for the names.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct, field

from safelight.domain.annotations import ShapeKind
from safelight.formats.rejects import BadRecord

FAR = 1e9  # pixels; nothing of a picture lies further out
DECIMALS = 6  # of pixels, where a format says them by sums and products that are never exact

_encode = msgspec.json.Encoder().encode


class _Form(Struct, omit_defaults=True):
    kind: str = field(name="k")
    geometry: Any = field(name="g", default=None)
    text: str | None = field(name="t", default=None)
    attributes: dict[str, Any] = field(name="x", default_factory=dict)
    extra: dict[str, Any] = field(name="e", default_factory=dict)
    box: Any = field(name="b", default=None)


def shape_text(
    kind: ShapeKind,
    geometry: Any = None,
    *,
    text: str | None = None,
    attributes: dict[str, Any] | None = None,
    extra: dict[str, Any] | None = None,
    box: Any = None,
) -> bytes:
    """The geometry must have the form of its kind. Raises BadRecord for numbers that are none."""
    form = _Form(kind.value, geometry, text, attributes or {}, extra or {}, box)
    return _encode(form)[1:]


def checked(numbers: Iterable[float]) -> list[float]:
    """Coordinates. Raises BadRecord if one is NaN or infinitely far out."""
    listed = list(numbers)
    for number in listed:
        if not -FAR <= number <= FAR:
            raise BadRecord(f"{number} is not a coordinate")
    return listed


def number(text: str | bytes) -> float:
    """A coordinate that is written as text; whole ones become integers. Raises BadRecord."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not -FAR <= value <= FAR:
        shown = text if isinstance(text, str) else text.decode(errors="replace")
        raise BadRecord(f"{shown[:40]!r} is not a coordinate")
    return whole(value)


def whole(value: float) -> float:
    """An integer where nothing is lost by it: `12` is read more easily than `12.0`."""
    rounded = int(value)
    return rounded if rounded == value else value


def pixels(values: Iterable[float]) -> list[float]:
    """Computed coordinates without the noise of the computation."""
    rounded = [round(value, DECIMALS) for value in values]
    return [int(value) if value == value // 1 else value for value in rounded]


def pairs(flat: list[float]) -> list[list[float]]:
    """`[x1, y1, x2, y2]` as `[[x1, y1], [x2, y2]]`."""
    return [flat[at : at + 2] for at in range(0, len(flat), 2)]
