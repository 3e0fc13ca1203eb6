"""Points in time as people type them."""

from __future__ import annotations

import pytest

from safelight.domain.moments import moment

NOW = 1_800_000_000_000_000  # 2027-01-15T08:00:00Z
HOUR = 3_600_000_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2027-01-15", NOW - 8 * HOUR),
        ("2027-01-15T08:00:00Z", NOW),
        ("2027-01-15T09:00:00+01:00", NOW),
        ("2027-01-15T08:00:00.25", NOW + 250_000),
        ("90m", NOW - HOUR * 3 // 2),
        ("12h", NOW - 12 * HOUR),
        ("7d", NOW - 7 * 24 * HOUR),
        ("1w", NOW - 7 * 24 * HOUR),
        ("999999w", 0),
        ("0001-01-01", 0),
    ],
)
def test_days_times_and_ages_are_understood(text: str, expected: int) -> None:
    assert moment(text, NOW) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026",
        "2026-13-01",
        "7",
        "7y",
        "-7d",
        "20270115",
        "0001-01-01T00:00+14:00 ",
    ],
)
def test_what_is_no_moment_is_none(text: str) -> None:
    assert moment(text, NOW) is None
