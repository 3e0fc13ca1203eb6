"""Secrets in what a run prints: every usual way of writing them is hidden, however the bytes are cut."""

from __future__ import annotations

import base64
import json
from itertools import pairwise
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from safelight.domain.masking import SHORTEST, STARS, Mask

SECRET = 'hunter2 "Ünïcode"/+&=\\ value'


def streamed(mask: Mask, chunks: list[bytes]) -> bytes:
    held, masked = b"", b""
    for chunk in chunks:
        shown, held = mask.take(held, chunk)
        masked += shown
    return masked + mask.whole(held)


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        repr(SECRET)[1:-1],
    ],
)
def test_a_secret_is_hidden_in_each_of_its_usual_forms(form: str) -> None:
    assert Mask([SECRET]).text(f"before {form} after") == f"before {STARS} after"


@pytest.mark.parametrize("before", ["", "u", "us", "user:", "user:x"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_hides_a_secret_wherever_it_stands_in_the_text(before: str, encode: object) -> None:
    secret = "tök?en~with>signs"
    encoded = encode(f"{before}{secret}!".encode()).decode()  # type: ignore[operator]
    shown = Mask([secret]).text(f"Basic {encoded}")
    assert STARS in shown
    left = shown.removeprefix("Basic ").replace(STARS, "")
    # Around the stars are at most the characters that the neighbours of the secret change as well.
    assert len(left) <= len(base64.b64encode(before.encode())) + 8
    for size in range(6, len(encoded)):
        assert base64.b64encode(secret.encode())[:size].decode() not in shown


def test_each_line_of_a_secret_is_a_secret() -> None:
    key = "-----BEGIN KEY-----\nabcdefgh\n}\nijklmnop\n-----END KEY-----\n"
    mask = Mask([key])
    assert mask.text(f"key: {key}") == f"key: {STARS}\n"
    assert mask.text("  ijklmnop, } and abcdefgh") == f"  {STARS}, }} and {STARS}"


def test_a_value_too_short_to_be_told_from_words_is_left() -> None:
    assert Mask(["abc", " a ", ""]).text("abc a") == "abc a"
    assert Mask(["a" * SHORTEST]).text("aaaa") == STARS


def test_the_longer_of_two_secrets_that_begin_alike_is_hidden_whole() -> None:
    mask = Mask(["pass", "password1"])
    assert streamed(mask, [b"pass", b"word1 pass"]) == b"*** ***"
    assert streamed(mask, [b"passw", b"ater"]) == b"***water"


def test_a_mask_does_not_tell_what_it_hides() -> None:
    assert "hunter2" not in repr(Mask(["hunter2"]))


_letters = st.text("abé\n", min_size=1, max_size=9)


@given(
    secrets=st.lists(_letters, max_size=4),
    text=st.lists(st.text("abé\n", max_size=12), max_size=12),
    use=st.lists(st.integers(0, 3), max_size=12),
    places=st.lists(st.integers(min_value=0), max_size=12),
)
@example(secrets=["abababab"], text=["abababab"], use=[], places=[4])
def test_any_cutting_of_the_bytes_hides_the_same(
    secrets: list[str], text: list[str], use: list[int], places: list[int]
) -> None:
    planted = [secrets[n] for n in use if n < len(secrets)]
    data = "".join(
        a + b for a, b in zip(text, [*planted, *[""] * len(text)], strict=False)
    ).encode()
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    mask = Mask(secrets)
    shown = streamed(mask, [data[start:end] for start, end in pairwise(edges)])
    assert shown == mask.whole(data)
    for secret in secrets:
        if len(secret.strip()) >= SHORTEST:
            assert secret.strip().encode() not in shown


@given(data=st.lists(st.binary(max_size=30), max_size=8))
def test_what_holds_no_secret_passes_at_once_and_unchanged(data: list[bytes]) -> None:
    assert streamed(Mask([]), data) == b"".join(data)
    assert streamed(Mask(["~" * 40]), data) == b"".join(data)
