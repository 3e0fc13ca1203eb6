"""Points in time as people type them into a filter: a day, a time, or how long ago."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_UNIT_S = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_EARLIEST, _LATEST = 0, 2**63 - 1


def moment(text: str, now: int) -> int | None:
    """Microseconds since 1970 UTC of `2026-11-01` (its first moment in UTC), `2026-11-01T08:30:00Z` or
    `90m`, `12h`, `7d`, `2w` before `now`. None if it is none of these.
    """
    ago = re.fullmatch(r"(\d{1,6})([mhdw])", text)
    if ago:
        return max(_EARLIEST, now - int(ago[1]) * _UNIT_S[ago[2]] * 1_000_000)
    if not re.match(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        found = datetime.fromisoformat(text)
        found = found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    at = int(found.replace(microsecond=0).timestamp()) * 1_000_000 + found.microsecond
    return min(max(at, _EARLIEST), _LATEST)
