"""Bars within bars: the outer one says how far the whole is. Which it is shows when it moves after an inner
one has begun; until then the newest bar speaks.
"""

from __future__ import annotations

import re
from typing import Any

from safelight.domain.jobs import Progress

_DEEPEST = 6
_STALE = 3  # inner bars that began since an outer one moved: it was left behind

Bars = list[dict[str, Any]]  # outermost first, as JSON


def whole(bars: Bars, seen: Progress) -> tuple[Bars, Progress]:
    """The bars after one more was seen, and how far the whole is."""
    name = [re.sub(r"\d+", "#", seen.phase), seen.total]
    at = next((n for n, bar in enumerate(bars) if bar["name"] == name), None)
    if at is None:
        kept = [bar for bar in bars if bar["done"] < bar["name"][1]][-_DEEPEST:]
        begun = True
        bar: dict[str, Any] = {"name": name, "is_outer": False, "begun": 0}
    else:
        kept, bar = [dict(each) for each in bars[:at]], dict(bars[at])
        begun = seen.done < bar["done"]
        if seen.done > bar["done"] and len(bars) > at + 1:
            bar["is_outer"] = True
        if seen.done != bar["done"]:
            bar["begun"] = 0
    if begun:
        # Of three bars within each other the outermost waits long: only the nearest is asked to move.
        near = max((n for n, each in enumerate(kept) if each["is_outer"]), default=0)
        kept[near:] = [{**each, "begun": each["begun"] + 1} for each in kept[near:]]
    kept = [each for each in kept if each["begun"] < _STALE]
    bar |= {"done": seen.done, "unit": seen.unit, "phase": seen.phase, "rate": seen.rate}
    outer = next((each for each in kept if each["is_outer"]), None)
    return [*kept, bar], seen if outer is None else _within(outer, seen)


def _within(outer: dict[str, Any], seen: Progress) -> Progress:
    """The outer bar, moved on by what the inner one has done of its own step."""
    total = outer["name"][1]
    done = min(total, round(outer["done"] + (seen.done / seen.total if seen.total else 0), 3))
    left = round((total - done) / outer["rate"], 1) if outer["rate"] else None
    return Progress(done, total, outer["unit"], outer["phase"], outer["rate"], left)
