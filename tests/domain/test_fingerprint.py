"""A failure's words without what differs from run to run."""

from __future__ import annotations

import pytest

from safelight.domain.fingerprint import key, normalized


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No such file: 'runs/0193/script/a b.txt'", "No such file: '<path> <path>'"),
        (r"cannot read C:\data\x.jpg", "cannot read <path>"),
        ("cannot identify image file 'tile_7.jpg'", "cannot identify image file '<path>'"),
        ("object at 0x7f3a1c0d2b10", "object at <n>"),
        ("run 01939f2e-7b1c-7d3e-8f00-0123456789ab", "run <id>"),
        ("hash 9f86d081884c7d659a2feaa0c55ad015", "hash <id>"),
        ("GET https://data.example.org/x?y=1 failed", "GET <address> failed"),
        ("Connect call failed ('10.0.0.2', 5432)", "Connect call failed ('<address>', <n>)"),
        ("Tried to allocate 2.00 GiB, 1,024 MiB free", "Tried to allocate <n>, <n> free"),
        ("at 2026-11-28 10:12:03,123 it ended", "at <time> it ended"),
        ("loss is nan  after\t3 steps", "loss is nan after <n> steps"),
        ("No module named 'timm'", "No module named 'timm'"),
        ("decade of facade", "decade of facade"),
    ],
)
def test_what_differs_is_left_out(text: str, expected: str) -> None:
    assert normalized(text) == expected


def test_a_key_is_sixteen_hex_digits_of_all_its_parts() -> None:
    assert len(key("a", "b")) == 16
    assert len({key("a", "b"), key("b", "a"), key("a"), key("ab")}) == 4
    assert int(key("a"), 16) >= 0
