"""What a re-run could change: from `halve the batch` and a run's own values to the values to ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from safelight.domain.causes import PICTURE_SIZE, Change

_GRID = 32  # pixels; networks want pictures whose sides are whole multiples


def proposal(
    changes: Iterable[Change], parameters: Mapping[str, Any], resources: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """The first change that the run's values allow, as {"parameters": {"batch_size": 8}}; else {}."""
    places = {"parameters": parameters, "resources": resources}
    for change in changes:
        for name, value in _named(places[change.place], change.names):
            new = _changed(value, change.how, is_size=change.names is PICTURE_SIZE)
            if new is not None:
                return {change.place: {name: new}}
    return {}


def _named(values: Mapping[str, Any], names: tuple[str, ...]) -> list[tuple[str, Any]]:
    """The values that are called so, whatever their spelling, in the order of `names`."""
    plain = {_plain(name): name for name in values}
    return [(plain[name], values[plain[name]]) for name in map(_plain, names) if name in plain]


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").rpartition(".")[2]


def _changed(value: Any, how: str, *, is_size: bool) -> Any:
    """The new value in the old one's type; None where the change makes no sense."""
    if how.startswith("="):
        wanted = how[1:]
        if wanted.isdigit():
            return _like(value, int(wanted)) if _number(value) > int(wanted) else None
        return wanted if isinstance(value, str | int) and str(value) != wanted else None
    number = _number(value)
    if how == "*2":
        return number * 2 if number > 0 else None
    half = int(number // 2)
    if is_size and half > _GRID:
        half -= half % _GRID
    return _like(value, half) if half >= 1 else None


def _number(value: Any) -> int | float:
    """The value as a number; 0 for what is none. A share (0.7) is no count to halve."""
    if isinstance(value, str) and value.isdigit():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return value


def _like(value: Any, number: int) -> Any:
    return str(number) if isinstance(value, str) else number
